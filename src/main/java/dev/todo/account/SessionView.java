package dev.todo.account;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A session as its user sees it. */
@Schema(name = "Session")
record SessionView(
        @Schema(required = true) UUID id,
        @Schema(required = true) @JsonProperty("created_at") Instant createdAt,

        @Schema(required = true, description = "To the minute.") @JsonProperty("last_used_at")
        Instant lastUsedAt,

        @Schema(
                required = true,
                nullable = true,
                examples = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                description = "What the client said that it was when it logged in.")
        @JsonProperty("user_agent")
        String userAgent,

        @Schema(required = true, examples = "203.0.113.7", description = "Where the client logged in from.")
        String address,

        @Schema(required = true, description = "Whether it is the one of this request.")
        boolean current) {

    static SessionView of(Session session, UUID current) {
        return new SessionView(
                session.id,
                session.createdAt,
                session.lastUsedAt,
                session.userAgent,
                session.address,
                session.id.equals(current));
    }
}

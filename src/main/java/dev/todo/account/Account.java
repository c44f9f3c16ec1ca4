package dev.todo.account;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a user may know about the own account. */
public record Account(
        @Schema(required = true) UUID id,

        @Schema(required = true, examples = "ada@example.org")
        String email,

        @Schema(required = true) @JsonProperty("created_at") Instant createdAt) {

    static Account of(User user) {
        return new Account(user.id, user.email, user.createdAt);
    }
}

package dev.todo.account;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A token that was mailed, as its user sees it in an export. */
@Schema(name = "MailedToken")
@RegisterForReflection // No route returns it.
record MailTokenView(
        @Schema(
                required = true,
                enumeration = {"password_reset", "verification"})
        String purpose,

        @Schema(required = true) @JsonProperty("expires_at") Instant expiresAt) {

    static MailTokenView of(MailToken token) {
        return new MailTokenView(token.purpose.name().toLowerCase(Locale.ROOT), token.expiresAt);
    }
}

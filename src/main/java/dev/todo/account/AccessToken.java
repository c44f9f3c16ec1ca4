package dev.todo.account;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** An access token response (RFC 6749, section 5.1). */
@Schema(name = "Token")
record AccessToken(
        @Schema(required = true, examples = "eyJ0eXAiOiJKV1Qi…") @JsonProperty("access_token")
        String accessToken,

        @Schema(required = true, examples = "bearer") @JsonProperty("token_type")
        String tokenType,

        @Schema(required = true, examples = "604800", description = "Seconds from now.") @JsonProperty("expires_in")
        long expiresIn) {

    static AccessToken bearer(String token, Duration lifetime) {
        return new AccessToken(token, "bearer", lifetime.toSeconds());
    }
}

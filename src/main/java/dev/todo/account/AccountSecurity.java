package dev.todo.account;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What an account has beside its password. */
@Schema(name = "AccountSecurity")
record AccountSecurity(
        @Schema(required = true, nullable = true) @JsonProperty("email_verified_at")
        Instant emailVerifiedAt,

        @Schema(required = true) @JsonProperty("second_factor")
        boolean secondFactor,

        @Schema(required = true, nullable = true) @JsonProperty("second_factor_confirmed_at")
        Instant secondFactorConfirmedAt,

        @Schema(required = true) @JsonProperty("recovery_codes_left")
        int recoveryCodesLeft) {}

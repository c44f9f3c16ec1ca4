package dev.todo.account;

import dev.todo.common.Text;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.hibernate.validator.constraints.CodePointLength;

/** An e-mail address and a password. */
final class Credentials {

    private Credentials() {}

    /** What a new account must satisfy. */
    @Schema(name = "SignUp")
    record SignUp(
            @Schema(
                    required = true,
                    format = "email",
                    maxLength = 254,
                    examples = "ada@example.org",
                    description = "Trimmed; compared without regard to case.")
            @NotBlank(message = "is required")
            @Email(message = "must be an e-mail address")
            @CodePointLength(max = 254, message = "must have at most 254 characters")
            String email,

            @Schema(
                    required = true,
                    minLength = 8,
                    maxLength = 128,
                    examples = "correct horse battery staple",
                    description = "Used as typed: never trimmed, never truncated.")
            @NotNull(message = "is required")
            @CodePointLength(min = 8, max = 128, message = "must have 8 to 128 characters")
            String password) {

        SignUp {
            email = Text.trim(email);
        }
    }

    /** Not held to the rules of sign-up: accounts may be older than those. */
    @Schema(name = "LogIn")
    record LogIn(
            @Schema(required = true, examples = "ada@example.org") @NotNull(message = "is required")
            String email,

            @Schema(required = true, examples = "correct horse battery staple") @NotNull(message = "is required")
            String password) {

        LogIn {
            email = Text.trim(email);
        }
    }
}

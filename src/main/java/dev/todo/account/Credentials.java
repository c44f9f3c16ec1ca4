package dev.todo.account;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.todo.common.Text;
import dev.todo.password.NewPassword;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.hibernate.validator.constraints.CodePointLength;

/** An e-mail address and a password. */
final class Credentials {

    /** More than the 254 characters that an address has at most, each of which may be two. */
    static final int MAX_CHARS = 510;

    private static final String CODE =
            "A one-time password, or a recovery code in its place, for accounts with a second factor.";

    private Credentials() {}

    /** What a new account must satisfy. */
    @Schema(name = "SignUp")
    record SignUp(
            @Schema(
                    required = true,
                    format = "email",
                    maxLength = 254,
                    examples = "ada@example.org",
                    description = "Trimmed; compared without regard to case. No letters beyond ASCII that become a-z in"
                            + " upper or lower case, as the Kelvin sign does.")
            @NotBlank(message = "is required")
            @Email(message = "must be an e-mail address")
            @CodePointLength(max = 254, message = "must have at most 254 characters")
            String email,

            @Schema(
                    required = true,
                    minLength = 8,
                    maxLength = 128,
                    examples = "correct horse battery staple",
                    description = NewPassword.DESCRIPTION)
            @NotNull(message = "is required")
            @NewPassword
            String password) {

        SignUp {
            email = Text.first(MAX_CHARS, Text.trim(email));
        }
    }

    /** Not held to the rules of sign-up: accounts may be older than those. */
    @Schema(name = "LogIn")
    record LogIn(
            @Schema(required = true, examples = "ada@example.org") @NotNull(message = "is required")
            String email,

            @Schema(required = true, examples = "correct horse battery staple") @NotNull(message = "is required")
            String password,

            @Schema(nullable = true, examples = "123456", description = CODE)
            String code) {

        LogIn {
            email = Text.first(MAX_CHARS, Text.trim(email));
        }
    }

    /** Another password. */
    @Schema(name = "PasswordChange")
    record Change(
            @Schema(required = true, examples = "correct horse battery staple")
            @JsonProperty("current_password")
            @NotNull(message = "is required")
            String currentPassword,

            @Schema(
                    required = true,
                    minLength = 8,
                    maxLength = 128,
                    examples = "better horse battery staple",
                    description = NewPassword.DESCRIPTION)
            @JsonProperty("new_password")
            @NotNull(message = "is required")
            @NewPassword
            String newPassword,

            @Schema(nullable = true, examples = "123456", description = CODE)
            String code) {

        Asked asked() {
            return new Asked("current_password", currentPassword, code);
        }
    }

    /** The password once more, for what cannot be undone. */
    @Schema(name = "Confirmation")
    record Confirmation(
            @Schema(required = true, examples = "correct horse battery staple") @NotNull(message = "is required")
            String password,

            @Schema(nullable = true, examples = "123456", description = CODE)
            String code) {

        Asked asked() {
            return new Asked("password", password, code);
        }
    }

    /**
     * What somebody who is logged in is asked for once more.
     *
     * @param field the name that the password has in the input
     */
    record Asked(String field, String password, String code) {}
}

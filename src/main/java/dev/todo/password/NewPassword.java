package dev.todo.password;

import static java.lang.annotation.ElementType.FIELD;
import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.ElementType.PARAMETER;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;
import org.hibernate.validator.constraints.CodePointLength;

/** A password that somebody chooses: 8 to 128 characters, and none of the most common. Null is another constraint's matter. */
@Target({FIELD, PARAMETER, METHOD})
@Retention(RUNTIME)
@CodePointLength(min = 8, max = 128, message = "must have 8 to 128 characters")
@Constraint(validatedBy = NewPassword.Uncommon.class)
public @interface NewPassword {

    /** All rules but the lengths, those of {@link PasswordRules} too, for the OpenAPI document. */
    String DESCRIPTION =
            "Never trimmed, never truncated. None of the most common ones, and none that contains what stands"
                    + " before the @ of the e-mail address, if that has three characters or more; capitals make no difference.";

    String message() default "is one of the most common passwords, which guessers try first";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Checks against {@code common-passwords.txt}. */
    final class Uncommon implements ConstraintValidator<NewPassword, String> {

        /** In chars, of which a character has two at most: whatever is longer is refused for that. */
        private static final int MAX_LENGTH = 2 * 128;

        @Override
        public boolean isValid(String password, ConstraintValidatorContext context) {
            return password == null
                    || password.length() > MAX_LENGTH
                    || !CommonPasswords.contain(NormalizedPassword.of(password));
        }
    }
}

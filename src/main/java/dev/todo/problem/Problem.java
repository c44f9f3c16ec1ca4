package dev.todo.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * An error as a client sees it.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a>
 */
@Schema(description = "What went wrong (RFC 9457).")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@RegisterForReflection
public record Problem(
        @Schema(
                required = true,
                examples = "about:blank",
                description = "urn:todo:problem:second-factor where the password was right and a code is asked for.")
        String type,

        @Schema(required = true, examples = "Bad Request") String title,

        @Schema(required = true, examples = "400", minimum = "400", maximum = "599")
        int status,

        @Schema(required = true, description = "One readable sentence.", examples = "The input is not valid.")
        String detail,

        @Schema(description = "For invalid input: every field or parameter that is wrong, or the first hundred.")
        List<FieldError> errors) {

    /** The media type of problem documents. */
    public static final String MEDIA_TYPE = "application/problem+json";

    /** An answer is not to be much larger than what it answers. */
    private static final int MAX_ERRORS = 100;

    /**
     * One field or parameter that is wrong.
     *
     * @param message completes the sentence that the field's name begins
     */
    @Schema(name = "FieldError")
    @RegisterForReflection
    public record FieldError(
            @Schema(required = true, examples = "title") String field,

            @Schema(required = true, examples = "must have 1 to 200 characters")
            String message) {

        private static final int MAX_NAME = 100;

        public FieldError {
            if (field.length() > MAX_NAME) {
                field = field.substring(0, field.offsetByCodePoints(0, MAX_NAME / 2)) + "…";
            }
        }
    }

    static Problem of(int status, String detail, List<FieldError> errors) {
        return of("about:blank", status, detail, errors);
    }

    static Problem of(String type, int status, String detail, List<FieldError> errors) {
        var known = Response.Status.fromStatusCode(status);
        return new Problem(
                type,
                known == null ? "Error" : known.getReasonPhrase(),
                status,
                detail,
                errors.stream().limit(MAX_ERRORS).toList());
    }
}

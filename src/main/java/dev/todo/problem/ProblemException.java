package dev.todo.problem;

import dev.todo.problem.Problem.FieldError;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Ends a request with a {@link Problem}. */
public final class ProblemException extends RuntimeException {

    private static final String SECOND_FACTOR = "urn:todo:problem:second-factor";

    private final transient Problem problem;
    private final transient Optional<Duration> retryAfter;

    private ProblemException(Problem problem, Optional<Duration> retryAfter) {
        // It is an answer, not a fault: nobody reads its stack trace.
        super(problem.detail(), null, false, false);
        this.problem = problem;
        this.retryAfter = retryAfter;
    }

    private static ProblemException of(int status, String detail) {
        return new ProblemException(Problem.of(status, detail, List.of()), Optional.empty());
    }

    /** 400 for a request that cannot be read at all. */
    public static ProblemException malformed(String detail) {
        return of(400, detail);
    }

    /** 400 for input that can be read but is not valid: all its errors at once. */
    public static ProblemException invalid(List<FieldError> errors) {
        return new ProblemException(
                Problem.of(400, "The input is not valid; see the errors.", errors), Optional.empty());
    }

    /** 401 for a log-in that failed, whatever the reason. */
    public static ProblemException unauthorized(String detail) {
        return of(401, detail);
    }

    /** 401 of a type that asks for the code of the second factor, for a log-in whose password was right. */
    public static ProblemException secondFactor(String detail) {
        return new ProblemException(Problem.of(SECOND_FACTOR, 401, detail, List.of()), Optional.empty());
    }

    /** 404 */
    public static ProblemException notFound(String detail) {
        return of(404, detail);
    }

    /** 409 */
    public static ProblemException conflict(String detail) {
        return of(409, detail);
    }

    /** 408 for a body that did not arrive in time. */
    public static ProblemException incomplete() {
        return of(408, StandardDetails.of(408));
    }

    /** 413 */
    public static ProblemException tooLarge() {
        return of(413, StandardDetails.of(413));
    }

    /** 429 for what may be tried again after the given time, in whole seconds. */
    public static ProblemException tooManyAttempts(Duration retryAfter) {
        return tooMany("Too many attempts; wait before the next one.", retryAfter);
    }

    /** 429 for one of many requests at once, which may be sent again after the given time, in whole seconds. */
    public static ProblemException tooManyRequests(Duration retryAfter) {
        return tooMany("Too many requests were sent at once; send some of them later.", retryAfter);
    }

    private static ProblemException tooMany(String detail, Duration retryAfter) {
        return new ProblemException(Problem.of(429, detail, List.of()), Optional.of(retryAfter));
    }

    /** 501 for what this installation does not offer. */
    public static ProblemException notAvailable(String detail) {
        return of(501, detail);
    }

    /** 503 for what is worth another try after the given time, in whole seconds. */
    public static ProblemException unavailable(String detail, Duration retryAfter) {
        return new ProblemException(Problem.of(503, detail, List.of()), Optional.of(retryAfter));
    }

    Problem problem() {
        return problem;
    }

    Optional<Duration> retryAfter() {
        return retryAfter;
    }
}

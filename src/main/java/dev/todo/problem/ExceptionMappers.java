package dev.todo.problem;

import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.UnauthorizedException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.hibernate.exception.ConstraintViolationException;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** The one place where whatever went wrong becomes a {@link Problem}. */
class ExceptionMappers {

    private static final Logger LOG = Logger.getLogger(ExceptionMappers.class);

    private static final Duration DATABASE_RETRY = Duration.ofSeconds(2);

    @ServerExceptionMapper
    Response problem(ProblemException e) {
        var response = response(e.problem());
        e.retryAfter().ifPresent(time -> response.header(HttpHeaders.RETRY_AFTER, time.toSeconds()));
        return response.build();
    }

    /** What the HTTP layer itself refuses: no such route, method or media type. */
    @ServerExceptionMapper
    Response refused(WebApplicationException e) {
        Response refusal = e.getResponse();
        var response = response(Problem.of(refusal.getStatus(), StandardDetails.of(refusal.getStatus()), List.of()));
        if (refusal.getHeaderString(HttpHeaders.ALLOW) != null) {
            response.header(HttpHeaders.ALLOW, refusal.getHeaderString(HttpHeaders.ALLOW));
        }
        return response.build();
    }

    @ServerExceptionMapper
    Response noCredentials(UnauthorizedException e) {
        return unauthorized("Bearer", "This needs an access token, sent as Authorization: Bearer.");
    }

    @ServerExceptionMapper
    Response wrongCredentials(AuthenticationFailedException e) {
        return unauthorized("Bearer error=\"invalid_token\"", "The access token is not valid, or no longer.");
    }

    @ServerExceptionMapper
    Response fault(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConstraintViolationException) {
                LOG.error("A constraint of the database caught what validation let through", e);
                return response(Problem.of(409, "This conflicts with what is stored.", List.of()))
                        .build();
            }
            if (cause instanceof SQLException sql && isDatabaseAway(sql)) {
                LOG.warnf("The database is not available: %s", sql.getMessage());
                return problem(
                        ProblemException.unavailable("The database is not available at the moment.", DATABASE_RETRY));
            }
        }
        LOG.error("A request failed", e);
        return response(Problem.of(500, StandardDetails.of(500), List.of())).build();
    }

    /**
     * Whether another try may find the database back: connection lost or refused (class 08), too many connections or out
     * of memory (53), shutting down or starting up (57P), or none to be had from the pool, which has no state.
     */
    private static boolean isDatabaseAway(SQLException e) {
        String state = e.getSQLState();
        return state == null || state.startsWith("08") || state.startsWith("53") || state.startsWith("57P");
    }

    private static Response unauthorized(String challenge, String detail) {
        return response(Problem.of(401, detail, List.of()))
                .header(HttpHeaders.WWW_AUTHENTICATE, challenge)
                .build();
    }

    private static Response.ResponseBuilder response(Problem problem) {
        return Response.status(problem.status()).type(Problem.MEDIA_TYPE).entity(problem);
    }
}

package dev.todo.problem;

import io.netty.util.internal.OutOfDirectMemoryError;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.UnauthorizedException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.hibernate.exception.ConstraintViolationException;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** The one place where whatever went wrong becomes a {@link Problem}. */
class ExceptionMappers {

    private static final Logger LOG = Logger.getLogger(ExceptionMappers.class);

    /** The challenge of RFC 6750, section 3; it says nothing of an error where no token was sent. */
    private static final String BEARER = "Bearer";

    private static final Duration DATABASE_RETRY = Duration.ofSeconds(2);
    private static final Duration MEMORY_RETRY = Duration.ofSeconds(1);

    /** What SQLSTATEs begin with that tell of the database, and not of what it was asked. */
    private static final List<String> AWAY = List.of(
            // Connection lost or refused; nobody may log in
            "08",
            "28",
            // Read-only, as a primary that is one no more; no such database, as while it is restored
            "25006",
            "3D",
            // A deadlock; a lock, or a database, that somebody else has to themselves
            "40",
            "55",
            // Too many connections or out of memory; shutting down, starting up or taking too long; a disk that fails
            "53",
            "57",
            "58");

    @ServerExceptionMapper
    Response problem(ProblemException e) {
        var response = response(e.problem());
        if (e.problem().status() == 401) {
            response.header(HttpHeaders.WWW_AUTHENTICATE, BEARER);
        }
        if (e.problem().status() == 408 || e.problem().status() == 413) {
            // The rest of the body is nobody's: ConnectionGuard sees to it.
            response.header("Connection", "close");
        }
        e.retryAfter().ifPresent(time -> response.header(HttpHeaders.RETRY_AFTER, time.toSeconds()));
        return response.build();
    }

    /** What the HTTP layer itself refuses: no such route, method or media type. */
    @ServerExceptionMapper
    Response refused(WebApplicationException e, UriInfo uri) {
        int status = e.getResponse().getStatus();
        if (status != 405) {
            return refusal(status).build();
        }
        try {
            return refusal(405)
                    .header(HttpHeaders.ALLOW, Routes.allowedMethods(uri.getPath()))
                    .build();
        } catch (IllegalArgumentException notDecoded) {
            // A path with matrix parameters is decoded twice, which fails at "%25;".
            return refusal(400).build();
        }
    }

    private static Response.ResponseBuilder refusal(int status) {
        return response(Problem.of(status, StandardDetails.of(status), List.of()));
    }

    @ServerExceptionMapper
    Response noCredentials(UnauthorizedException e) {
        return unauthorized(BEARER, "This needs an access token, sent as Authorization: Bearer.");
    }

    @ServerExceptionMapper
    Response wrongCredentials(AuthenticationFailedException e) {
        return unauthorized(BEARER + " error=\"invalid_token\"", "The access token is not valid, or no longer.");
    }

    @ServerExceptionMapper
    Response fault(Throwable e) {
        for (Throwable cause : causes(e)) {
            if (cause instanceof ConstraintViolationException) {
                LOG.error("A constraint of the database caught what validation let through", e);
                return response(Problem.of(409, "This conflicts with what is stored.", List.of()))
                        .build();
            }
            if (cause instanceof OutOfDirectMemoryError) {
                LOG.warnf("There is no memory for an answer: %s", cause.getMessage());
                return problem(ProblemException.unavailable(StandardDetails.of(503), MEMORY_RETRY));
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

    /** With those that are suppressed: the transaction manager keeps there why it could not commit. */
    static Set<Throwable> causes(Throwable e) {
        Set<Throwable> causes = new LinkedHashSet<>();
        addCauses(e, causes);
        return causes;
    }

    /** Each once: what was suppressed may have been caused by what suppressed it. */
    private static void addCauses(Throwable e, Set<Throwable> causes) {
        if (e != null && causes.add(e)) {
            addCauses(e.getCause(), causes);
            for (Throwable suppressed : e.getSuppressed()) {
                addCauses(suppressed, causes);
            }
        }
    }

    /** Whether another try may find the database back; none to be had from the pool has no state. */
    private static boolean isDatabaseAway(SQLException e) {
        String state = e.getSQLState();
        return state == null || AWAY.stream().anyMatch(state::startsWith);
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

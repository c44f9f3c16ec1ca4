package dev.todo.account;

import dev.todo.audit.AuditLog;
import dev.todo.audit.AuditLog.Event;
import dev.todo.common.Ids;
import dev.todo.problem.ProblemException;
import io.quarkus.security.Authenticated;
import io.quarkus.security.AuthenticationFailedException;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Where a user is logged in, and how to end that. */
@Path("/auth")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Authenticated
@Tag(name = "Sessions")
class SessionResource {

    private final CurrentUser user;
    private final Sessions sessions;
    private final AuditLog audit;

    SessionResource(CurrentUser user, Sessions sessions, AuditLog audit) {
        this.user = user;
        this.sessions = sessions;
        this.audit = audit;
    }

    @POST
    @Path("/refresh")
    @ConcurrencyLimited
    @Operation(
            operationId = "refresh",
            summary = "Get another token for the same session",
            description = "The token that was used works for 30 seconds more, so that two tabs may refresh at once and"
                    + " a lost answer can be asked for again. One that is used later ends the session.")
    @APIResponse(responseCode = "200", description = "A token for seven days, or until the session ends.")
    public AccessToken refresh() {
        return sessions.refresh(user.caller())
                .orElseThrow(() -> new AuthenticationFailedException("The session has ended"));
    }

    @POST
    @Path("/logout")
    @Operation(operationId = "logOut", summary = "End this session")
    @APIResponse(responseCode = "204", description = "Its tokens are good for nothing any more.")
    public void logOut() {
        if (sessions.end(user.id(), user.caller().session())) {
            audit.record(Event.LOGGED_OUT, user.id(), user.caller().session());
        }
    }

    @GET
    @Path("/sessions")
    @ConcurrencyLimited
    @Operation(
            operationId = "listSessions",
            summary = "List one's sessions",
            description = "The latest used first; there are no more than 100.")
    @APIResponse(responseCode = "200", description = "The sessions.")
    public SessionList list() {
        return new SessionList(sessions.list(user.caller()));
    }

    @DELETE
    @Path("/sessions/{id}")
    @Operation(operationId = "endSession", summary = "End a session")
    @APIResponse(responseCode = "204", description = "Its tokens are good for nothing any more.")
    public void end(@PathParam("id") @Schema(format = "uuid") String id) {
        var session =
                Ids.parse(id).filter(known -> sessions.end(user.id(), known)).orElseThrow(this::unknown);
        audit.record(Event.SESSION_ENDED, user.id(), session);
    }

    @DELETE
    @Path("/sessions")
    @Operation(operationId = "endOtherSessions", summary = "End all sessions but this one")
    @APIResponse(responseCode = "204", description = "Their tokens are good for nothing any more.")
    public void endOthers(@Context HttpServerRequest request) {
        // With a slash at the end, which RESTEasy overlooks, it is one session whose id is empty.
        if (!request.path().equals("/auth/sessions")) {
            throw unknown();
        }
        sessions.endOthers(user.caller());
        audit.record(Event.OTHER_SESSIONS_ENDED, user.id(), user.caller().session());
    }

    private ProblemException unknown() {
        audit.record(Event.ACCESS_REFUSED, user.id(), user.caller().session());
        return ProblemException.notFound("You have no session with this id.");
    }

    /** All of them: there are never many. */
    @Schema(name = "SessionList")
    record SessionList(@Schema(required = true) List<SessionView> items) {}
}

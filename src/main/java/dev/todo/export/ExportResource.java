package dev.todo.export;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.todo.account.AccountExport;
import dev.todo.account.CurrentUser;
import dev.todo.audit.AuditLog;
import dev.todo.audit.AuditLog.Event;
import dev.todo.common.Connections;
import dev.todo.export.ExportTurns.Turn;
import dev.todo.problem.ProblemException;
import dev.todo.task.TaskExport;
import io.quarkus.security.Authenticated;
import io.quarkus.security.AuthenticationFailedException;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.core.CurrentRequestManager;

/** Everything that is kept of a user (GDPR, article 20), written as it is read, however much it is. */
@Path("/auth/me/export")
@Produces(MediaType.APPLICATION_JSON)
@Authenticated
@Tag(name = "Accounts")
class ExportResource {

    private static final Logger LOG = Logger.getLogger(ExportResource.class);

    private static final Duration TIME_TO_READ = Duration.ofMinutes(2);

    private static final Duration RETRY = Duration.ofSeconds(10);

    private final ExportTurns turns = new ExportTurns(System::nanoTime);

    private final CurrentUser user;
    private final AccountExport account;
    private final TaskExport tasks;
    private final ObjectMapper mapper;
    private final AuditLog audit;

    ExportResource(CurrentUser user, AccountExport account, TaskExport tasks, ObjectMapper mapper, AuditLog audit) {
        this.audit = audit;
        this.user = user;
        this.account = account;
        this.tasks = tasks;
        this.mapper = mapper;
    }

    @GET
    @Operation(operationId = "export", summary = "Get everything that is kept of the user")
    @APIResponse(
            responseCode = "200",
            description = "The account, its sessions, the tokens that were mailed, and the tasks.",
            content = @Content(schema = @Schema(ref = "Export")))
    public Response export(@Context RoutingContext routing) {
        UUID owner = user.id();
        var data = account.of(user);
        Turn turn = begin(owner, routing);
        long timer = routing.vertx().setTimer(TIME_TO_READ.toMillis(), late -> Connections.close(routing));
        // Called when the work is done, and not when the reader goes: until then it takes a thread and memory.
        CurrentRequestManager.get().registerCompletionCallback(failure -> {
            routing.vertx().cancelTimer(timer);
            turn.end();
        });
        audit.record(Event.ACCOUNT_EXPORTED, owner);
        StreamingOutput output = stream -> {
            try {
                write(owner, data, stream, routing, turn);
            } catch (IOException | RuntimeException | OutOfMemoryError e) {
                boolean hasReader = !routing.response().closed();
                if (hasReader && !routing.response().headWritten()) {
                    throw e;
                }
                // A reader who goes, or ends the session, is no fault.
                if ((hasReader || !(e instanceof IOException)) && !(e instanceof AuthenticationFailedException)) {
                    LOG.error("An export was broken off", e);
                }
                // Whatever else was written, of an error say, would look like the end of the document.
                Connections.close(routing);
            }
        };
        return Response.ok(output)
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"todo-export.json\"")
                .build();
    }

    private Turn begin(UUID owner, RoutingContext routing) {
        Turn turn = turns.begin(owner, () -> Connections.close(routing));
        if (turn == null) {
            throw ProblemException.unavailable("Too much is being exported at the moment.", RETRY);
        }
        return turn;
    }

    private void write(UUID owner, AccountExport.Data data, OutputStream output, RoutingContext routing, Turn turn)
            throws IOException {
        // Not closed if anything fails: that would make a whole document, and a whole answer, of a part.
        JsonGenerator json = mapper.createGenerator(output);
        json.writeStartObject();
        json.writePOJOField("account", data.account());
        json.writePOJOField("security", data.security());
        json.writePOJOField("sessions", data.sessions());
        json.writePOJOField("mailed_tokens", data.mailedTokens());
        json.writeArrayFieldStart("tasks");
        // What has been deleted with the account would be missing, and nobody would know.
        tasks.forEach(owner, () -> !routing.response().closed(), user::requireAlive, json::writePOJO);
        json.writeEndArray();
        json.writeEndObject();
        // What may wait for the reader comes before the end of the turn.
        json.flush();
        // Before the reader knows that it was all, and may ask again
        turn.end();
        json.close();
    }
}

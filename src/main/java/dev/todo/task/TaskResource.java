package dev.todo.task;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.todo.account.ConcurrencyLimited;
import dev.todo.account.CurrentUser;
import dev.todo.audit.AuditLog;
import dev.todo.audit.AuditLog.Event;
import dev.todo.common.Ids;
import dev.todo.json.StrictJson;
import dev.todo.json.StrictJsonReader;
import dev.todo.problem.ProblemException;
import io.quarkus.security.Authenticated;
import io.quarkus.security.AuthenticationFailedException;
import jakarta.annotation.Nullable;
import jakarta.transaction.Transactional;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.Explode;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.hibernate.exception.ConstraintViolationException;

/** The tasks of the user of the token, and nobody else's: somebody else's task is as unknown as one that never was. */
@Path("/api/tasks")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Authenticated
@ConcurrencyLimited
@Tag(name = "Tasks")
class TaskResource {

    private final CurrentUser user;
    private final TaskList list;
    private final StrictJson json;
    private final AuditLog audit;

    TaskResource(CurrentUser user, TaskList list, StrictJson json, AuditLog audit) {
        this.user = user;
        this.list = list;
        this.json = json;
        this.audit = audit;
    }

    @POST
    @Transactional
    @Operation(operationId = "createTask", summary = "Add a task")
    @APIResponse(
            responseCode = "201",
            description = "The task.",
            headers =
                    @Header(
                            name = HttpHeaders.LOCATION,
                            description = "The address of the task.",
                            schema = @Schema(implementation = String.class)),
            content = @Content(schema = @Schema(implementation = TaskView.class)))
    public Response create(TaskInput input) {
        var task = Task.create(user.id(), input);
        try {
            task.persistAndFlush();
        } catch (ConstraintViolationException e) {
            if ("tasks_user_id_fkey".equals(e.getConstraintName())) {
                throw new AuthenticationFailedException("The user was deleted meanwhile", e);
            }
            throw e;
        }
        // Relative, so that it is right behind every proxy (RFC 9110, section 10.2.2).
        return Response.status(Response.Status.CREATED)
                .header(HttpHeaders.LOCATION, "/api/tasks/" + task.id)
                .entity(TaskView.of(task))
                .build();
    }

    @GET
    @Operation(
            operationId = "listTasks",
            summary = "List tasks, page by page",
            description = "All parameters combine. An unknown one is a 400.")
    @Parameter(name = "completed", in = ParameterIn.QUERY, schema = @Schema(implementation = Boolean.class))
    @Parameter(
            name = "priority",
            in = ParameterIn.QUERY,
            description = "Any of them.",
            explode = Explode.TRUE,
            schema = @Schema(type = SchemaType.ARRAY, implementation = Priority.class))
    @Parameter(
            name = "tag",
            in = ParameterIn.QUERY,
            description = "All of them.",
            explode = Explode.TRUE,
            schema = @Schema(type = SchemaType.ARRAY, implementation = String.class))
    @Parameter(
            name = "q",
            in = ParameterIn.QUERY,
            description = "Text that is found in title or description, ignoring case.",
            schema = @Schema(implementation = String.class, maxLength = 200))
    @Parameter(
            name = "due_from",
            in = ParameterIn.QUERY,
            description = "First day or moment, inclusive. A task that is due on a day is found if any part of that day"
                    + " (UTC) is within the bounds.",
            schema = @Schema(implementation = DueDate.class))
    @Parameter(
            name = "due_to",
            in = ParameterIn.QUERY,
            description = "Last day or moment, inclusive.",
            schema = @Schema(implementation = DueDate.class))
    @Parameter(
            name = "sort",
            in = ParameterIn.QUERY,
            description = "With - in front for the reverse. Priority: most urgent first. Title: alphabetically. Tasks"
                    + " without a due date come last either way; a day counts as its first moment in UTC.",
            schema =
                    @Schema(
                            type = SchemaType.STRING,
                            defaultValue = "-created_at",
                            enumeration = {
                                "due_date",
                                "-due_date",
                                "priority",
                                "-priority",
                                "title",
                                "-title",
                                "created_at",
                                "-created_at",
                                "updated_at",
                                "-updated_at"
                            }))
    @Parameter(
            name = "limit",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "200", defaultValue = "50"))
    @Parameter(
            name = "cursor",
            in = ParameterIn.QUERY,
            description = "The next_cursor of the page before; every other parameter but limit must be the same.",
            schema = @Schema(implementation = String.class))
    @APIResponse(responseCode = "200", description = "A page.")
    public TaskPage list(@Context UriInfo uri) {
        return list.page(user.id(), TaskQuery.parse(uri.getQueryParameters()));
    }

    @GET
    @Path("/{id}")
    @Operation(operationId = "getTask", summary = "Read a task")
    @APIResponse(responseCode = "200", description = "The task.")
    public TaskView get(@PathParam("id") @Schema(format = "uuid") String id) {
        return Ids.parse(id)
                .flatMap(known -> Task.find(user.id(), known))
                .map(TaskView::of)
                .orElseThrow(this::notFound);
    }

    @PUT
    @Path("/{id}")
    @Transactional
    @Operation(
            operationId = "replaceTask",
            summary = "Replace all writable fields",
            description = "What is left out takes its default.")
    @APIResponse(responseCode = "200", description = "The task.")
    public TaskView replace(@PathParam("id") @Schema(format = "uuid") String id, TaskInput input) {
        var task = lock(id);
        task.replace(input);
        return TaskView.of(task);
    }

    @PATCH
    @Path("/{id}")
    @Consumes({StrictJsonReader.MERGE_PATCH, MediaType.APPLICATION_JSON})
    @Transactional
    @Operation(
            operationId = "patchTask",
            summary = "Change some fields (JSON Merge Patch, RFC 7396)",
            description = "What is left out stays, null clears.")
    @APIResponse(responseCode = "200", description = "The task.")
    public TaskView patch(
            @PathParam("id") @Schema(format = "uuid") String id,
            @RequestBody(required = true, content = @Content(schema = @Schema(ref = "TaskPatch"))) ObjectNode patch) {
        var task = lock(id);
        var merged = StrictJson.merge(json.documentOf(TaskInput.of(task)), patch);
        task.replace(json.bind(merged, TaskInput.class));
        return TaskView.of(task);
    }

    @PATCH
    @Path("/{id}/complete")
    @Transactional
    @Operation(
            operationId = "completeTask",
            summary = "Complete a task, or reopen it",
            description = "Without a body it toggles.")
    @APIResponse(responseCode = "200", description = "The task.")
    public TaskView complete(
            @PathParam("id") @Schema(format = "uuid") String id,
            @Nullable @RequestBody(required = false) Completion completion) {
        var task = lock(id);
        task.complete(completion == null ? !task.completed : completion.completed());
        return TaskView.of(task);
    }

    @DELETE
    @Path("/{id}")
    @Transactional
    @Operation(operationId = "deleteTask", summary = "Delete a task")
    @APIResponse(responseCode = "204", description = "It is gone.")
    public void delete(@PathParam("id") @Schema(format = "uuid") String id) {
        lock(id).delete();
    }

    private Task lock(String id) {
        return Ids.parse(id).flatMap(known -> Task.findLocked(user.id(), known)).orElseThrow(this::notFound);
    }

    private ProblemException notFound() {
        audit.record(Event.ACCESS_REFUSED, user.id());
        return ProblemException.notFound("You have no task with this id.");
    }

    /** Whether a task is to be complete. */
    @Schema(name = "Completion")
    record Completion(
            @Schema(required = true) @NotNull(message = "is required")
            Boolean completed) {}
}

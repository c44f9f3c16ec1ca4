package dev.todo.task;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.todo.account.CurrentUser;
import dev.todo.common.Ids;
import dev.todo.json.StrictJson;
import dev.todo.json.StrictJsonReader;
import dev.todo.problem.ProblemException;
import io.quarkus.security.Authenticated;
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
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The tasks of the user of the token, and nobody else's: somebody else's task is as unknown as one that never was. */
@Path("/api/tasks")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Authenticated
@Tag(name = "Tasks")
class TaskResource {

    private final CurrentUser user;
    private final TaskList list;
    private final StrictJson json;

    TaskResource(CurrentUser user, TaskList list, StrictJson json) {
        this.user = user;
        this.list = list;
        this.json = json;
    }

    @POST
    @Transactional
    Response create(TaskInput input) {
        var task = Task.create(user.id(), input);
        task.persist();
        // Relative, so that it is right behind every proxy (RFC 9110, section 10.2.2).
        return Response.status(Response.Status.CREATED)
                .header(HttpHeaders.LOCATION, "/api/tasks/" + task.id)
                .entity(TaskView.of(task))
                .build();
    }

    @GET
    TaskPage list(@Context UriInfo uri) {
        return list.page(user.id(), TaskQuery.parse(uri.getQueryParameters()));
    }

    @GET
    @Path("/{id}")
    TaskView get(@PathParam("id") String id) {
        return Ids.parse(id)
                .flatMap(known -> Task.find(user.id(), known))
                .map(TaskView::of)
                .orElseThrow(TaskResource::notFound);
    }

    @PUT
    @Path("/{id}")
    @Transactional
    TaskView replace(@PathParam("id") String id, TaskInput input) {
        var task = lock(id);
        task.replace(input);
        return TaskView.of(task);
    }

    @PATCH
    @Path("/{id}")
    @Consumes({StrictJsonReader.MERGE_PATCH, MediaType.APPLICATION_JSON})
    @Transactional
    TaskView patch(@PathParam("id") String id, ObjectNode patch) {
        var task = lock(id);
        var merged = StrictJson.merge(json.documentOf(TaskInput.of(task)), patch);
        task.replace(json.bind(merged, TaskInput.class));
        return TaskView.of(task);
    }

    @PATCH
    @Path("/{id}/complete")
    @Transactional
    TaskView complete(@PathParam("id") String id, @Nullable Completion completion) {
        var task = lock(id);
        task.complete(completion == null ? !task.completed : completion.completed());
        return TaskView.of(task);
    }

    @DELETE
    @Path("/{id}")
    @Transactional
    void delete(@PathParam("id") String id) {
        if (Ids.parse(id).filter(known -> Task.delete(user.id(), known)).isEmpty()) {
            throw notFound();
        }
    }

    private Task lock(String id) {
        return Ids.parse(id).flatMap(known -> Task.findLocked(user.id(), known)).orElseThrow(TaskResource::notFound);
    }

    private static ProblemException notFound() {
        return ProblemException.notFound("You have no task with this id.");
    }

    /** Whether a task is to be complete. */
    @Schema(name = "Completion")
    record Completion(
            @Schema(required = true) @NotNull(message = "is required")
            Boolean completed) {}
}

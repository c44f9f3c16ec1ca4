package dev.todo.task;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A task as its owner sees it. */
@Schema(name = "Task")
record TaskView(
        @Schema(required = true) UUID id,
        @Schema(required = true, examples = "Pay rent") String title,
        @Schema(required = true, nullable = true) String description,
        @Schema(required = true) boolean completed,
        @Schema(required = true) Priority priority,
        @Schema(required = true) List<String> tags,

        @Schema(required = true, nullable = true) @JsonProperty("due_date")
        DueDate dueDate,

        @Schema(required = true, nullable = true) @JsonProperty("completed_at")
        Instant completedAt,

        @Schema(required = true) @JsonProperty("created_at") Instant createdAt,
        @Schema(required = true) @JsonProperty("updated_at") Instant updatedAt) {

    static TaskView of(Task task) {
        return new TaskView(
                task.id,
                task.title,
                task.description,
                task.completed,
                task.priority,
                List.copyOf(task.tags),
                task.dueDate(),
                task.completedAt,
                task.createdAt,
                task.updatedAt);
    }
}

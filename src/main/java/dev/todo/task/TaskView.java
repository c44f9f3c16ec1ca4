package dev.todo.task;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A task as its owner sees it. */
@Schema(name = "Task")
record TaskView(
        UUID id,
        String title,
        String description,
        boolean completed,
        Priority priority,
        List<String> tags,
        @JsonProperty("due_date") DueDate dueDate,
        @JsonProperty("completed_at") Instant completedAt,
        @JsonProperty("created_at") Instant createdAt,
        @JsonProperty("updated_at") Instant updatedAt) {

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

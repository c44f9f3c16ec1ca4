package dev.todo.task;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.hibernate.validator.constraints.CodePointLength;
import org.hibernate.validator.constraints.UniqueElements;

/**
 * The writable fields of a task; what is left out or null takes its default. The fields that the service keeps may be sent
 * back and are ignored.
 */
@Schema(name = "TaskInput")
@JsonIgnoreProperties({"id", "user_id", "completed_at", "created_at", "updated_at"})
record TaskInput(
        @NotNull(message = "is required")
        @CodePointLength(min = 1, max = 200, message = "must have 1 to 200 characters")
        String title,

        @CodePointLength(max = 10_000, message = "must have at most 10,000 characters")
        String description,

        Boolean completed,

        Priority priority,

        @Size(max = 20, message = "must not be more than 20") @UniqueElements(message = "must not contain duplicates")
        List<
                        @NotNull(message = "must not contain null")
                        @CodePointLength(min = 1, max = 50, message = "must have 1 to 50 characters each") String>
                tags,

        @JsonProperty("due_date") DueDate dueDate) {

    TaskInput {
        title = title == null ? null : title.strip();
        completed = completed != null && completed;
        priority = priority == null ? Priority.MEDIUM : priority;
        tags = tags == null ? List.of() : tags;
    }

    /** What a client would have to send to leave the task as it is. */
    static TaskInput of(Task task) {
        return new TaskInput(
                task.title, task.description, task.completed, task.priority, List.copyOf(task.tags), task.dueDate());
    }
}

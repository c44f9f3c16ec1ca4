package dev.todo.task;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.todo.common.Text;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.media.SchemaProperty;
import org.hibernate.validator.constraints.CodePointLength;
import org.hibernate.validator.constraints.UniqueElements;

/** The writable fields of a task; what is left out or null takes its default. */
@Schema(
        name = "TaskInput",
        description = "The fields that the service keeps may be sent back; any other field is an error.",
        properties = {
            @SchemaProperty(name = "id", description = "Ignored."),
            @SchemaProperty(name = "user_id", description = "Ignored."),
            @SchemaProperty(name = "completed_at", description = "Ignored."),
            @SchemaProperty(name = "created_at", description = "Ignored."),
            @SchemaProperty(name = "updated_at", description = "Ignored.")
        })
@JsonIgnoreProperties({"id", "user_id", "completed_at", "created_at", "updated_at"})
record TaskInput(
        @Schema(required = true, minLength = 1, maxLength = 200, examples = "Pay rent", description = "Trimmed.")
        @NotNull(message = "is required")
        @CodePointLength(min = 1, max = 200, message = "must have 1 to 200 characters")
        String title,

        @Schema(nullable = true, maxLength = 10_000)
        @CodePointLength(max = 10_000, message = "must have at most 10,000 characters")
        String description,

        @Schema(nullable = true, defaultValue = "false") Boolean completed,
        @Schema(nullable = true, defaultValue = "medium") Priority priority,

        @Schema(nullable = true, uniqueItems = true, maxItems = MAX_TAGS, description = "Each has 1 to 50 characters.")
        @Size(max = MAX_TAGS, message = "must not be more than 20")
        @UniqueElements(message = "must not contain duplicates")
        List<
                        @NotNull(message = "must not contain null")
                        @CodePointLength(min = 1, max = 50, message = "must have 1 to 50 characters each") String>
                tags,

        @Schema(nullable = true) @JsonProperty("due_date") DueDate dueDate) {

    private static final int MAX_TAGS = 20;

    TaskInput {
        title = Text.trim(title);
        completed = completed != null && completed;
        priority = priority == null ? Priority.MEDIUM : priority;
        if (tags == null) {
            tags = List.of();
        } else if (tags.size() > MAX_TAGS) {
            // One too many is refused, and more would be checked for nothing.
            tags = tags.subList(0, MAX_TAGS + 1);
        }
    }

    /** What a client would have to send to leave the task as it is. */
    static TaskInput of(Task task) {
        return new TaskInput(
                task.title, task.description, task.completed, task.priority, List.copyOf(task.tags), task.dueDate());
    }
}

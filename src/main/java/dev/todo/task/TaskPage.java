package dev.todo.task;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** One page of a list. */
@Schema(name = "TaskPage")
record TaskPage(
        @Schema(required = true) List<TaskView> items,

        @Schema(
                required = true,
                nullable = true,
                description = "To be sent as `cursor` for the next page; null on the last one.")
        @JsonProperty("next_cursor")
        String nextCursor) {}

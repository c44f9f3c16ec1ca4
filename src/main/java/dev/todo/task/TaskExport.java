package dev.todo.task;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import java.io.IOException;
import java.util.List;
import java.util.UUID;

/** Reads all tasks of a user, some at a time; no connection is held while they are being written. */
@ApplicationScoped
public class TaskExport {

    private final ListMemory memory;

    TaskExport(ListMemory memory) {
        this.memory = memory;
    }

    /** Takes a task as it is on the wire. */
    public interface Writer {
        void write(Object task) throws IOException;
    }

    /**
     * Hands on each task, the oldest first.
     *
     * @throws IOException if the writer does
     */
    public void forEach(UUID owner, Writer writer) throws IOException {
        Task last = null;
        do {
            Task after = last;
            List<Task> tasks = memory.read(TaskQuery.DEFAULT_LIMIT, () -> read(owner, after));
            for (Task task : tasks) {
                writer.write(TaskView.of(task));
            }
            last = tasks.isEmpty() ? null : tasks.get(tasks.size() - 1);
        } while (last != null);
    }

    @ActivateRequestContext
    List<Task> read(UUID owner, Task after) {
        return Task.findAfter(owner, after, TaskQuery.DEFAULT_LIMIT);
    }
}

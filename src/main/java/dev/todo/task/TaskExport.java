package dev.todo.task;

import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;

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
     * Hands on each task, the oldest first, for as long as anybody wants them.
     *
     * @param check is done in each transaction that reads tasks, afterwards, and throws if they are not the user's any more
     * @throws IOException if the writer does
     */
    public void forEach(UUID owner, BooleanSupplier wanted, Runnable check, Writer writer) throws IOException {
        Task last = null;
        while (wanted.getAsBoolean()) {
            Task after = last;
            List<Task> tasks = memory.read(TaskQuery.DEFAULT_LIMIT, () -> read(owner, after, check));
            if (tasks.isEmpty()) {
                return;
            }
            for (Task task : tasks) {
                writer.write(TaskView.of(task));
            }
            last = tasks.get(tasks.size() - 1);
        }
    }

    /** In a transaction, since Hibernate would keep the tasks for as long as the request lasts. */
    private static List<Task> read(UUID owner, Task after, Runnable check) {
        return QuarkusTransaction.requiringNew().call(() -> {
            List<Task> tasks = Task.findAfter(owner, after, TaskQuery.DEFAULT_LIMIT);
            check.run();
            return tasks;
        });
    }
}

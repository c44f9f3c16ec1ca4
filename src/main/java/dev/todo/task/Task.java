package dev.todo.task;

import dev.todo.account.SlowTransactions;
import dev.todo.common.Times;
import dev.todo.problem.ProblemException;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.LockModeType;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.hibernate.Timeouts;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.annotations.UuidGenerator;
import org.hibernate.jpa.HibernateHints;
import org.hibernate.jpa.SpecHints;
import org.hibernate.type.SqlTypes;

/** Something that its owner wants to get done. Every query takes the owner's id. */
@Entity
@Table(name = "tasks")
class Task extends PanacheEntityBase {

    @Id
    @UuidGenerator(style = UuidGenerator.Style.VERSION_7)
    UUID id;

    @Column(name = "user_id", updatable = false)
    UUID userId;

    String title;

    String description;

    boolean completed;

    @Enumerated(EnumType.ORDINAL)
    Priority priority;

    @JdbcTypeCode(SqlTypes.ARRAY)
    List<String> tags;

    @Column(name = "due_at")
    Instant dueAt;

    @Column(name = "due_all_day")
    boolean dueAllDay;

    @Column(name = "completed_at")
    Instant completedAt;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    @Column(name = "updated_at")
    Instant updatedAt;

    static Task create(UUID owner, TaskInput input) {
        var task = new Task();
        task.userId = owner;
        task.createdAt = Times.now();
        task.write(input, task.createdAt);
        return task;
    }

    static Optional<Task> find(UUID owner, UUID id) {
        return Task.<Task>find("id = :id and userId = :owner", key(owner, id)).singleResultOptional();
    }

    /** The tasks with these ids that there are, in their order. */
    static List<Task> listInOrder(UUID owner, List<UUID> ids) {
        Map<UUID, Task> found = Task.<Task>find("userId = :owner and id in :ids", Map.of("owner", owner, "ids", ids))
                .withHint(HibernateHints.HINT_READ_ONLY, true)
                .stream()
                .collect(Collectors.toMap(task -> task.id, Function.identity()));
        return ids.stream().map(found::get).filter(Objects::nonNull).toList();
    }

    /**
     * Finds a task to change, and holds off other changes until the transaction ends, so that none is lost.
     *
     * @throws ProblemException 503 if the owner's account is being deleted, which may take long
     */
    static Optional<Task> findLocked(UUID owner, UUID id) {
        return lock(owner, id, Timeouts.SKIP_LOCKED_MILLI).or(() -> {
            SlowTransactions.requireNone(owner);
            return lock(owner, id, Timeouts.WAIT_FOREVER_MILLI);
        });
    }

    private static Optional<Task> lock(UUID owner, UUID id, int patience) {
        return Task.<Task>find("id = :id and userId = :owner", key(owner, id))
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .withHint(SpecHints.HINT_SPEC_LOCK_TIMEOUT, patience)
                .singleResultOptional();
    }

    static void deleteAll(UUID owner) {
        delete("userId", owner);
    }

    /** Some tasks in the order in which they were made, after that one, or from the first for null. */
    static List<Task> findAfter(UUID owner, Task last, int count) {
        String order = " order by createdAt, id";
        var tasks = last == null
                ? Task.<Task>find("userId = ?1" + order, owner)
                : Task.<Task>find("userId = ?1 and (createdAt, id) > (?2, ?3)" + order, owner, last.createdAt, last.id);
        return tasks.page(0, count)
                .withHint(HibernateHints.HINT_READ_ONLY, true)
                .list();
    }

    private static Map<String, Object> key(UUID owner, UUID id) {
        return Map.of("id", id, "owner", owner);
    }

    /** Replaces the writable fields; what changes nothing is no update. */
    void replace(TaskInput input) {
        if (!input.equals(TaskInput.of(this))) {
            write(input, Times.now());
        }
    }

    void complete(boolean completed) {
        if (completed != this.completed) {
            updatedAt = Times.now();
            write(completed, updatedAt);
        }
    }

    private void write(boolean completed, Instant time) {
        if (completed != this.completed) {
            this.completed = completed;
            completedAt = completed ? time : null;
        }
    }

    private void write(TaskInput input, Instant time) {
        title = input.title();
        description = input.description();
        write(input.completed(), time);
        priority = input.priority();
        tags = input.tags();
        dueAt = input.dueDate() == null ? null : input.dueDate().start();
        dueAllDay = input.dueDate() != null && input.dueDate().allDay();
        updatedAt = time;
    }

    DueDate dueDate() {
        return dueAt == null ? null : new DueDate(dueAt, dueAllDay);
    }
}

package dev.todo.task;

import dev.todo.account.AccountDeletion;
import jakarta.enterprise.event.Observes;

/** Deletes the tasks of an account with it. */
class TaskDeletion {

    void deleteAll(@Observes AccountDeletion deletion) {
        Task.deleteAll(deletion.user());
    }
}

package dev.todo.account;

import java.util.UUID;

/**
 * An account is about to be deleted, in this transaction. Who keeps much of a user's deletes it now; the rest goes with the
 * user's row, which is not locked until then.
 */
public record AccountDeletion(UUID user) {}

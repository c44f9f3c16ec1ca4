package dev.todo.account;

import java.util.UUID;

/**
 * Who sends a request, as far as authentication has found out.
 *
 * @param session the live session of the token
 * @param generation which of the session's tokens it was
 */
record Caller(Account account, UUID session, int generation) {}

package dev.todo.operations;

import io.smallrye.health.AsyncHealthCheckFactory;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;

/**
 * Calls checks where they are asked for: none of them blocks. The extension has worker threads call those that are not
 * asynchronous, such as its own of the shutdown: when all of those wait for the database, the checks pile up in a queue
 * without limit, also those for clients who have gone.
 */
@Singleton
@Alternative
@Priority(1)
class PromptHealthChecks extends AsyncHealthCheckFactory {}

package dev.todo.account;

import io.quarkus.test.junit.QuarkusIntegrationTest;

/** The same against the packaged service. */
@QuarkusIntegrationTest
class ConcurrencyLimitIT extends ConcurrencyLimitTest {}

package dev.todo.problem;

import io.quarkus.test.junit.QuarkusIntegrationTest;

/** The same against the packaged service. */
@QuarkusIntegrationTest
class RequestLimitIT extends RequestLimitTest {}

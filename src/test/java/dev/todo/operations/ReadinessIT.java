package dev.todo.operations;

import io.quarkus.test.junit.QuarkusIntegrationTest;

/** The same against the packaged service. */
@QuarkusIntegrationTest
class ReadinessIT extends ReadinessTest {}

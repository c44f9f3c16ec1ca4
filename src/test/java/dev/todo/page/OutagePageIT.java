package dev.todo.page;

import io.quarkus.test.junit.QuarkusIntegrationTest;

/** The same against the packaged service. */
@QuarkusIntegrationTest
class OutagePageIT extends OutagePageTest {}

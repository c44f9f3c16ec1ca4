package dev.todo.client;

import io.quarkus.test.junit.QuarkusIntegrationTest;

/** The same against the packaged service. */
@QuarkusIntegrationTest
class ForwardedIT extends ForwardedTest {}

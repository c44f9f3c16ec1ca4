package dev.todo.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.todo.testing.Database;
import dev.todo.testing.TestEnvironment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManagerFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The migrations, the entities and the readiness probe speak of the same schema. */
@QuarkusTest
@QuarkusTestResource(TestEnvironment.class)
class SchemaTest {

    @Inject
    EntityManagerFactory factory;

    @Test
    void theEntitiesFitWhatTheMigrationsMake() throws Exception {
        factory.getSchemaManager().validate();
    }

    @Test
    void readinessAsksForTheNewestMigration() {
        assertEquals(
                List.of(SchemaReadiness.VERSION),
                Database.underTest()
                        .query("select version from flyway_schema_history order by installed_rank desc limit 1"));
    }
}

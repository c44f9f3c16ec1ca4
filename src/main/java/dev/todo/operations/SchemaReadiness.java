package dev.todo.operations;

import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/**
 * Ready is who reaches a database with the schema that this version needs: where a Job migrates, a roll-out waits for it. A
 * newer schema is fine, so that versions can run side by side.
 */
@Readiness
@ApplicationScoped
class SchemaReadiness implements HealthCheck {

    /** Of the newest migration; a test compares them. */
    static final String VERSION = "6";

    private static final Logger LOG = Logger.getLogger(SchemaReadiness.class);

    private final AgroalDataSource database;

    SchemaReadiness(AgroalDataSource database) {
        this.database = database;
    }

    @Override
    public HealthCheckResponse call() {
        var response = HealthCheckResponse.named("Database");
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var migrations = statement.executeQuery(
                        "select from flyway_schema_history where success and version = '" + VERSION + "'")) {
            if (migrations.next()) {
                return response.up().build();
            }
            return response.down().withData("reason", "not migrated").build();
        } catch (SQLException e) {
            LOG.debugf("Not ready: %s", e.getMessage());
            boolean isNotMigrated = "42P01".equals(e.getSQLState());
            return response.down()
                    .withData("reason", isNotMigrated ? "not migrated" : "not reachable")
                    .build();
        }
    }
}

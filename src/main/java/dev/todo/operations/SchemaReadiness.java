package dev.todo.operations;

import io.agroal.api.AgroalDataSource;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/**
 * Ready is who reaches a database with the schema that this version needs: where a Job migrates, a roll-out waits for it. A
 * newer schema is fine, so that versions can run side by side. However many ask at once, the database is asked for all of them.
 */
@Readiness
@ApplicationScoped
class SchemaReadiness implements AsyncHealthCheck {

    /** Of the newest migration; a test compares them. */
    static final String VERSION = "6";

    private static final Logger LOG = Logger.getLogger(SchemaReadiness.class);

    private final AgroalDataSource database;
    private final SharedAnswer<HealthCheckResponse> answer = new SharedAnswer<>(
            response().down().withData("reason", "busy").build(), this::check, Infrastructure.getDefaultWorkerPool());

    SchemaReadiness(AgroalDataSource database) {
        this.database = database;
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        return Uni.createFrom().completionStage(answer::get);
    }

    private static HealthCheckResponseBuilder response() {
        return HealthCheckResponse.named("Database");
    }

    private HealthCheckResponse check() {
        var response = response();
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

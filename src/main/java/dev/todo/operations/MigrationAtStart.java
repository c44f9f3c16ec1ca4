package dev.todo.operations;

import io.quarkus.arc.All;
import io.quarkus.arc.InstanceHandle;
import io.quarkus.flyway.FlywayConfigurationCustomizer;
import io.quarkus.flyway.runtime.FlywayBuildTimeConfig;
import io.quarkus.flyway.runtime.FlywayContainer;
import io.quarkus.flyway.runtime.FlywayContainerProducer;
import io.quarkus.flyway.runtime.FlywayRuntimeConfig;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;
import java.util.List;
import javax.sql.DataSource;

/** Makes a Flyway where it is going to migrate. Quarkus makes one at every start, which takes long: docs/performance.md. */
@Alternative
@Priority(1)
@Singleton
class MigrationAtStart extends FlywayContainerProducer {

    private final FlywayRuntimeConfig config;

    MigrationAtStart(
            FlywayRuntimeConfig config,
            FlywayBuildTimeConfig buildTimeConfig,
            @All List<InstanceHandle<FlywayConfigurationCustomizer>> customizers) {
        super(config, buildTimeConfig, customizers);
        this.config = config;
    }

    @Override
    public FlywayContainer createFlyway(
            DataSource dataSource, String dataSourceName, boolean hasMigrations, boolean createPossible) {
        boolean isActive = config.datasources().get(dataSourceName).active().orElse(true);
        return isActive
                ? super.createFlyway(dataSource, dataSourceName, hasMigrations, createPossible)
                : new FlywayContainer(
                        null, false, false, false, false, false, false, dataSourceName, hasMigrations, createPossible);
    }
}

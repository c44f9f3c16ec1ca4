package dev.todo.environment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseUrlTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        postgresql://neondb_owner:npg_a1B2@ep-x-pooler.eu-central-1.aws.neon.tech/neondb?sslmode=require&channel_binding=require | jdbc:postgresql://ep-x-pooler.eu-central-1.aws.neon.tech/neondb?sslmode=require&channelBinding=require | neondb_owner | npg_a1B2
        postgres://user:pass@ec2-1-2-3-4.compute.amazonaws.com:5432/d1abc | jdbc:postgresql://ec2-1-2-3-4.compute.amazonaws.com:5432/d1abc | user | pass
        postgresql://user:p%40ss%2F%3A%3F%23%25%20w@host/db?sslmode=require&channel_binding=require | jdbc:postgresql://host/db?sslmode=require&channelBinding=require | user | p@ss/:?#% w
        postgresql://us%40er:a+b:c@host/db | jdbc:postgresql://host/db | us@er | a+b:c
        postgresql://user:p%C3%A4ss@host/d%20b | jdbc:postgresql://host/d+b | user | päss
        postgresql://user@host/db | jdbc:postgresql://host/db | user | -
        postgresql://user:@host/db | jdbc:postgresql://host/db | user | ''
        postgresql://host/db | jdbc:postgresql://host/db | - | -
        postgresql://host | jdbc:postgresql://host/ | - | -
        postgresql://host/db?user=u&password=p%26w | jdbc:postgresql://host/db | u | p&w
        postgresql://u:p@a:5432,b:5433/db?target_session_attrs=any | jdbc:postgresql://a:5432,b:5433/db?target_session_attrs=any | u | p
        postgresql://u:p@[::1]:5433/db | jdbc:postgresql://[::1]:5433/db | u | p
        postgresql://u:p@todo-rw.prod.svc.cluster.local:5432/todo | jdbc:postgresql://todo-rw.prod.svc.cluster.local:5432/todo | u | p
        postgresql://u:p@h/db?application_name=x%20y&connect_timeout=10&prepareThreshold=0&foo=b%3Dr | jdbc:postgresql://h/db?ApplicationName=x+y&connectTimeout=10&prepareThreshold=0&foo=b%3Dr | u | p
        jdbc:postgresql://host:5432/db?user=u&password=p&sslmode=require | jdbc:postgresql://host:5432/db?user=u&password=p&sslmode=require | - | -
        """)
    void takesAddressesAsPlatformsHandThemOut(String address, String jdbcUrl, String user, String password) {
        assertEquals(
                new DatabaseUrl(jdbcUrl, Optional.ofNullable(user), Optional.ofNullable(password)),
                DatabaseUrl.parse(address));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3cret",
                "http://user:s3cret@host/db",
                "mysql://user:s3cret@host/db",
                "postgresql:user:s3cret@host/db",
                "postgresql:/user:s3cret@host/db",
                "postgresql://",
                "postgresql://user:s3cret@",
                "postgresql://user:s3cret@/db",
                "postgresql://user:s3cret@host:port/db",
                "postgresql://user:s3cret@host:0/db",
                "postgresql://user:s3cret@host:65536/db",
                "postgresql://user:s3cret@host:999999/db",
                "postgresql://user:s3cret@ho st/db",
                "postgresql://user:s3cret@host,/db",
                "postgresql://user:s3cret%@host/db",
                "postgresql://user:s3cret%4@host/db",
                "postgresql://user:s3cret%zz@host/db",
                "postgresql://user:s3cret%ff@host/db",
                "postgresql://user:s3cret@host/db?sslmode",
                "postgresql://user:s3cret@host/db?=x",
                "postgresql://user:s3cret@host/db?a=b&&c=d",
                "postgresql://user:s3/cret@host/db",
                "jdbc:mysql://host/db?password=s3cret",
                "jdbc:postgresql://host:port/db?password=s3cret",
                "jdbc:postgresql://,/db?password=s3cret",
                "jdbc:postgresql://user:s3cret@host/db",
                "jdbc:postgresql://host/a/b?password=s3cret",
                "DATABASE_URL=postgresql://user:s3cret@host/db"
            })
    void refusesAnythingElseWithoutRepeatingIt(String address) {
        var refusal = assertThrows(IllegalArgumentException.class, () -> DatabaseUrl.parse(address));
        assertFalse(refusal.getMessage().contains("s3"), refusal.getMessage());
        assertFalse(refusal.getMessage().contains("\n"), refusal.getMessage());
    }

    /** The driver would. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://user:s3cret@host/db",
                "jdbc:postgresql://host/a/b?password=s3cret",
                "jdbc:postgresql://host/db?service=s3cret"
            })
    void logsNothingOfWhatItRefuses(String address) {
        List<LogRecord> logged = new ArrayList<>();
        var handler = new Handler() {

            @Override
            public void publish(LogRecord entry) {
                logged.add(entry);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        var log = Logger.getLogger("org.postgresql");
        log.addHandler(handler);
        try {
            assertThrows(IllegalArgumentException.class, () -> DatabaseUrl.parse(address));
        } finally {
            log.removeHandler(handler);
        }
        assertEquals(List.of(), logged);
    }

    @Test
    void theBuildDoesNotRecordThePassword() {
        var config = new io.smallrye.config.SmallRyeConfigBuilder()
                .withSources(new io.smallrye.config.PropertiesConfigSource(
                        java.util.Map.of("DATABASE_URL", "postgresql://u:s3cret@h/db"), "environment", 300))
                .withSources(new EnvironmentConfigSourceFactory())
                .build();
        assertEquals(Optional.empty(), config.getOptionalValue("quarkus.datasource.password", String.class));
    }
}

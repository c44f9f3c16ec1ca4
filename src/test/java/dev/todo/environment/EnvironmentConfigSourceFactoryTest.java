package dev.todo.environment;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.common.MapBackedConfigSource;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentConfigSourceFactoryTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a$b",
                "a$$b",
                "a$$$$b",
                "a${b}c",
                "a${b:c}d",
                "a${PATH}b",
                "a${aes::b}c",
                "a${b",
                "a\\$b",
                "a\\\\$b",
                "a\\${b}",
                "$",
                "\\",
                "$$"
            })
    void aSecretIsTakenAsItIs(String text) {
        String secret = "at least 32 bytes that are secret: " + text;
        Map<String, String> variables = new HashMap<>();
        for (String variable : new String[] {"JWT_SECRET", "JWT_SECRET_PREVIOUS", "SMTP_USERNAME", "SMTP_PASSWORD"}) {
            variables.put(variable, secret + variable);
        }
        variables.put("DATABASE_URL", "jdbc:postgresql://host/database?user=ada&password=" + text);
        var config = config(variables);
        variables.remove("DATABASE_URL");
        variables.forEach((variable, value) -> assertEquals(value, config.getValue(variable, String.class)));
        assertEquals(
                "jdbc:postgresql://host/database?user=ada&password=" + text,
                config.getValue("quarkus.datasource.jdbc.url", String.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pa$$w", "pa%24%24w", "%70a$%24w"})
    void aPasswordInTheAddressOfTheDatabaseIsTakenAsItIs(String password) {
        var config = config(Map.of(
                "JWT_SECRET",
                "at least 32 bytes that are secret",
                "DATABASE_URL",
                "postgresql://ada:" + password + "@host/database"));
        assertEquals("pa$$w", config.getValue("quarkus.datasource.password", String.class));
    }

    /** Java reads them all as U+FFFD: eleven have its 33 bytes, and are the key that any other eleven are. */
    @ParameterizedTest
    @ValueSource(strings = {"JWT_SECRET", "JWT_SECRET_PREVIOUS"})
    void bytesThatAreNoTextDoNotPassForASecret(String variable) {
        Map<String, String> variables = new HashMap<>();
        variables.put("JWT_SECRET", "at least 32 bytes that are secret");
        variables.put("DATABASE_URL", "postgresql://ada@host/database");
        variables.put(variable, new String("\u00F3".repeat(11).getBytes(ISO_8859_1), UTF_8));
        var refusal = assertThrows(ConfigurationException.class, () -> config(variables));
        assertEquals(
                variable + " has bytes that cannot be read as UTF-8, which would all be taken for the same.",
                refusal.getMessage());
    }

    private static SmallRyeConfig config(Map<String, String> variables) {
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(new PropertiesConfigSource(variables, "variables", 300))
                // As Quarkus has at start
                .withSources(new MapBackedConfigSource("BuildTime RunTime Fixed", Map.of()) {})
                .withSources(new EnvironmentConfigSourceFactory())
                .build();
    }
}

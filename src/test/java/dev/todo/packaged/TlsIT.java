package dev.todo.packaged;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A database as Neon has it: TLS alone, SCRAM, and an address that demands channel binding. */
class TlsIT extends PackagedTest {

    private static final String PASSWORD = "p@ss wörd";

    @BeforeEach
    void demandTls() throws Exception {
        Path certificate = folder.resolve("server.crt");
        Path key = folder.resolve("server.key");
        makeCertificate(certificate, key);
        database().query("alter user postgres password '" + PASSWORD + "'");
        database().query("alter system set ssl_cert_file = '" + certificate + "'");
        database().query("alter system set ssl_key_file = '" + key + "'");
        database().query("alter system set ssl = on");
        Files.writeString(folder.resolve("database/data/pg_hba.conf"), "hostssl all all all scram-sha-256\n");
        database().query("select pg_reload_conf()");
    }

    @Test
    void anAddressWithTlsAndChannelBindingWorksAsItIsHandedOut() throws Exception {
        try (var service = start(Map.of("DATABASE_URL", address("p%40ss%20w%C3%B6rd", "require")))) {
            service.client(service.newToken()).get("/api/tasks").then().statusCode(200);
        }
    }

    @Test
    void aWrongPasswordEndsTheStartAndIsNotPrinted() throws Exception {
        try (var service = launch(Map.of("DATABASE_URL", address("s3cret", "require")))) {
            assertEquals(1, service.awaitExit());
            assertFalse(service.output().contains("s3cret"), service.output());
        }
    }

    @Test
    void withoutTlsThereIsNoConnection() throws Exception {
        try (var service = launch(Map.of("DATABASE_URL", address("p%40ss%20w%C3%B6rd", "disable")))) {
            assertEquals(1, service.awaitExit());
        }
    }

    private String address(String password, String mode) {
        return "postgresql://postgres:%s@localhost:%d/postgres?sslmode=%s%s"
                .formatted(password, server.port(), mode, mode.equals("require") ? "&channel_binding=require" : "");
    }

    private void makeCertificate(Path certificate, Path key) throws Exception {
        Path store = folder.resolve("store.p12");
        var keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "changeit",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.log").toFile())
                .start();
        assertEquals(0, keytool.waitFor());
        KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
        write(certificate, "CERTIFICATE", keys.getCertificate("server").getEncoded());
        write(
                key,
                "PRIVATE KEY",
                keys.getKey("server", "changeit".toCharArray()).getEncoded());
    }

    private static void write(Path file, String type, byte[] content) throws IOException {
        String encoded = Base64.getMimeEncoder().encodeToString(content);
        Files.writeString(file, "-----BEGIN %s-----%n%s%n-----END %s-----%n".formatted(type, encoded, type), US_ASCII);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
}

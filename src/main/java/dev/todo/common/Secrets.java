package dev.todo.common;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The secret that the service signs with, and the one before or after it, which it takes as well while one replaces the other. */
@ApplicationScoped
public class Secrets {

    private final List<byte[]> secrets;

    public Secrets(
            @ConfigProperty(name = "JWT_SECRET") String current,
            @ConfigProperty(name = "JWT_SECRET_PREVIOUS") Optional<String> previous) {
        this.secrets = Stream.concat(Stream.of(current), previous.stream().filter(secret -> !secret.isBlank()))
                .map(secret -> secret.getBytes(UTF_8))
                .toList();
    }

    /** The secrets themselves, which access tokens are signed with; the one to sign with is the first. */
    public List<byte[]> all() {
        return secrets;
    }

    /** Keys for something else than tokens, so that neither can pass for the other; the one to sign with is the first. */
    public List<byte[]> derived(String purpose) {
        return secrets.stream()
                .map(secret -> HmacSha256.of(secret, purpose.getBytes(UTF_8)))
                .toList();
    }
}

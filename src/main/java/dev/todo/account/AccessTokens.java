package dev.todo.account;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.build.Jwt;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.jwt.Claims;

/**
 * Issues access tokens, and tells the JWT extension which ones to accept: HS256 alone, all claims present and right.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8725">RFC 8725, JWT best current practices</a>
 */
@ApplicationScoped
class AccessTokens {

    static final Duration LIFETIME = Duration.ofDays(7);

    private static final String ISSUER = "todo";
    private static final String AUDIENCE = "todo";

    private final SecretKey key;

    AccessTokens(@ConfigProperty(name = "JWT_SECRET") String secret) {
        this.key = new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256");
    }

    String issue(Account account) {
        var now = Instant.now();
        return Jwt.claims()
                .issuer(ISSUER)
                .audience(AUDIENCE)
                .subject(account.id().toString())
                .claim(Claims.email, account.email())
                .issuedAt(now)
                .expiresAt(now.plus(LIFETIME))
                .claim(Claims.jti, UUID.randomUUID().toString())
                .jws()
                .algorithm(SignatureAlgorithm.HS256)
                .sign(key);
    }

    /** In place of the extension's own, which cannot take a raw secret. */
    @Produces
    @Alternative
    @Priority(1)
    @ApplicationScoped
    JWTAuthContextInfo acceptance() {
        var info = new JWTAuthContextInfo();
        info.setSecretVerificationKey(key);
        info.setSignatureAlgorithm(Set.of(SignatureAlgorithm.HS256));
        info.setIssuedBy(ISSUER);
        info.setExpectedAudience(Set.of(AUDIENCE));
        info.setRequiredClaims(Set.of("iss", "aud", "sub", "email", "iat", "exp", "jti"));
        info.setClockSkew(0);
        return info;
    }
}

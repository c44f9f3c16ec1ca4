package dev.todo.account;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.todo.common.HmacSha256;
import dev.todo.common.Ids;
import dev.todo.common.Secrets;
import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import io.smallrye.jwt.auth.principal.DefaultJWTCallerPrincipal;
import io.smallrye.jwt.auth.principal.DefaultJWTTokenParser;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.auth.principal.JWTCallerPrincipal;
import io.smallrye.jwt.auth.principal.JWTCallerPrincipalFactory;
import io.smallrye.jwt.auth.principal.ParseException;
import io.smallrye.jwt.build.Jwt;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.microprofile.jwt.Claims;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwx.JsonWebStructure;
import org.jose4j.keys.resolvers.VerificationKeyResolver;
import org.jose4j.lang.UnresolvableKeyException;

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
    private static final String GENERATION = "gen";

    private final List<Key> keys;

    AccessTokens(Secrets secrets) {
        this.keys = secrets.all().stream().map(Key::of).toList();
    }

    /** A key that signs or verifies; its id is of the service's making and tells nothing of the secret. */
    private record Key(String id, SecretKey secret) {

        static Key of(byte[] secret) {
            byte[] mac = HmacSha256.of(secret, "todo kid".getBytes(UTF_8));
            return new Key(
                    Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(mac, 6)),
                    new SecretKeySpec(secret, "HmacSHA256"));
        }
    }

    /** What a verified token says: whose it is, of which session, and which of its tokens. */
    record Content(UUID user, UUID session, int generation) {

        /** Empty for a token that this service cannot have issued, whoever had the key. */
        static Optional<Content> of(JsonWebToken token) {
            // What is not there is the first.
            String generation =
                    token.containsClaim(GENERATION) ? token.getClaim(GENERATION).toString() : "0";
            if (!generation.matches("\\d{1,9}")) {
                return Optional.empty();
            }
            return id(token.getSubject())
                    .flatMap(user -> id(token.getTokenID())
                            .map(session -> new Content(user, session, Integer.parseInt(generation))));
        }
    }

    private static Optional<UUID> id(String claim) {
        return Optional.ofNullable(claim).flatMap(Ids::parse);
    }

    /**
     * Issues a token for the current generation of a session.
     *
     * @param end of the session, which the token does not outlive
     */
    AccessToken issue(Session session, Instant end) {
        var now = Instant.now();
        var expiry = now.plus(LIFETIME).isBefore(end) ? now.plus(LIFETIME) : end;
        String token = Jwt.claims()
                .issuer(ISSUER)
                .audience(AUDIENCE)
                .subject(session.user.id.toString())
                .claim(Claims.email, session.user.email)
                .issuedAt(now)
                .expiresAt(expiry)
                .claim(Claims.jti, session.id.toString())
                .claim(GENERATION, session.generation)
                .jws()
                .algorithm(SignatureAlgorithm.HS256)
                .keyId(keys.get(0).id())
                .sign(keys.get(0).secret());
        return AccessToken.bearer(token, Duration.ofSeconds(expiry.getEpochSecond() - now.getEpochSecond()));
    }

    /** In place of the extension's own, which cannot take a raw secret. */
    @Produces
    @Alternative
    @Priority(1)
    @ApplicationScoped
    JWTAuthContextInfo acceptance() {
        var info = new JWTAuthContextInfo();
        info.setSignatureAlgorithm(Set.of(SignatureAlgorithm.HS256));
        info.setIssuedBy(ISSUER);
        info.setExpectedAudience(Set.of(AUDIENCE));
        info.setRequiredClaims(Set.of("iss", "aud", "sub", "email", "iat", "exp", "jti"));
        info.setClockSkew(0);
        return info;
    }

    /** In place of the extension's own, which knows one secret at a time. */
    @Produces
    @Alternative
    @Priority(1)
    @ApplicationScoped
    JWTCallerPrincipalFactory verification() {
        return new Verification(keys);
    }

    /** Verifies with the key that the token names, if it is one of ours; without a name, with the current one. */
    static class Verification extends JWTCallerPrincipalFactory {

        private final DefaultJWTTokenParser parser;

        /** For the proxy. */
        Verification() {
            this(List.of());
        }

        Verification(List<Key> keys) {
            this.parser = new DefaultJWTTokenParser() {
                @Override
                protected VerificationKeyResolver getVerificationKeyResolver(JWTAuthContextInfo info) {
                    return (signature, nesting) -> key(keys, signature);
                }
            };
        }

        private static SecretKey key(List<Key> keys, JsonWebSignature signature) throws UnresolvableKeyException {
            String id = signature.getKeyIdHeaderValue();
            return keys.stream()
                    .filter(key -> id == null || key.id().equals(id))
                    .findFirst()
                    .map(Key::secret)
                    .orElseThrow(() -> new UnresolvableKeyException("No such key"));
        }

        @Override
        public JWTCallerPrincipal parse(String token, JWTAuthContextInfo info) throws ParseException {
            try {
                var context = parser.parse(token, info);
                JsonWebStructure signature = context.getJoseObjects().get(0);
                return new DefaultJWTCallerPrincipal(signature.getHeader("typ"), context.getJwtClaims());
            } catch (RuntimeException | StackOverflowError e) {
                // It stumbles over a claim that is 1e400, or over arrays in arrays without end.
                throw new ParseException("A token that cannot be read", e);
            }
        }
    }
}

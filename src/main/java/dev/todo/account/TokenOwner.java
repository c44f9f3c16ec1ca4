package dev.todo.account;

import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.SecurityIdentityAugmentor;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.vertx.http.runtime.security.HttpSecurityUtils;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpHeaders;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import org.eclipse.microprofile.jwt.JsonWebToken;

/** The last step of authentication: finds the live session of a verified token and its user in the database, once per request. */
@ApplicationScoped
class TokenOwner implements SecurityIdentityAugmentor {

    static final String CALLER = "caller";

    private final Sessions sessions;

    TokenOwner(Sessions sessions) {
        this.sessions = sessions;
    }

    @Override
    public Uni<SecurityIdentity> augment(
            SecurityIdentity identity, AuthenticationRequestContext context, Map<String, Object> attributes) {
        if (identity.isAnonymous()) {
            return Uni.createFrom().item(identity);
        }
        var request = HttpSecurityUtils.getRoutingContextAttribute(attributes).request();
        if (request.headers().getAll(HttpHeaders.AUTHORIZATION).size() != 1) {
            throw new AuthenticationFailedException("More than one Authorization header");
        }
        var token = (JsonWebToken) identity.getPrincipal();
        return context.runBlocking(() -> QuarkusSecurityIdentity.builder(identity)
                .addAttribute(
                        CALLER,
                        AccessTokens.Content.of(token)
                                .flatMap(sessions::callerOf)
                                .orElseThrow(() -> new AuthenticationFailedException("No such session")))
                .build());
    }

    @Override
    public Uni<SecurityIdentity> augment(SecurityIdentity identity, AuthenticationRequestContext context) {
        return augment(identity, context, Map.of());
    }
}

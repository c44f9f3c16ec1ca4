package dev.todo.account;

import dev.todo.common.Ids;
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

/** The last step of authentication: finds the user of a verified token in the database, once per request. */
@ApplicationScoped
class TokenOwner implements SecurityIdentityAugmentor {

    static final String ACCOUNT = "account";

    private final Accounts accounts;

    TokenOwner(Accounts accounts) {
        this.accounts = accounts;
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
        String subject = ((JsonWebToken) identity.getPrincipal()).getSubject();
        return context.runBlocking(() -> QuarkusSecurityIdentity.builder(identity)
                .addAttribute(
                        ACCOUNT,
                        Ids.parse(subject)
                                .flatMap(accounts::find)
                                .orElseThrow(() -> new AuthenticationFailedException("No such user")))
                .build());
    }

    @Override
    public Uni<SecurityIdentity> augment(SecurityIdentity identity, AuthenticationRequestContext context) {
        return augment(identity, context, Map.of());
    }
}

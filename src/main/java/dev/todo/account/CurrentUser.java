package dev.todo.account;

import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import java.util.UUID;

/** The user of the verified access token, for resources that are {@link io.quarkus.security.Authenticated}. */
@RequestScoped
public class CurrentUser {

    @Inject
    SecurityIdentity identity;

    /** The id that every query on the user's data takes. */
    public UUID id() {
        return caller().account().id();
    }

    /**
     * Has nothing more done or read for a session that was ended since the request began.
     *
     * @throws io.quarkus.security.AuthenticationFailedException if it was
     */
    public void requireAlive() {
        Session.requireAlive(caller());
    }

    Caller caller() {
        return identity.getAttribute(TokenOwner.CALLER);
    }
}

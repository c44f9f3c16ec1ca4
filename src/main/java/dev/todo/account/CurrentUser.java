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

    Caller caller() {
        return identity.getAttribute(TokenOwner.CALLER);
    }
}

package dev.todo.account;

import dev.todo.client.Clients;
import dev.todo.common.WorkerThreads;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Sign-up, log-in, and the own account. */
@Path("/auth")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Accounts")
class AuthResource {

    private final Accounts accounts;
    private final Clients clients;
    private final CurrentUser currentUser;

    AuthResource(Accounts accounts, Clients clients, CurrentUser currentUser) {
        this.accounts = accounts;
        this.clients = clients;
        this.currentUser = currentUser;
    }

    @POST
    @Path("/signup")
    @PermitAll
    @ResponseStatus(201)
    @Operation(operationId = "signUp", summary = "Make an account")
    @APIResponse(
            responseCode = "201",
            description = "The account.",
            content = @Content(schema = @Schema(implementation = Account.class)))
    public Uni<Account> signUp(Credentials.SignUp input, @Context HttpServerRequest request) {
        return WorkerThreads.flatCall(() -> accounts.signUp(input, clients.of(request)));
    }

    @POST
    @Path("/login")
    @PermitAll
    @Operation(operationId = "logIn", summary = "Get an access token")
    @APIResponse(responseCode = "200", description = "A token for seven days.")
    public Uni<AccessToken> logIn(Credentials.LogIn input, @Context HttpServerRequest request) {
        return WorkerThreads.flatCall(() -> accounts.logIn(input, clients.of(request)));
    }

    @GET
    @Path("/me")
    @Authenticated
    @Operation(operationId = "me", summary = "Who the token is for")
    @APIResponse(responseCode = "200", description = "The account.")
    public Account me() {
        return currentUser.caller().account();
    }

    @GET
    @Path("/me/security")
    @Authenticated
    @Operation(operationId = "security", summary = "How the account is secured")
    @APIResponse(responseCode = "200", description = "What is there beside the password.")
    public AccountSecurity security() {
        return accounts.security(currentUser.id());
    }

    @PUT
    @Path("/password")
    @Blocking
    @Authenticated
    @Operation(
            operationId = "changePassword",
            summary = "Change the password",
            description = "Ends all other sessions.")
    @APIResponse(responseCode = "204", description = "It is changed.")
    public Uni<Void> changePassword(Credentials.Change input, @Context HttpServerRequest request) {
        return accounts.changePassword(currentUser.caller(), input, clients.of(request));
    }

    @DELETE
    @Path("/me")
    @Blocking
    @Authenticated
    @ConcurrencyLimited
    @Operation(
            operationId = "deleteAccount",
            summary = "Delete the account",
            description = "And everything that is kept of the user: sessions and tasks.")
    @APIResponse(responseCode = "204", description = "It is gone.")
    public Uni<Void> delete(Credentials.Confirmation input, @Context HttpServerRequest request) {
        return accounts.delete(currentUser.caller(), input, clients.of(request));
    }
}

package dev.todo.account;

import dev.todo.client.Clients;
import dev.todo.problem.ProblemException;
import io.quarkus.security.Authenticated;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
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

/** Sign-up, log-in, and who one is. */
@Path("/auth")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Accounts")
class AuthResource {

    private final Accounts accounts;
    private final PasswordWorkers workers;
    private final Clients clients;
    private final CurrentUser currentUser;

    AuthResource(Accounts accounts, PasswordWorkers workers, Clients clients, CurrentUser currentUser) {
        this.accounts = accounts;
        this.workers = workers;
        this.clients = clients;
        this.currentUser = currentUser;
    }

    @POST
    @Path("/signup")
    @ResponseStatus(201)
    @Operation(operationId = "signUp", summary = "Make an account")
    @APIResponse(
            responseCode = "201",
            description = "The account.",
            content = @Content(schema = @Schema(implementation = Account.class)))
    public Uni<Account> signUp(Credentials.SignUp input) {
        return workers.submit(() -> accounts.signUp(input));
    }

    @POST
    @Path("/login")
    @Operation(operationId = "logIn", summary = "Get an access token")
    @APIResponse(responseCode = "200", description = "A token for seven days.")
    public Uni<AccessToken> logIn(Credentials.LogIn input, @Context HttpServerRequest request) {
        var client = clients.of(request);
        return workers.submit(() -> accounts.logIn(input, client))
                .map(token -> token.orElseThrow(
                        () -> ProblemException.unauthorized("The e-mail address or the password is wrong.")));
    }

    @GET
    @Path("/me")
    @Authenticated
    @Operation(operationId = "me", summary = "Who the token is for")
    @APIResponse(responseCode = "200", description = "The account.")
    public Account me() {
        return currentUser.caller().account();
    }
}

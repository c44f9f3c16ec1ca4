package dev.todo.account;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.todo.problem.ProblemException;
import io.quarkus.security.Authenticated;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
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
    private final AccessTokens tokens;
    private final CurrentUser currentUser;

    AuthResource(Accounts accounts, PasswordWorkers workers, AccessTokens tokens, CurrentUser currentUser) {
        this.accounts = accounts;
        this.workers = workers;
        this.tokens = tokens;
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
    public Uni<Token> logIn(Credentials.LogIn input) {
        return workers.submit(() -> accounts.logIn(input))
                .map(account -> account.map(tokens::issue)
                        .map(Token::bearer)
                        .orElseThrow(
                                () -> ProblemException.unauthorized("The e-mail address or the password is wrong.")));
    }

    @GET
    @Path("/me")
    @Authenticated
    @Operation(operationId = "me", summary = "Who the token is for")
    @APIResponse(responseCode = "200", description = "The account.")
    public Account me() {
        return currentUser.account();
    }

    /** An access token response (RFC 6749, section 5.1). */
    @Schema(name = "Token")
    record Token(
            @Schema(required = true, examples = "eyJ0eXAiOiJKV1Qi…") @JsonProperty("access_token")
            String accessToken,

            @Schema(required = true, examples = "bearer") @JsonProperty("token_type")
            String tokenType,

            @Schema(required = true, examples = "604800", description = "Seconds from now.") @JsonProperty("expires_in")
            long expiresIn) {

        static Token bearer(String accessToken) {
            return new Token(accessToken, "bearer", AccessTokens.LIFETIME.toSeconds());
        }
    }
}

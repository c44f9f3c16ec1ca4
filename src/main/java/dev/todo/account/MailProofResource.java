package dev.todo.account;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.todo.client.Clients;
import dev.todo.common.Text;
import dev.todo.common.WorkerThreads;
import dev.todo.password.NewPassword;
import io.quarkus.security.Authenticated;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import jakarta.annotation.security.PermitAll;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Forgotten passwords, and addresses to be verified; 501 where the service cannot send mail. */
@Path("/auth")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Mail")
class MailProofResource {

    private final CurrentUser user;
    private final Clients clients;
    private final MailProofs proofs;

    MailProofResource(CurrentUser user, Clients clients, MailProofs proofs) {
        this.user = user;
        this.clients = clients;
        this.proofs = proofs;
    }

    @POST
    @Path("/password/forgotten")
    @PermitAll
    @ResponseStatus(202)
    @Operation(
            operationId = "forgotPassword",
            summary = "Have a token mailed, to choose another password",
            description = "The answer is the same for an address that nobody signed up with.")
    @APIResponse(responseCode = "202", description = "If it is a user's address, a mail is on its way.")
    public Uni<Void> forgotPassword(Forgotten input, @Context HttpServerRequest request) {
        return WorkerThreads.call(() -> {
            proofs.requestReset(input.email(), clients.of(request));
            return null;
        });
    }

    @POST
    @Path("/password/reset")
    @PermitAll
    @Operation(
            operationId = "resetPassword",
            summary = "Choose another password, with a token that was mailed",
            description = "Ends all sessions.")
    @APIResponse(responseCode = "204", description = "It is changed.")
    public Uni<Void> resetPassword(Reset input, @Context HttpServerRequest request) {
        return WorkerThreads.flatCall(() -> proofs.reset(input.token(), input.newPassword(), clients.of(request)));
    }

    @POST
    @Path("/email/verification")
    @Authenticated
    @ResponseStatus(202)
    @Operation(
            operationId = "requestEmailVerification",
            summary = "Have another token mailed, to verify the address",
            description = "One is mailed after signing up.")
    @APIResponse(responseCode = "202", description = "A mail is on its way.")
    public void requestVerification(@Context HttpServerRequest request) {
        proofs.requestVerification(user.caller().account(), clients.of(request));
    }

    @POST
    @Path("/email/verify")
    @PermitAll
    @Operation(operationId = "verifyEmail", summary = "Verify the address, with a token that was mailed")
    @APIResponse(responseCode = "204", description = "It is verified.")
    public Uni<Void> verify(Verification input, @Context HttpServerRequest request) {
        return WorkerThreads.call(() -> {
            proofs.verify(input.token(), clients.of(request));
            return null;
        });
    }

    /** Whose password was forgotten. */
    @Schema(name = "ForgottenPassword")
    record Forgotten(
            @Schema(required = true, examples = "ada@example.org") @NotNull(message = "is required")
            String email) {

        Forgotten {
            email = Text.first(Credentials.MAX_CHARS, Text.trim(email));
        }
    }

    /** Another password, and the right to choose it. */
    @Schema(name = "PasswordReset")
    record Reset(
            @Schema(required = true, description = "As it was mailed.") @NotNull(message = "is required")
            String token,

            @Schema(
                    required = true,
                    minLength = 8,
                    maxLength = 128,
                    examples = "better horse battery staple",
                    description = NewPassword.DESCRIPTION)
            @JsonProperty("new_password")
            @NotNull(message = "is required")
            @NewPassword
            String newPassword) {}

    /** A proof of reading mail. */
    @Schema(name = "EmailVerification")
    record Verification(
            @Schema(required = true, description = "As it was mailed.") @NotNull(message = "is required")
            String token) {}
}

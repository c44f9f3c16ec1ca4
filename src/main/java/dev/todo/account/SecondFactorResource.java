package dev.todo.account;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.todo.audit.AuditLog;
import dev.todo.audit.AuditLog.Event;
import dev.todo.client.Clients;
import dev.todo.problem.Problem.FieldError;
import dev.todo.problem.ProblemException;
import dev.todo.throttle.Throttles;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.net.URLEncoder;
import java.util.List;
import org.apache.commons.codec.binary.Base32;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** One-time passwords, asked for beside the password. */
@Path("/auth/totp")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Authenticated
@Tag(name = "Second factor")
class SecondFactorResource {

    private final CurrentUser user;
    private final Clients clients;
    private final PasswordChecks passwords;
    private final SecondFactors factors;
    private final RecoveryCodes recoveryCodes;
    private final Throttles throttles;
    private final AuditLog audit;

    SecondFactorResource(
            CurrentUser user,
            Clients clients,
            PasswordChecks passwords,
            SecondFactors factors,
            RecoveryCodes recoveryCodes,
            Throttles throttles,
            AuditLog audit) {
        this.recoveryCodes = recoveryCodes;
        this.throttles = throttles;
        this.user = user;
        this.clients = clients;
        this.passwords = passwords;
        this.factors = factors;
        this.audit = audit;
    }

    @POST
    @Blocking
    @Operation(
            operationId = "beginSecondFactor",
            summary = "Get a secret for a generator of one-time passwords",
            description = "It counts when it is confirmed. 409 if there is one that counts.")
    @APIResponse(responseCode = "200", description = "The secret.")
    public Uni<Enrolment> begin(Credentials.Confirmation input, @Context HttpServerRequest request) {
        Caller caller = user.caller();
        return passwords.confirm(
                user.id(),
                input.asked(),
                clients.of(request),
                passed -> Enrolment.of(
                        factors.begin(caller, passed), caller.account().email()));
    }

    @POST
    @Path("/confirm")
    @ConcurrencyLimited
    @Operation(
            operationId = "confirmSecondFactor",
            summary = "Show that the generator works",
            description = "From then on, logging in takes a one-time password, or a recovery code in its place.")
    @APIResponse(
            responseCode = "200",
            description = "Recovery codes, each of which is good once. They are not shown again.")
    public NewRecoveryCodes confirm(OneTimePassword input, @Context HttpServerRequest request) {
        var attempt = throttles.begin(user.id().toString(), clients.of(request));
        try {
            var codes = factors.confirm(user.caller(), input.code().strip());
            if (codes.isEmpty()) {
                audit.record(Event.SECOND_FACTOR_FAILED, user.id());
                throttles.failed(attempt);
                throw ProblemException.invalid(List.of(new FieldError("code", "is wrong")));
            }
            audit.record(Event.SECOND_FACTOR_ADDED, user.id());
            return new NewRecoveryCodes(codes.get());
        } finally {
            throttles.end(attempt);
        }
    }

    @POST
    @Path("/recovery-codes")
    @Blocking
    @Operation(
            operationId = "replaceRecoveryCodes",
            summary = "Get new recovery codes",
            description = "The old ones are good for nothing any more. 409 if there is no second factor.")
    @APIResponse(
            responseCode = "200",
            description = "Recovery codes, each of which is good once. They are not shown again.")
    public Uni<NewRecoveryCodes> replaceRecoveryCodes(
            Credentials.Confirmation input, @Context HttpServerRequest request) {
        Caller caller = user.caller();
        return passwords.confirm(user.id(), input.asked(), clients.of(request), passed -> {
            var codes = QuarkusTransaction.requiringNew().call(() -> {
                passed.locked();
                Session.requireAlive(caller);
                if (!factors.isRequired(passed.user())) {
                    throw ProblemException.conflict("There is no second factor.");
                }
                return recoveryCodes.replace(passed.user());
            });
            audit.record(Event.RECOVERY_CODES_REPLACED, passed.user());
            return new NewRecoveryCodes(codes);
        });
    }

    @DELETE
    @Blocking
    @Operation(operationId = "removeSecondFactor", summary = "Do without the second factor")
    @APIResponse(responseCode = "204", description = "Logging in takes the password alone.")
    public Uni<Void> remove(Credentials.Confirmation input, @Context HttpServerRequest request) {
        Caller caller = user.caller();
        return passwords.confirm(user.id(), input.asked(), clients.of(request), passed -> {
            factors.remove(caller, passed);
            return null;
        });
    }

    /** What a generator needs to know. */
    @Schema(name = "SecondFactorEnrolment")
    record Enrolment(
            @Schema(required = true, examples = "JBSWY3DPEHPK3PXP", description = "Base32, to be typed.")
            String secret,

            @Schema(
                    required = true,
                    examples = "otpauth://totp/Todo:ada%40example.org?secret=JBSWY3DPEHPK3PXP&issuer=Todo",
                    description = "For a QR code. SHA-1, 6 digits, 30 seconds.")
            String uri) {

        static Enrolment of(byte[] key, String email) {
            String secret = new Base32().encodeToString(key);
            String label = URLEncoder.encode(email, UTF_8).replace("+", "%20");
            return new Enrolment(secret, "otpauth://totp/Todo:" + label + "?secret=" + secret + "&issuer=Todo");
        }
    }

    /** What the generator shows. */
    @Schema(name = "OneTimePassword")
    record OneTimePassword(
            @Schema(required = true, examples = "123456") @NotNull(message = "is required")
            String code) {}

    /** To be kept in a safe place. */
    @Schema(name = "RecoveryCodes")
    record NewRecoveryCodes(
            @Schema(required = true, examples = "[\"mzxw-6ytb-oi5d-jbsw-y3dp-ehpk-3pxp-mfxw\"]")
            @JsonProperty("recovery_codes")
            List<String> recoveryCodes) {}
}

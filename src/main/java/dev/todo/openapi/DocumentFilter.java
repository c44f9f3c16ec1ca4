package dev.todo.openapi;

import dev.todo.problem.Problem;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.headers.Header;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/** Completes the OpenAPI document at build time: the refusals that operations have in common, the form of a patch. */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class DocumentFilter implements OASFilter {

    private static final Map<String, String> DESCRIPTIONS = new LinkedHashMap<>();

    private static final Set<String> THROTTLED = Set.of(
            "signUp",
            "logIn",
            "changePassword",
            "deleteAccount",
            "beginSecondFactor",
            "confirmSecondFactor",
            "replaceRecoveryCodes",
            "removeSecondFactor",
            "forgotPassword",
            "resetPassword",
            "requestEmailVerification",
            "verifyEmail");

    private static final Set<String> CONFLICTING = Set.of(
            "signUp",
            "changePassword",
            "deleteAccount",
            "beginSecondFactor",
            "confirmSecondFactor",
            "replaceRecoveryCodes",
            "removeSecondFactor");

    private static final Set<String> MAILING = Set.of("forgotPassword", "requestEmailVerification");

    static {
        DESCRIPTIONS.put("400", "The input is malformed or not valid.");
        DESCRIPTIONS.put("401", "Not authenticated.");
        DESCRIPTIONS.put("404", "Nothing of that id, or nothing of this user's.");
        DESCRIPTIONS.put("406", "The Accept header asks for something else than JSON.");
        DESCRIPTIONS.put("409", "Something is in the way: the e-mail address is taken, say.");
        DESCRIPTIONS.put("413", "The body is over 256 KiB.");
        DESCRIPTIONS.put("415", "The body is not JSON.");
        DESCRIPTIONS.put("429", "Too many attempts, or too many requests at once.");
        DESCRIPTIONS.put("501", "This service is not set up to send mail.");
        DESCRIPTIONS.put("503", "Too busy, or the database is away; worth another try.");
        DESCRIPTIONS.put("default", "Any other refusal, or a fault of the service.");
    }

    @Override
    public void filterOpenAPI(OpenAPI document) {
        DESCRIPTIONS.forEach((status, description) ->
                document.getComponents().addResponse("Problem" + status, response(status, description)));
        var schemas = document.getComponents().getSchemas();
        schemas.values().stream()
                .filter(schema -> schema.getProperties() != null)
                .forEach(schema -> schema.setProperties(inlined(schema.getProperties(), schemas)));
        document.getComponents().addSchema("TaskPatch", patchOf(schemas.get("TaskInput")));
        document.getComponents().addSchema("Export", export());
        document.getPaths()
                .getPathItems()
                .forEach((path, item) -> item.getOperations().values().forEach(operation -> addTo(operation, path)));
    }

    private static void addTo(Operation operation, String path) {
        boolean secured =
                operation.getSecurity() != null && !operation.getSecurity().isEmpty();
        boolean takesBody = operation.getRequestBody() != null;
        boolean takesParameters = operation.getParameters() != null
                && operation.getParameters().stream().anyMatch(parameter -> !"id".equals(parameter.getName()));
        add(operation, "400", takesBody || takesParameters);
        add(operation, "401", secured || path.equals("/auth/login"));
        add(operation, "404", path.contains("{id}"));
        add(operation, "406", !operation.getResponses().hasAPIResponse("204"));
        add(operation, "409", CONFLICTING.contains(operation.getOperationId()));
        add(operation, "413", takesBody);
        add(operation, "415", takesBody);
        add(operation, "429", THROTTLED.contains(operation.getOperationId()) || isConcurrencyLimited(operation, path));
        add(operation, "501", MAILING.contains(operation.getOperationId()));
        add(operation, "503", true);
        add(operation, "default", true);
        // The scanner expects that a user may be forbidden something; here what is not theirs does not exist.
        add(operation, "403", false);
        var sorted = OASFactory.createAPIResponses();
        operation.getResponses().getAPIResponses().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(response -> sorted.addAPIResponse(response.getKey(), response.getValue()));
        operation.setResponses(sorted);
    }

    private static boolean isConcurrencyLimited(Operation operation, String path) {
        return path.startsWith("/api/tasks")
                || Set.of("refresh", "listSessions").contains(operation.getOperationId());
    }

    /** Replaces "this reference or null" by what is referred to: in OpenAPI 3.0 a null would have to match the reference too. */
    private static Map<String, Schema> inlined(Map<String, Schema> properties, Map<String, Schema> schemas) {
        Map<String, Schema> inlined = new LinkedHashMap<>(properties);
        inlined.replaceAll((name, property) -> property.getAnyOf() == null
                ? property
                : nullable(property, schemas.get(nameOf(property.getAnyOf().get(0)))));
        return inlined;
    }

    private static String nameOf(Schema reference) {
        return reference.getRef().substring(reference.getRef().lastIndexOf('/') + 1);
    }

    private static Schema nullable(Schema property, Schema referred) {
        return OASFactory.createSchema()
                .type(List.of(referred.getType().get(0), Schema.SchemaType.NULL))
                .format(referred.getFormat())
                .description(referred.getDescription())
                .enumeration(referred.getEnumeration())
                .defaultValue(property.getDefaultValue())
                .examples(referred.getExamples());
    }

    private static Schema patchOf(Schema input) {
        return OASFactory.createSchema()
                .addType(Schema.SchemaType.OBJECT)
                .description("Any of the fields of a TaskInput: what is left out stays, null clears.")
                .properties(input.getProperties());
    }

    private static Schema export() {
        return OASFactory.createSchema()
                .addType(Schema.SchemaType.OBJECT)
                .required(List.of("account", "security", "sessions", "mailed_tokens", "tasks"))
                .addProperty("account", OASFactory.createSchema().ref("Account"))
                .addProperty("security", OASFactory.createSchema().ref("AccountSecurity"))
                .addProperty("sessions", listOf("Session"))
                .addProperty("mailed_tokens", listOf("MailedToken"))
                .addProperty("tasks", listOf("Task"));
    }

    private static Schema listOf(String name) {
        return OASFactory.createSchema()
                .addType(Schema.SchemaType.ARRAY)
                .items(OASFactory.createSchema().ref(name));
    }

    private static void add(Operation operation, String status, boolean applies) {
        if (applies) {
            operation
                    .getResponses()
                    .addAPIResponse(status, OASFactory.createAPIResponse().ref("Problem" + status));
        } else {
            operation.getResponses().removeAPIResponse(status);
        }
    }

    private static APIResponse response(String status, String description) {
        var response = OASFactory.createAPIResponse()
                .description(description)
                .content(OASFactory.createContent()
                        .addMediaType(
                                Problem.MEDIA_TYPE,
                                OASFactory.createMediaType()
                                        .schema(OASFactory.createSchema().ref("Problem"))));
        if (status.equals("401")) {
            response.addHeader("WWW-Authenticate", header(Schema.SchemaType.STRING, "A Bearer challenge (RFC 6750)."));
        }
        if (status.equals("503") || status.equals("429")) {
            response.addHeader("Retry-After", header(Schema.SchemaType.INTEGER, "Seconds."));
        }
        return response;
    }

    private static Header header(Schema.SchemaType type, String description) {
        return OASFactory.createHeader()
                .description(description)
                .schema(OASFactory.createSchema().addType(type));
    }
}

package dev.todo.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Kubernetes manifests: no field that Kubernetes does not know, and pods that a restricted namespace admits. */
class ManifestTest {

    private static final Path FOLDER = Path.of("src", "main", "kubernetes");

    private static final Map<String, Class<?>> KINDS = Map.of(
            "v1 ConfigMap", ConfigMap.class,
            "v1 Secret", Secret.class,
            "v1 Service", Service.class,
            "apps/v1 Deployment", Deployment.class,
            "autoscaling/v2 HorizontalPodAutoscaler", HorizontalPodAutoscaler.class,
            "batch/v1 Job", Job.class,
            "networking.k8s.io/v1 NetworkPolicy", NetworkPolicy.class,
            "policy/v1 PodDisruptionBudget", PodDisruptionBudget.class,
            "serving.knative.dev/v1 Service", io.fabric8.knative.serving.v1.Service.class);

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
                /** The models keep what they do not know; here that is an error. */
                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return false;
                }
            });

    @Test
    void everyManifestIsValid() throws IOException {
        Set<String> kinds = new HashSet<>();
        try (Stream<Path> files = Files.walk(FOLDER)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".yaml"))
                    .filter(path -> !path.endsWith("kustomization.yaml"))
                    .toList()) {
                for (Object manifest : parse(Files.readString(file))) {
                    kinds.add(manifest.getClass().getName());
                }
            }
        }
        // all but the ConfigMap, which Kustomize makes
        assertEquals(KINDS.size() - 1, kinds.size(), kinds.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "knative"})
    void whatKustomizeMakesOfThemIsValidToo(String overlay) throws Exception {
        var kubectl = start("kubectl", "kustomize", FOLDER.resolve(overlay).toString());
        assumeTrue(kubectl != null, "There is no kubectl here");
        String rendered = new String(kubectl.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertEquals(0, kubectl.waitFor(), rendered);
        List<Object> manifests = parse(rendered);
        assertEquals(overlay.isEmpty() ? 7 : 4, manifests.size(), rendered);
        assertFalse(rendered.contains("image: todo\n"), "an image without a tag");
        assertTrue(rendered.contains("namespaceSelector"), rendered);
    }

    @Test
    void podsAreRestricted() throws IOException {
        List<PodSpec> pods = new ArrayList<>();
        for (Object manifest : parse(Files.readString(FOLDER.resolve("base/deployment.yaml")))) {
            pods.add(((Deployment) manifest).getSpec().getTemplate().getSpec());
        }
        for (Object manifest : parse(Files.readString(FOLDER.resolve("base/migration.yaml")))) {
            pods.add(((Job) manifest).getSpec().getTemplate().getSpec());
        }
        assertEquals(2, pods.size());
        for (PodSpec pod : pods) {
            assertTrue(pod.getSecurityContext().getRunAsNonRoot());
            assertEquals(
                    "RuntimeDefault",
                    pod.getSecurityContext().getSeccompProfile().getType());
            assertEquals(false, pod.getAutomountServiceAccountToken());
            for (Container container : pod.getContainers()) {
                var context = container.getSecurityContext();
                assertFalse(context.getAllowPrivilegeEscalation());
                assertTrue(context.getReadOnlyRootFilesystem());
                assertEquals(List.of("ALL"), context.getCapabilities().getDrop());
                assertTrue(container.getResources().getLimits().containsKey("memory"));
            }
        }
    }

    @Test
    void eachPodGetsTheSecretsThatItNeeds() throws IOException {
        var deployment = (Deployment) manifest("base/deployment.yaml");
        var knative = (io.fabric8.knative.serving.v1.Service) manifest("knative/service.yaml");
        var migration = (Job) manifest("base/migration.yaml");
        List<String> ofTheService =
                List.of("DATABASE_URL", "JWT_SECRET", "JWT_SECRET_PREVIOUS?", "SMTP_USERNAME?", "SMTP_PASSWORD?");
        assertEquals(
                ofTheService,
                secrets(deployment.getSpec().getTemplate().getSpec().getContainers()));
        assertEquals(
                ofTheService, secrets(knative.getSpec().getTemplate().getSpec().getContainers()));
        assertEquals(
                List.of("DATABASE_URL"),
                secrets(migration.getSpec().getTemplate().getSpec().getContainers()));
    }

    /** With a question mark what need not be there. */
    private static List<String> secrets(List<Container> containers) {
        return containers.stream()
                .flatMap(container -> container.getEnv().stream())
                .filter(variable -> variable.getValueFrom() != null)
                .map(variable -> {
                    var secret = variable.getValueFrom().getSecretKeyRef();
                    assertEquals(secret.getKey(), variable.getName());
                    return secret.getKey() + (Boolean.TRUE.equals(secret.getOptional()) ? "?" : "");
                })
                .toList();
    }

    private static Object manifest(String file) throws IOException {
        List<Object> manifests = parse(Files.readString(FOLDER.resolve(file)));
        assertEquals(1, manifests.size(), file);
        return manifests.get(0);
    }

    private static List<Object> parse(String yaml) throws IOException {
        List<Object> manifests = new ArrayList<>();
        try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(yaml)) {
            while (documents.hasNext()) {
                JsonNode document = documents.next();
                String kind = document.path("apiVersion").asText() + " "
                        + document.path("kind").asText();
                assertTrue(KINDS.containsKey(kind), kind);
                manifests.add(YAML.treeToValue(document, KINDS.get(kind)));
            }
        }
        return manifests;
    }

    private static Process start(String... command) {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            return null;
        }
    }
}

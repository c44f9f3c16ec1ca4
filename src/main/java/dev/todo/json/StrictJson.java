package dev.todo.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.todo.problem.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.validation.Validator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Locale;

/** Reads input: text into a document, a document into a record whose constraints hold. */
@ApplicationScoped
public class StrictJson {

    /**
     * Brackets, names and values, of which no body needs a tenth. What takes a few bytes to send takes hundreds to keep, and
     * makes an error each.
     */
    private static final int MAX_TOKENS = 1000;

    /** In characters; no field's name has more than a fifth. */
    private static final int MAX_NAME = 100;

    private final ObjectMapper parser = JsonMapper.builder(JsonFactory.builder()
                    // Jackson would keep every name that anybody makes up: a native image frees no interned string.
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxTokenCount(MAX_TOKENS)
                            .maxNameLength(MAX_NAME)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final ObjectMapper mapper;
    private final Validator validator;

    StrictJson(ObjectMapper mapper, Validator validator) {
        this.mapper = mapper;
        this.validator = validator;
    }

    /**
     * Parses a JSON object.
     *
     * @throws ProblemException 400 if it is not well-formed (RFC 8259), names a field twice, or is no object
     */
    ObjectNode parse(byte[] text) {
        JsonNode document;
        try {
            document = parser.readTree(decode(text));
        } catch (StreamConstraintsException e) {
            throw ProblemException.malformed(
                    "The body has too many parts, too many levels, or too long a name or number.");
        } catch (JsonProcessingException e) {
            var location = e.getLocation();
            throw ProblemException.malformed(
                    location == null
                            ? "The body is not well-formed JSON."
                            : "The body is not well-formed JSON: see line %d, column %d."
                                    .formatted(location.getLineNr(), location.getColumnNr()));
        }
        if (document instanceof ObjectNode object) {
            return object;
        }
        throw ProblemException.malformed("The body must be a JSON object.");
    }

    /** Jackson by itself would also take UTF-16 and overlong forms (RFC 8259, section 8.1; RFC 3629, section 10). */
    private static String decode(byte[] text) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
        } catch (CharacterCodingException e) {
            throw ProblemException.malformed("The body is not UTF-8.");
        }
    }

    /**
     * Binds a document to a record.
     *
     * @throws ProblemException 400 with every field that is unknown, of the wrong type, or against a constraint
     */
    public <T extends Record> T bind(ObjectNode document, Class<T> type) {
        var errors = new BindingErrors();
        T input;
        try {
            input = errors.collectInto(mapper.readerFor(type)).readValue(document);
        } catch (JsonMappingException e) {
            errors.add(e);
            throw ProblemException.invalid(errors.list());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (var violation : validator.validate(input)) {
            errors.add(wireName(violation.getPropertyPath().iterator().next().getName()), violation.getMessage());
        }
        if (!errors.list().isEmpty()) {
            throw ProblemException.invalid(errors.list());
        }
        return input;
    }

    /** Every field is called on the wire what its component is called, in snake case. */
    private static String wireName(String component) {
        return component.replaceAll("(?=\\p{Upper})", "_").toLowerCase(Locale.ROOT);
    }

    /** The document that a record is on the wire. */
    public ObjectNode documentOf(Record value) {
        return mapper.valueToTree(value);
    }

    /**
     * Applies a merge patch to a flat document. What is cleared is null in the result, and not gone, so that binding sees the
     * name of a field that does not exist.
     *
     * @see <a href="https://www.rfc-editor.org/rfc/rfc7396">RFC 7396</a>
     */
    public static ObjectNode merge(ObjectNode document, ObjectNode patch) {
        ObjectNode merged = document.deepCopy();
        return merged.setAll(patch);
    }
}

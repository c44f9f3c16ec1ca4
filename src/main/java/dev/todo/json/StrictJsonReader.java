package dev.todo.json;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.todo.problem.ProblemException;
import jakarta.annotation.Nullable;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyReader;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.Arrays;

/**
 * Reads every request body: what a resource is handed is valid. A record is bound and checked, an {@link ObjectNode} is
 * handed on as it is, and only a parameter that is {@link Nullable} may do without a body.
 */
@Provider
@Consumes({MediaType.APPLICATION_JSON, StrictJsonReader.MERGE_PATCH})
public class StrictJsonReader implements MessageBodyReader<Object> {

    /** RFC 7396, section 4 */
    public static final String MERGE_PATCH = "application/merge-patch+json";

    private static final int MAX_BYTES = 256 * 1024;

    private final StrictJson json;

    StrictJsonReader(StrictJson json) {
        this.json = json;
    }

    @Override
    public boolean isReadable(Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
        return type.isRecord() || type == ObjectNode.class;
    }

    @Override
    public Object readFrom(
            Class<Object> type,
            Type genericType,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, String> headers,
            InputStream body) {
        byte[] text = read(body);
        if (text.length > MAX_BYTES) {
            throw ProblemException.tooLarge();
        }
        if (text.length == 0) {
            if (Arrays.stream(annotations).anyMatch(Nullable.class::isInstance)) {
                return null;
            }
            throw ProblemException.malformed("The body is empty; it must be a JSON object.");
        }
        ObjectNode document = json.parse(text);
        Class<?> target = type;
        return target.isRecord() ? json.bind(document, target.asSubclass(Record.class)) : document;
    }

    private static byte[] read(InputStream body) {
        try {
            return body.readNBytes(MAX_BYTES + 1);
        } catch (IOException e) {
            // The client went away or is too slow (quarkus.http.read-timeout).
            throw ProblemException.incomplete();
        }
    }
}

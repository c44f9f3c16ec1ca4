package dev.todo.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.deser.ValueInstantiator;
import dev.todo.problem.Problem.FieldError;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects everything that is wrong with a document while Jackson binds it, which by itself stops at the first error. */
final class BindingErrors {

    private static final String WRONG_TYPE = "is of the wrong type";

    private final Map<String, String> messages = new LinkedHashMap<>();

    ObjectReader collectInto(ObjectReader reader) {
        return reader.withAttribute(BindingErrors.class, this);
    }

    /** Takes up what Jackson gave up at, for all that is noted. */
    void add(JsonMappingException failure) {
        add(failure.getPath().isEmpty() ? "" : failure.getPath().get(0).getFieldName(), WRONG_TYPE);
    }

    /** Keeps the first error of a field: the later ones follow from it. */
    void add(String field, String message) {
        messages.putIfAbsent(field, message);
    }

    List<FieldError> list() {
        return messages.entrySet().stream()
                .map(error -> new FieldError(error.getKey(), error.getValue()))
                .toList();
    }

    /** Notes an error and lets Jackson go on as if the value had been null. */
    static final class Handler extends DeserializationProblemHandler {

        @Override
        public boolean handleUnknownProperty(
                DeserializationContext context,
                JsonParser parser,
                JsonDeserializer<?> deserializer,
                Object beanOrClass,
                String name)
                throws IOException {
            var errors = of(context);
            if (errors == null) {
                return false;
            }
            errors.add(name, "is not a known field");
            parser.skipChildren();
            return true;
        }

        @Override
        public Object handleUnexpectedToken(
                DeserializationContext context, JavaType target, JsonToken token, JsonParser parser, String failure)
                throws IOException {
            var errors = of(context);
            if (errors == null) {
                return NOT_HANDLED;
            }
            errors.add(field(parser), expectation(target));
            parser.skipChildren();
            return null;
        }

        @Override
        public Object handleWeirdStringValue(
                DeserializationContext context, Class<?> target, String value, String failure) throws IOException {
            return note(context, failure);
        }

        /** What Jackson calls a string, number or boolean in place of a list. */
        @Override
        public Object handleMissingInstantiator(
                DeserializationContext context,
                Class<?> target,
                ValueInstantiator instantiator,
                JsonParser parser,
                String failure)
                throws IOException {
            return note(context, WRONG_TYPE);
        }

        private static Object note(DeserializationContext context, String message) {
            var errors = of(context);
            if (errors == null) {
                return NOT_HANDLED;
            }
            errors.add(field(context.getParser()), message);
            return null;
        }

        private static BindingErrors of(DeserializationContext context) {
            return (BindingErrors) context.getAttribute(BindingErrors.class);
        }

        /** The field of the document that the parser is in, however deep. */
        private static String field(JsonParser parser) {
            JsonStreamContext context = parser.getParsingContext();
            while (context.getParent() != null && !context.getParent().inRoot()) {
                context = context.getParent();
            }
            return context.getCurrentName();
        }

        private static String expectation(JavaType target) {
            if (target.hasRawClass(Boolean.class)) {
                return "must be true or false";
            }
            return target.hasRawClass(String.class) ? "must be a string" : WRONG_TYPE;
        }
    }
}

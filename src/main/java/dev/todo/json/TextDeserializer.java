package dev.todo.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import java.io.IOException;

/** Reads a value that is a string on the wire, and takes no other token for it. */
public abstract class TextDeserializer<T> extends StdDeserializer<T> {

    protected TextDeserializer(Class<T> type) {
        super(type);
    }

    /**
     * Makes the value.
     *
     * @throws IllegalArgumentException if the text stands for none; the message completes the sentence that the field's name
     *     begins
     */
    protected abstract T parse(String text);

    @Override
    @SuppressWarnings("unchecked")
    public final T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        if (!parser.hasToken(JsonToken.VALUE_STRING)) {
            return (T) context.handleUnexpectedToken(String.class, parser);
        }
        try {
            return parse(parser.getText());
        } catch (IllegalArgumentException e) {
            return (T) context.handleWeirdStringValue(handledType(), parser.getText(), e.getMessage());
        }
    }
}

package dev.todo.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.quarkus.jackson.ObjectMapperCustomizer;
import jakarta.inject.Singleton;
import java.io.IOException;

/** Lets Jackson convert nothing: a number is no string, a string is no boolean, a misspelt field is an error. */
@Singleton
class StrictObjectMapper implements ObjectMapperCustomizer {

    @Override
    public void customize(ObjectMapper mapper) {
        mapper.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .addHandler(new BindingErrors.Handler())
                .registerModule(new SimpleModule("strict")
                        .addDeserializer(String.class, new StrictString())
                        .addDeserializer(Boolean.class, new StrictBoolean()));
        mapper.getFactory()
                // An emoji takes 4 bytes then, and not 12.
                .configure(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8.mappedFeature(), true);
    }

    /** PostgreSQL stores neither of what this refuses, and UTF-8 has no halves of surrogate pairs. */
    private static final class StrictString extends TextDeserializer<String> {

        private StrictString() {
            super(String.class);
        }

        @Override
        protected String parse(String text) {
            if (text.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("must not contain U+0000");
            }
            if (text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
                throw new IllegalArgumentException("must not contain half of a surrogate pair");
            }
            return text;
        }
    }

    private static final class StrictBoolean extends StdDeserializer<Boolean> {

        private StrictBoolean() {
            super(Boolean.class);
        }

        @Override
        public Boolean deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return switch (parser.currentToken()) {
                case VALUE_TRUE -> Boolean.TRUE;
                case VALUE_FALSE -> Boolean.FALSE;
                default -> (Boolean) context.handleUnexpectedToken(Boolean.class, parser);
            };
        }
    }
}

package io.openclaw.gateway.common.json;

import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * A piece of JSON kept as its text, so that a stage which does not look at it neither parses nor rewrites it.
 *
 * <p>Two pieces are equal when their texts are; for equality of meaning compare {@link CanonicalJson}.
 */
@JsonSerialize(using = RawJson.Writer.class)
@JsonDeserialize(using = RawJson.Reader.class)
public final class RawJson {
    /** The context attribute that holds the whole source, so that an object or array is sliced out of it. */
    static final Object SOURCE = RawJson.class;

    /** The empty object. */
    public static final RawJson EMPTY_OBJECT = new RawJson("{}");

    private final String text;

    private RawJson(String text) {
        this.text = text;
    }

    /** Keeps a text that is known to be valid JSON. */
    public static RawJson of(String json) {
        return new RawJson(json);
    }

    /** Writes a value as JSON and keeps the text. */
    public static RawJson from(Object value) {
        return new RawJson(Json.MAPPER.writeValueAsString(value));
    }

    /** Returns the JSON text. */
    public String text() {
        return text;
    }

    /** Parses the text as a value of a type. */
    public <T> T as(Class<T> type) {
        // The parts that stay raw are sliced out of the source: a number that is read and written again may lose a
        // sign.
        return JsonNode.class.isAssignableFrom(type)
                ? Json.MAPPER.readValue(text, type)
                : Json.readUnchecked(text.getBytes(StandardCharsets.UTF_8), type);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RawJson that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(text);
    }

    /** Returns a length, never the content: it may hold a secret. */
    @Override
    public String toString() {
        return "RawJson[" + text.length() + " characters]";
    }

    static final class Writer extends StdSerializer<RawJson> {
        Writer() {
            super(RawJson.class);
        }

        @Override
        public void serialize(RawJson value, JsonGenerator generator, SerializationContext context) {
            generator.writeRawValue(value.text);
        }
    }

    static final class Reader extends StdDeserializer<RawJson> {
        Reader() {
            super(RawJson.class);
        }

        @Override
        public RawJson deserialize(JsonParser parser, DeserializationContext context) {
            boolean container =
                    parser.currentToken() == JsonToken.START_OBJECT || parser.currentToken() == JsonToken.START_ARRAY;
            if (container && context.getAttribute(SOURCE) instanceof byte[] source) {
                int start = Math.toIntExact(parser.currentTokenLocation().getByteOffset());
                parser.skipChildren();
                int end = Math.toIntExact(parser.currentLocation().getByteOffset());
                return new RawJson(new String(source, start, end - start, StandardCharsets.UTF_8));
            }
            if (parser.currentToken().isNumeric()) {
                return new RawJson(parser.getString());
            }
            var copy = new StringWriter();
            try (JsonGenerator generator = Json.MAPPER.createGenerator(copy)) {
                generator.copyCurrentStructureExact(parser);
            }
            return new RawJson(copy.toString());
        }

        @Override
        public RawJson getNullValue(DeserializationContext context) {
            return new RawJson("null");
        }

        @Override
        public @Nullable Object getAbsentValue(DeserializationContext context) {
            return null;
        }
    }
}

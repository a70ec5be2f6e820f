package io.openclaw.gateway.common.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/** The one JSON mapper of the gateway. Nesting is limited to 500 levels, and a repeated name is an error. */
public final class Json {
    /** Omits absent values, writes instants as RFC 3339 text, ignores unknown fields that no record keeps. */
    public static final JsonMapper MAPPER = JsonMapper.builder()
            .changeDefaultPropertyInclusion(value -> value.withValueInclusion(JsonInclude.Include.NON_NULL))
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            // A number passes exactly, whatever reads it on its way.
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .addModule(InstantText.module())
            .build();
    /** For events: the gateway wrote them itself, and looking for duplicate names takes a fifth of the time. */
    private static final ConcurrentHashMap<Class<?>, ObjectReader> EVENT_READERS = new ConcurrentHashMap<>();

    private Json() {}

    /**
     * Reads a value that came from outside; {@link RawJson} parts of it are sliced out of the source and not parsed further.
     *
     * @throws InexactJsonException naming the place of text that UTF-8 cannot carry; see {@link JsonText}
     */
    public static <T> T read(byte[] source, Class<T> type, DeserializationFeature... with) {
        JsonText.requireUtf8(source);
        return readUnchecked(source, type, with);
    }

    /** Reads a value as {@link #read} does; the caller checks the source with {@link JsonText}. */
    public static <T> T readUnchecked(byte[] source, Class<T> type, DeserializationFeature... with) {
        return MAPPER.readerFor(type)
                .withFeatures(with)
                .withAttribute(RawJson.SOURCE, source)
                .readValue(source);
    }

    /** Reads an event; {@link RawJson} parts of it are sliced out of the source and not parsed further. */
    public static <T> T readEvent(byte[] source, Class<T> type) {
        ObjectReader reader = EVENT_READERS.computeIfAbsent(
                type, key -> MAPPER.readerFor(key).without(StreamReadFeature.STRICT_DUPLICATE_DETECTION));
        return reader.withAttribute(RawJson.SOURCE, source).readValue(source);
    }

    /** Writes a value as UTF-8. */
    public static byte[] write(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }
}

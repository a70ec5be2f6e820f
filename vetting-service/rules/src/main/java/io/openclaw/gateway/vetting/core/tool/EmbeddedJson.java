package io.openclaw.gateway.vetting.core.tool;

import io.openclaw.gateway.common.json.Json;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** JSON that stands inside a text. */
final class EmbeddedJson {
    private static final int MAX_LENGTH = 256 * 1024;

    private EmbeddedJson() {}

    /** Returns the object or list that a text holds, or {@code null} if it is none. */
    static @Nullable JsonNode in(String text) {
        if (text.length() < 2 || text.length() > MAX_LENGTH) {
            return null;
        }
        String inner = text.strip();
        boolean looksLikeIt =
                (inner.startsWith("{") && inner.endsWith("}")) || (inner.startsWith("[") && inner.endsWith("]"));
        if (!looksLikeIt) {
            return null;
        }
        try {
            return Json.MAPPER.readTree(inner);
        } catch (JacksonException e) {
            return null;
        }
    }
}

package io.openclaw.gateway.ingress.web.mcp;

import io.openclaw.gateway.ingress.core.mcp.JsonRpcException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/** What clients send and what they accept, as their headers say (RFC 9110 sections 8.3 and 12.5.1). */
final class MediaTypes {
    /** JSON-RPC over HTTP has a name of its own for the same thing; neither can be sent by a page without a preflight. */
    private static final Set<String> JSON = Set.of("json", "json-rpc");

    private static final MediaType JSON_RPC = new MediaType("application", "json-rpc");

    private MediaTypes() {}

    /**
     * What a client accepts.
     *
     * @param json whether an answer may be a JSON object
     * @param events whether an answer may be a stream of server-sent events
     */
    record Accepted(boolean json, boolean events) {
        /** Of a client that takes whichever fits. */
        static final Accepted BOTH = new Accepted(true, true);

        /**
         * Reads the values of {@code Accept}; no value accepts everything.
         *
         * @throws JsonRpcException if neither JSON nor events are accepted (406)
         */
        static Accepted of(List<String> values) {
            List<MediaType> ranges;
            try {
                ranges = MediaType.parseMediaTypes(values);
            } catch (InvalidMediaTypeException e) {
                throw notAcceptable("'Accept' is '" + String.join(", ", values) + "', which cannot be read");
            }
            if (ranges.isEmpty()) {
                return BOTH;
            }
            boolean namesJson =
                    ranges.stream().anyMatch(range -> range.equalsTypeAndSubtype(MediaType.APPLICATION_JSON));
            var accepted = new Accepted(
                    accepts(ranges, MediaType.APPLICATION_JSON) || (!namesJson && accepts(ranges, JSON_RPC)),
                    accepts(ranges, MediaType.TEXT_EVENT_STREAM));
            if (!accepted.json && !accepted.events) {
                throw notAcceptable("'Accept' is '" + String.join(", ", values)
                        + "'; it has to list application/json, text/event-stream, or both");
            }
            return accepted;
        }

        /** The range that is most particular decides, so that one can be left out of a wider one with {@code q=0}. */
        private static boolean accepts(List<MediaType> ranges, MediaType type) {
            return ranges.stream()
                    .filter(range -> range.includes(type))
                    .min(Comparator.comparing(MediaType::isWildcardType).thenComparing(MediaType::isWildcardSubtype))
                    .filter(range -> range.getQualityValue() > 0)
                    .isPresent();
        }

        private static JsonRpcException notAcceptable(String why) {
            return new JsonRpcException(JsonRpcException.INVALID_REQUEST, why, null, 406);
        }
    }

    /**
     * Checks that a body is said to be JSON in UTF-8.
     *
     * @throws JsonRpcException if it is said to be something else, or nothing (415)
     */
    static void requireJson(@Nullable String contentType) {
        try {
            MediaType type = contentType == null ? null : MediaType.parseMediaType(contentType);
            if (type != null
                    && type.getType().equals("application")
                    && JSON.contains(type.getSubtype())
                    && (type.getCharset() == null || type.getCharset().equals(StandardCharsets.UTF_8))) {
                return;
            }
        } catch (IllegalArgumentException e) {
            // No media type, or no charset.
        }
        throw new JsonRpcException(
                JsonRpcException.INVALID_REQUEST,
                (contentType == null ? "'Content-Type' is missing" : "'Content-Type' is '" + contentType + "'")
                        + "; it has to be application/json, in UTF-8",
                null,
                415);
    }
}

package io.openclaw.gateway.common.mcp;

import io.openclaw.gateway.common.json.RawJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The headers that repeat parts of a request's body (MCP 2026-07-28, Streamable HTTP, "Request Metadata"): how values are
 * written in them, and which arguments of a tool are repeated.
 */
public final class McpHeaders {
    public static final String VERSION = "MCP-Protocol-Version";
    public static final String METHOD = "Mcp-Method";
    public static final String NAME = "Mcp-Name";
    /** What the header of an argument begins with. */
    public static final String ARGUMENT = "Mcp-Param-";

    private static final String ANNOTATION = "x-mcp-header";
    private static final String OPEN = "=?base64?";
    private static final String CLOSE = "?=";
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final long SAFE = (1L << 53) - 1;

    private McpHeaders() {}

    /** Returns a value as a header carries it: as it is if that is safe, else in Base64 between markers. */
    public static String encode(String value) {
        boolean plain = value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c < 0x7f))
                && value.equals(value.strip())
                && !(value.startsWith(OPEN) && value.endsWith(CLOSE));
        return plain
                ? value
                : OPEN + Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8)) + CLOSE;
    }

    /** Returns the value that a header carries; empty if it is not written as it has to be. */
    public static Optional<String> decode(String header) {
        if (!header.chars().allMatch(c -> c == '\t' || (c >= ' ' && c < 0x7f))) {
            return Optional.empty();
        }
        if (!(header.startsWith(OPEN) && header.endsWith(CLOSE) && header.length() >= OPEN.length() + CLOSE.length())) {
            return Optional.of(header);
        }
        try {
            String encoded = header.substring(OPEN.length(), header.length() - CLOSE.length());
            // Java's decoder does without the padding.
            return encoded.length() % 4 == 0
                    ? Optional.of(new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * An argument that a header repeats.
     *
     * @param header the header's whole name
     * @param path where the argument is in the call's arguments
     */
    public record Repeated(String header, List<String> path) {
        /** Returns the argument as the header has to say it, not encoded yet; empty if the call has no such argument. */
        public Optional<String> in(@Nullable JsonNode arguments) {
            JsonNode value = arguments;
            for (String step : path) {
                value = value == null ? null : value.get(step);
            }
            return value == null || value.isNull() || value.isContainer()
                    ? Optional.empty()
                    : Optional.of(value.asString());
        }
    }

    /**
     * Returns which arguments of a tool are repeated in headers.
     *
     * @param inputSchema the tool's schema
     * @throws IllegalArgumentException if the schema marks an argument that cannot be repeated; the message says why
     */
    public static List<Repeated> of(@Nullable RawJson inputSchema) {
        if (inputSchema == null || !inputSchema.text().contains(ANNOTATION)) {
            return List.of();
        }
        var found = new ArrayList<Repeated>();
        JsonNode schema = inputSchema.as(JsonNode.class);
        reachable(schema, List.of(), found, new HashSet<>());
        if (found.size() != annotations(schema, false)) {
            throw new IllegalArgumentException(
                    ANNOTATION + " stands where it may not: it has to be reachable by 'properties' alone");
        }
        return List.copyOf(found);
    }

    private static void reachable(JsonNode schema, List<String> path, List<Repeated> found, Set<String> names) {
        JsonNode properties = schema.get("properties");
        if (properties == null || !properties.isObject()) {
            return;
        }
        properties.properties().forEach(property -> {
            var here = new ArrayList<>(path);
            here.add(property.getKey());
            JsonNode annotation = property.getValue().get(ANNOTATION);
            if (annotation != null) {
                String name = annotation.asString("");
                String type = property.getValue().path("type").asString("");
                if (!annotation.isString() || !TOKEN.matcher(name).matches()) {
                    throw new IllegalArgumentException(ANNOTATION + " is " + annotation + ", which names no header");
                }
                if (!names.add(name.toLowerCase(Locale.ROOT))) {
                    throw new IllegalArgumentException(ANNOTATION + " names " + name + " twice");
                }
                if (!Set.of("string", "integer", "boolean").contains(type)) {
                    throw new IllegalArgumentException(ANNOTATION + " " + name + " is of the type '" + type
                            + "'; it may be string, integer or boolean");
                }
                found.add(new Repeated(ARGUMENT + name, List.copyOf(here)));
            }
            reachable(property.getValue(), here, found, names);
        });
    }

    /** Counts the annotations in schemas; a property that happens to have the name is none. */
    private static int annotations(JsonNode node, boolean isMapOfSchemas) {
        if (node.isArray()) {
            int sum = 0;
            for (JsonNode element : node) {
                sum += annotations(element, false);
            }
            return sum;
        }
        if (!node.isObject()) {
            return 0;
        }
        int sum = 0;
        for (var entry : node.properties()) {
            if (entry.getKey().equals(ANNOTATION) && !isMapOfSchemas) {
                sum++;
            } else if (!Set.of("enum", "const", "default", "examples").contains(entry.getKey()) || isMapOfSchemas) {
                sum += annotations(
                        entry.getValue(),
                        !isMapOfSchemas
                                && Set.of("properties", "$defs", "definitions").contains(entry.getKey()));
            }
        }
        return sum;
    }

    /** Tells whether a header says what the body says; whole numbers are compared as numbers. */
    public static boolean say(String header, String body) {
        if (header.equals(body)) {
            return true;
        }
        try {
            var number = new java.math.BigDecimal(header);
            return header.length() <= 40
                    && number.compareTo(new java.math.BigDecimal(body)) == 0
                    && number.abs().compareTo(java.math.BigDecimal.valueOf(SAFE)) <= 0;
        } catch (NumberFormatException e) {
            return false;
        }
    }
}

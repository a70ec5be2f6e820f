package io.openclaw.gateway.common.json;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.erdtman.jcs.NumberToJSON;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The canonical form of JSON (RFC 8785), extended to numbers that no double holds.
 *
 * <p>RFC 8785 reads numbers as IEEE 754 doubles, so 9007199254740993 and 9007199254740992 would have one form. Here a number has
 * RFC 8785's form if that denotes exactly its value; else it is written out in decimal, without exponent and without trailing
 * zeros. So two pieces of JSON have one form exactly when they are equal, numbers compared as exact decimals: 1, 1.0 and 1e0 are
 * one number. See docs/decisions/0013-numbers-beyond-doubles.md.
 */
public final class CanonicalJson {
    private static final long MAX_PLAIN = 1_000_000_000_000_000L;

    private CanonicalJson() {}

    /**
     * Returns the canonical UTF-8 bytes of a piece of JSON.
     *
     * @throws InexactJsonException naming the place of a number beyond the bounds of {@link JsonText}, a repeated name, or a
     *     lone surrogate
     */
    public static byte[] of(RawJson json) {
        JsonText.requireExact(json);
        var canonical = new StringBuilder(json.text().length());
        try {
            write(json.as(JsonNode.class), canonical);
        } catch (JacksonException e) {
            throw new InexactJsonException("no canonical form (RFC 8785): " + e.getOriginalMessage(), e);
        }
        return canonical.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Returns a string as a canonical JSON string, quotes included.
     *
     * @throws InexactJsonException if it has a lone surrogate
     */
    public static String quote(String text) {
        JsonText.requireWhole("the text", text);
        var quoted = new StringBuilder(text.length() + 2);
        quote(text, quoted);
        return quoted.toString();
    }

    /** Tells whether a double, as RFC 8785 writes it, denotes exactly this number. */
    public static boolean isDouble(BigDecimal number) {
        double nearest = number.doubleValue();
        return !Double.isInfinite(nearest) && new BigDecimal(rfc8785(nearest)).compareTo(number) == 0;
    }

    private static void write(JsonNode node, StringBuilder out) {
        switch (node.getNodeType()) {
            case OBJECT -> {
                // String's order is that of UTF-16 code units (RFC 8785 section 3.2.3).
                Map<String, JsonNode> sorted = new TreeMap<>();
                node.properties().forEach(field -> sorted.put(field.getKey(), field.getValue()));
                out.append('{');
                boolean first = true;
                for (Map.Entry<String, JsonNode> field : sorted.entrySet()) {
                    out.append(first ? "" : ",");
                    first = false;
                    quote(field.getKey(), out);
                    out.append(':');
                    write(field.getValue(), out);
                }
                out.append('}');
            }
            case ARRAY -> {
                out.append('[');
                for (int i = 0; i < node.size(); i++) {
                    out.append(i == 0 ? "" : ",");
                    write(node.get(i), out);
                }
                out.append(']');
            }
            case STRING -> quote(node.stringValue(), out);
            case NUMBER -> out.append(number(node));
            default -> out.append(node.asString("null"));
        }
    }

    private static String number(JsonNode node) {
        if (node.isInt() || (node.isLong() && Math.abs(node.longValue()) < MAX_PLAIN)) {
            return Long.toString(node.longValue());
        }
        BigDecimal number = node.decimalValue();
        return isDouble(number)
                ? rfc8785(number.doubleValue())
                : number.stripTrailingZeros().toPlainString();
    }

    private static String rfc8785(double number) {
        try {
            return NumberToJSON.serializeNumber(number);
        } catch (IOException e) {
            throw new IllegalArgumentException(number + " is no number of JSON", e);
        }
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') {
                        out.append("\\u00")
                                .append(Character.forDigit(c >> 4, 16))
                                .append(Character.forDigit(c & 15, 16));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}

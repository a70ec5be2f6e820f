package io.openclaw.gateway.common.json;

import java.io.IOException;
import java.math.BigDecimal;
import org.erdtman.jcs.JsonCanonicalizer;
import org.erdtman.jcs.NumberToJSON;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * The canonical form of JSON (RFC 8785).
 *
 * <p>RFC 8785 reads numbers as IEEE 754 doubles (RFC 7493 section 2.2), so 9007199254740993 and 9007199254740992 would
 * have one form. A digest must not hide such a difference: a number that its canonical form does not reproduce is refused.
 */
public final class CanonicalJson {
    private CanonicalJson() {}

    /**
     * Returns the canonical UTF-8 bytes of a JSON object or array.
     *
     * @throws InexactJsonException if a number cannot be represented exactly, or a name is repeated, or a string holds a
     *     lone surrogate
     */
    public static byte[] of(RawJson json) {
        requireExactNumbers(json);
        try {
            return new JsonCanonicalizer(json.text()).getEncodedUTF8();
        } catch (IOException | RuntimeException e) {
            throw new InexactJsonException("no canonical form (RFC 8785): " + e.getMessage(), e);
        }
    }

    /** Returns a string as a canonical JSON string, quotes included. */
    public static String quote(String text) {
        return Json.MAPPER.writeValueAsString(text);
    }

    private static void requireExactNumbers(RawJson json) {
        try (JsonParser parser = Json.MAPPER.createParser(json.text())) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token.isNumeric() && !survives(parser.getString())) {
                    throw new InexactJsonException("the number " + parser.getString() + " at "
                            + parser.streamReadContext().pathAsPointer()
                            + " cannot be represented exactly (RFC 8785); send it as a string");
                }
            }
        }
    }

    private static boolean survives(String number) {
        if (number.length() <= 15 && number.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return true;
        }
        try {
            var canonical = new BigDecimal(NumberToJSON.serializeNumber(Double.parseDouble(number)));
            return canonical.compareTo(new BigDecimal(number)) == 0;
        } catch (IOException | NumberFormatException e) {
            return false;
        }
    }
}

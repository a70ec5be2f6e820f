package io.openclaw.gateway.common.json;

import io.openclaw.gateway.common.text.Ellipsis;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamContext;

/**
 * Checks that JSON holds only what every reader of it reads alike: text that UTF-8 carries, and numbers of a bounded size.
 *
 * <p>JSON can write half of a surrogate pair ({@code "\ud800"}), which no UTF-8 text can hold (RFC 3629 section 3, RFC 7493
 * section 2.1): some readers keep it, some replace it by {@code ?} or U+FFFD. What was approved would then not be what runs.
 */
public final class JsonText {
    /** The greatest length of a number's text, in characters. */
    public static final int MAX_NUMBER_LENGTH = 400;
    /** The greatest power of ten of a number's first digit: that of the greatest double. */
    public static final int MAX_NUMBER_EXPONENT = 308;
    /** The least power of ten of a number's first digit: that of the least double. */
    public static final int MIN_NUMBER_EXPONENT = -324;

    private JsonText() {}

    /**
     * Checks the texts and names of a JSON document.
     *
     * @param utf8 the document; need not be valid JSON
     * @throws InexactJsonException naming the place of a lone surrogate, or of bytes that are not UTF-8
     */
    public static void requireUtf8(byte[] utf8) {
        boolean ascii = true;
        boolean mayEscapeSurrogates = false;
        for (int i = 0; i < utf8.length; i++) {
            byte b = utf8[i];
            if (b < 0) {
                ascii = false;
            } else if (b == 0) {
                throw new InexactJsonException("byte " + i + " is 0: the text must be JSON in UTF-8");
            } else if (b == '\\') {
                mayEscapeSurrogates |= i + 2 < utf8.length && utf8[i + 1] == 'u' && (utf8[i + 2] | 0x20) == 'd';
            }
        }
        if (!ascii) {
            var decoder = StandardCharsets.UTF_8.newDecoder();
            var in = ByteBuffer.wrap(utf8);
            try {
                decoder.decode(in);
            } catch (CharacterCodingException e) {
                throw new InexactJsonException(
                        "byte " + in.position() + " begins no UTF-8 character (RFC 3629); send JSON in UTF-8", e);
            }
        }
        if (mayEscapeSurrogates) {
            check(new String(utf8, StandardCharsets.UTF_8), Looking.FOR_TEXT);
        }
    }

    /**
     * Checks that no text or name of a JSON document has a NUL character: PostgreSQL cannot store one, and programs cut their
     * arguments at it.
     *
     * @param utf8 the document; need not be valid JSON
     * @throws InexactJsonException naming the place
     */
    public static void requireNoNul(byte[] utf8) {
        for (int i = 0; i < utf8.length - 5; i++) {
            if (utf8[i] == '\\'
                    && utf8[i + 1] == 'u'
                    && utf8[i + 2] == '0'
                    && utf8[i + 3] == '0'
                    && utf8[i + 4] == '0'
                    && utf8[i + 5] == '0') {
                // Or a backslash that is escaped itself, with "u0000" after it.
                check(new String(utf8, StandardCharsets.UTF_8), Looking.FOR_NUL);
                return;
            }
        }
    }

    /**
     * Checks the texts, names and numbers of JSON.
     *
     * @throws InexactJsonException naming the place of a lone surrogate, or of a number beyond the bounds
     */
    public static void requireExact(RawJson json) {
        check(json.text(), Looking.FOR_TEXT_AND_NUMBERS);
    }

    /**
     * Checks a text.
     *
     * @param place what the text is, such as {@code 'intent'}
     * @throws InexactJsonException if it has a lone surrogate
     */
    public static void requireWhole(String place, String text) {
        int at = loneSurrogate(text);
        if (at >= 0) {
            throw new InexactJsonException(
                    "%s has a lone surrogate (\\u%04x), which UTF-8 cannot carry; send whole characters"
                            .formatted(place, (int) text.charAt(at)));
        }
    }

    /** Returns the index of the first lone surrogate; negative if there is none. */
    public static int loneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    return i;
                }
                i++;
            }
        }
        return -1;
    }

    /** Returns a text with U+FFFD in place of each lone surrogate: for words of the gateway's own, never for what is decided about. */
    public static String repaired(String text) {
        if (loneSurrogate(text) < 0) {
            return text;
        }
        var repaired = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? '\uFFFD' : c)
                .forEach(repaired::appendCodePoint);
        return repaired.toString();
    }

    /** What a document is checked for. */
    private enum Looking {
        FOR_TEXT,
        FOR_TEXT_AND_NUMBERS,
        FOR_NUL
    }

    private static void check(String json, Looking looking) {
        boolean numbers = looking == Looking.FOR_TEXT_AND_NUMBERS;
        try (JsonParser parser = Json.MAPPER.createParser(json)) {
            try {
                for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                    if (token == JsonToken.VALUE_STRING) {
                        check("the text at ", parser.getString(), parser, looking);
                    } else if (token == JsonToken.PROPERTY_NAME) {
                        check("a name at ", parser.currentName(), parser, looking);
                    } else if (numbers && token.isNumeric()) {
                        requireBounded(parser);
                    }
                }
            } catch (JacksonException e) {
                if (numbers) {
                    throw new InexactJsonException(
                            "the JSON at " + place(parser) + " cannot be read: " + e.getOriginalMessage(), e);
                }
                // Its reader says what is wrong with it.
            }
        }
    }

    /** The place is made for an error only: it takes as long as the text is nested deeply. */
    private static void check(String what, String text, JsonParser parser, Looking looking) {
        if (looking == Looking.FOR_NUL) {
            if (text.indexOf('\0') >= 0) {
                throw new InexactJsonException(what + place(parser)
                        + " has a NUL character (\\u0000), which programs and databases cut or refuse; leave it out");
            }
        } else if (loneSurrogate(text) >= 0) {
            requireWhole(what + place(parser), text);
        }
    }

    private static void requireBounded(JsonParser parser) {
        String text = parser.getString();
        if (text.length() > MAX_NUMBER_LENGTH) {
            throw new InexactJsonException("the number at " + place(parser) + " has " + text.length()
                    + " characters: it may have " + MAX_NUMBER_LENGTH + "; send it as a string");
        }
        if (text.length() > 15 || text.indexOf('e') >= 0 || text.indexOf('E') >= 0) {
            long exponent;
            try {
                var number = new BigDecimal(text);
                exponent = number.signum() == 0 ? -number.scale() : number.precision() - 1L - number.scale();
            } catch (NumberFormatException e) {
                exponent = Long.MAX_VALUE;
            }
            if (exponent < MIN_NUMBER_EXPONENT || exponent > MAX_NUMBER_EXPONENT) {
                throw new InexactJsonException("the number " + text + " at " + place(parser)
                        + " is beyond what a double can hold (1e" + MIN_NUMBER_EXPONENT + " to 1e" + MAX_NUMBER_EXPONENT
                        + "); send it as a string");
            }
        }
    }

    /** Returns where the parser is, as a JSON pointer that can be shown: half a character or a control character in a name is written as JSON writes it. */
    private static String place(JsonParser parser) {
        TokenStreamContext context = parser.streamReadContext();
        String pointer = context.pathAsPointer().toString();
        var shown = new StringBuilder(pointer.length());
        pointer.chars().forEach(c -> {
            if (c < ' ' || Character.isSurrogate((char) c)) {
                shown.append("\\u%04x".formatted(c));
            } else {
                shown.append((char) c);
            }
        });
        String place = Ellipsis.of(shown.toString(), 300);
        return place.isEmpty() ? "the top" : place;
    }
}

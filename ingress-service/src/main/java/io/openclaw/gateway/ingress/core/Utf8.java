package io.openclaw.gateway.ingress.core;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Makes sure that a body is UTF-8, as JSON between systems has to be (RFC 8259 section 8.1): whatever else it may be read as,
 * one reader would see other characters than the next.
 */
public final class Utf8 {
    private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final int CHUNK = 8_192;

    private Utf8() {}

    /**
     * Returns a body without the byte order mark that it may begin with.
     *
     * @throws InvalidRequestException naming the other encoding, or the first byte that is no UTF-8
     */
    public static byte[] of(byte[] body) {
        String other = otherEncoding(body);
        if (other != null) {
            throw new InvalidRequestException("the body is " + other + "; send it as UTF-8");
        }
        int bad = firstMalformed(body);
        if (bad >= 0) {
            throw new InvalidRequestException("the body is no UTF-8: byte " + bad + " (counted from 0) is 0x"
                    + String.format("%02X", body[bad]) + ", where none of UTF-8 can be; send it as UTF-8");
        }
        boolean marked = body.length >= MARK.length && Arrays.equals(body, 0, MARK.length, MARK, 0, MARK.length);
        return marked ? Arrays.copyOfRange(body, MARK.length, body.length) : body;
    }

    /** JSON begins with an ASCII character, so zeros tell how wide characters are (RFC 4627 section 3). */
    private static @Nullable String otherEncoding(byte[] body) {
        int first = at(body, 0);
        int second = at(body, 1);
        int third = at(body, 2);
        int fourth = at(body, 3);
        if ((first == 0 && second == 0 && third == 0xFE && fourth == 0xFF)
                || (first == 0xFF && second == 0xFE && third == 0 && fourth == 0)
                || (first == 0 && second == 0 && third == 0 && fourth > 0)
                || (first > 0 && second == 0 && third == 0 && fourth == 0)) {
            return "UTF-32";
        }
        if ((first == 0xFE && second == 0xFF)
                || (first == 0xFF && second == 0xFE)
                || (first == 0 && second > 0)
                || (first > 0 && second == 0)) {
            return "UTF-16";
        }
        return null;
    }

    /** Returns the value of a byte; -1 beyond the end. */
    private static int at(byte[] body, int i) {
        return i < body.length ? body[i] & 0xFF : -1;
    }

    private static int firstMalformed(byte[] body) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(body);
        CharBuffer out = CharBuffer.allocate(Math.min(CHUNK, body.length + 1));
        while (true) {
            CoderResult result = decoder.decode(in, out.clear(), true);
            if (result.isError()) {
                return in.position();
            }
            if (result.isUnderflow()) {
                return -1;
            }
        }
    }
}

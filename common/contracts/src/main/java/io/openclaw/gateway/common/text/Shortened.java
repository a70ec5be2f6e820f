package io.openclaw.gateway.common.text;

import io.openclaw.gateway.common.call.Digest;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a list shows of a text that is too long for it.
 *
 * @param start how the text begins
 * @param characters how many it has (UTF-16 code units)
 * @param sha256 the SHA-256 of its UTF-8 bytes, in hexadecimal
 */
public record Shortened(String start, long characters, String sha256) {
    /** Characters of {@link #start}. */
    public static final int START_LENGTH = 2_048;

    /** Shortens a text; returns null if it has at most so many characters. */
    public static @Nullable Shortened of(String text, int longest) {
        if (text.length() <= longest) {
            return null;
        }
        int end = Math.min(START_LENGTH, text.length());
        // No half of a surrogate pair.
        String start = text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
        return new Shortened(start, text.length(), Digest.sha256Hex(text.getBytes(StandardCharsets.UTF_8)));
    }
}

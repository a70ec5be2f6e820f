package io.openclaw.gateway.ingress.core;

import org.jspecify.annotations.Nullable;

/** Values of headers that are passed on: what was decided about is what the upstream gets. */
public final class HeaderValue {
    private HeaderValue() {}

    /**
     * Returns a value that can be passed on unchanged: visible characters of ISO 8859-1, blanks and tabs (RFC 9110 section 5.5).
     *
     * @param name the header's name, for the error
     * @param value as the server read it, one {@code char} per byte
     * @throws InvalidRequestException if a byte of it would be replaced on its way
     */
    public static @Nullable String passable(String name, @Nullable String value) {
        for (int i = 0; value != null && i < value.length(); i++) {
            char c = value.charAt(i);
            boolean passes = c == '\t' || (c >= ' ' && c <= '~') || (c >= 0xA0 && c <= 0xFF);
            if (!passes) {
                throw new InvalidRequestException(
                        "the header " + name + " has the byte 0x%02x at %d".formatted((int) c, i)
                                + ", which no header carries unchanged; use ASCII");
            }
        }
        return value;
    }
}

package io.openclaw.gateway.common.text;

/** Texts that are cut where a character ends: half of a surrogate pair is no text that a topic can carry. */
public final class Ellipsis {
    private Ellipsis() {}

    /** Returns a text as it is if it has at most so many {@code char}s, else its beginning and an ellipsis. */
    public static String of(String text, int max) {
        if (text.length() <= max) {
            return text;
        }
        boolean splitsPair = max > 0
                && Character.isHighSurrogate(text.charAt(max - 1))
                && Character.isLowSurrogate(text.charAt(max));
        return text.substring(0, splitsPair ? max - 1 : max) + "…";
    }
}

package io.openclaw.gateway.approval.channel.core;

import java.util.Locale;

/** Text of agents as a chat may show it: in one line, and with nothing in it that a reader does not see. */
public final class PlainText {
    private PlainText() {}

    /**
     * Writes white space as one space, and control and format characters (Unicode categories Cc, Cf, Co, Cs, Cn) as {@code [U+202E]}:
     * text that runs backwards or hides a part of itself would show another call than the one that runs.
     */
    public static String of(String text) {
        var plain = new StringBuilder(text.length());
        text.codePoints().forEach(code -> {
            if (Character.isWhitespace(code) || Character.isSpaceChar(code)) {
                if (!plain.isEmpty() && plain.charAt(plain.length() - 1) != ' ') {
                    plain.append(' ');
                }
            } else if (isUnseen(code)) {
                plain.append(String.format(Locale.ROOT, "[U+%04X]", code));
            } else {
                plain.appendCodePoint(code);
            }
        });
        return plain.toString().strip();
    }

    private static boolean isUnseen(int code) {
        return switch (Character.getType(code)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> true;
            default -> false;
        };
    }

    /**
     * Returns a text as it is if it has at most so many code points, else its beginning and an ellipsis, together as many.
     *
     * @param max at least 1
     */
    public static String shortened(String text, int max) {
        return text.codePointCount(0, text.length()) <= max
                ? text
                : text.substring(0, text.offsetByCodePoints(0, max - 1)) + "…";
    }
}

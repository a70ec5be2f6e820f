package io.openclaw.gateway.vetting.core.shell;

/** Backslash escapes as {@code $'…'}, {@code echo -e} and {@code printf} know them. */
final class Escapes {
    private Escapes() {}

    interface Sink {
        void accept(char c);
    }

    /** Undoes all escapes of a text. */
    static String decode(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        var decoded = new StringBuilder(text.length());
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i++);
            if (c == '\\' && i < text.length()) {
                i = decode(text, i, text.length(), decoded::append);
            } else {
                decoded.append(c);
            }
        }
        return decoded.toString();
    }

    /**
     * Undoes one escape.
     *
     * @param at the position after the backslash
     * @return the position after the escape
     */
    static int decode(String text, int at, int end, Sink sink) {
        char c = text.charAt(at);
        switch (c) {
            case 'n' -> sink.accept('\n');
            case 't' -> sink.accept('\t');
            case 'r' -> sink.accept('\r');
            case 'a', 'b', 'f', 'v' -> sink.accept(' ');
            case 'e', 'E' -> sink.accept('\u001b');
            case 'x' -> {
                return number(text, at + 1, end, 2, 16, sink);
            }
            case 'u' -> {
                return number(text, at + 1, end, 4, 16, sink);
            }
            case 'U' -> {
                return number(text, at + 1, end, 8, 16, sink);
            }
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                return number(text, at, end, c == '0' ? 4 : 3, 8, sink);
            }
            case '\\', '\'', '"', '?' -> sink.accept(c);
            default -> {
                sink.accept('\\');
                sink.accept(c);
            }
        }
        return at + 1;
    }

    private static int number(String text, int from, int end, int most, int radix, Sink sink) {
        int value = 0;
        int i = from;
        while (i < end && i - from < most && Character.digit(text.charAt(i), radix) >= 0) {
            value = value * radix + Character.digit(text.charAt(i), radix);
            i++;
        }
        if (value != 0) {
            if (Character.isValidCodePoint(value)) {
                Character.toString(value).chars().forEach(c -> sink.accept((char) c));
            } else {
                sink.accept('\uFFFD');
            }
        }
        return Math.max(i, from);
    }
}

package io.openclaw.gateway.common.redaction;

import java.util.Locale;

/**
 * Masks values whose separators are written as escapes of URLs, of HTML or of JSON: {@code a%26password%3DX%26b}, entities for
 * quotes, or the escape of an equals sign. A value ends where the next escape of a separator begins.
 */
final class Escapes {
    private static final int MAX_STEPS = 8;

    private static final int NONE = 0;
    private static final int QUOTE = 1;
    private static final int SEPARATOR = 2;

    private final String text;
    private final Values values;
    private final Work work;
    private final boolean entities;

    private int end;

    /**
     * @param entities whether an ampersand may begin an entity of HTML; in a command it ends a command
     */
    Escapes(String text, boolean entities, Values values, Work work) {
        this.text = text;
        this.entities = entities;
        this.values = values;
        this.work = work;
    }

    /** Masks the value behind escapes that begin there; returns its end, or -1 if there is none. */
    int mask(int from, SecretNames.Name name) {
        int at = from;
        boolean separated = false;
        boolean escaped = false;
        for (int steps = 0; steps < MAX_STEPS && at < text.length(); steps++) {
            char c = text.charAt(at);
            if (c == '=' || c == ':' || c == ' ') {
                separated |= c != ' ';
                at++;
                continue;
            }
            int step = escape(at);
            if (step == NONE) {
                break;
            }
            escaped = true;
            separated |= step == SEPARATOR;
            at = end;
        }
        work.add(at - from);
        if (!separated || !escaped) {
            return -1;
        }
        int stop = at;
        int limit = Math.min(text.length(), at + Values.MAX_VALUE);
        while (stop < limit && !endsValue(stop)) {
            stop++;
        }
        work.add(stop - at);
        return stop - at < 3 ? -1 : Math.max(stop, values.literal(at, stop, name, false));
    }

    private boolean endsValue(int at) {
        char c = text.charAt(at);
        return c <= ' ' || "\"'`<>&;|\\,()".indexOf(c) >= 0 || (c == '%' && (escape(at) != NONE || isDelimiter(end)));
    }

    /** Tells whether the escape that ends there stands for what ends a value: {@code &}, {@code ,}, a bracket, or what a shell would read as a sign. */
    private boolean isDelimiter(int at) {
        return at >= 2
                && switch (text.substring(at - 2, at).toUpperCase(Locale.ROOT)) {
                    case "26", "2C", "3B", "23", "5B", "5D", "7B", "7D", "7C", "24", "28", "3C", "60", "0A", "0D" ->
                        true;
                    default -> false;
                };
    }

    /** Reads one escape; {@code end} is where it ends. */
    private int escape(int at) {
        end = at;
        return switch (text.charAt(at)) {
            case '%' -> percent(at);
            case '&' -> entities ? entity(at) : NONE;
            case '\\' -> unicode(at);
            default -> NONE;
        };
    }

    private int percent(int at) {
        int digits = at + 1;
        // Encoded again and again: %253D.
        while (digits - at < 9 && text.startsWith("25", digits)) {
            digits += 2;
        }
        if (digits + 2 > text.length()) {
            return NONE;
        }
        end = digits + 2;
        return kind(text.substring(digits, end));
    }

    private int entity(int at) {
        int close = text.indexOf(';', at, Math.min(text.length(), at + 9));
        if (close < 0) {
            return NONE;
        }
        end = close + 1;
        return switch (text.substring(at + 1, close).toLowerCase(Locale.ROOT)) {
            case "quot", "apos", "#34", "#39", "#x22", "#x27", "nbsp" -> QUOTE;
            case "equals", "colon", "gt", "#61", "#58", "#62", "#x3d", "#x3a", "#x3e" -> SEPARATOR;
            default -> NONE;
        };
    }

    private int unicode(int at) {
        int letter = at;
        while (letter - at < 4 && letter < text.length() && text.charAt(letter) == '\\') {
            letter++;
        }
        if (!text.startsWith("u00", letter) || letter + 5 > text.length()) {
            return NONE;
        }
        end = letter + 5;
        return kind(text.substring(letter + 3, end));
    }

    private static int kind(String hex) {
        return switch (hex.toUpperCase(Locale.ROOT)) {
            case "22", "27", "20" -> QUOTE;
            case "3D", "3A", "3E" -> SEPARATOR;
            default -> NONE;
        };
    }
}

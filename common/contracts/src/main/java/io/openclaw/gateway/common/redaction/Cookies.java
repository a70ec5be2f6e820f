package io.openclaw.gateway.common.redaction;

import java.util.Locale;

/** Masks the values of the cookies of a header or a command line: {@code sid=…; theme=dark}. */
final class Cookies {
    private final String text;
    private final Spans spans;
    private final Work work;
    private final Values values;

    Cookies(String text, Spans spans, Work work, Values values) {
        this.text = text;
        this.spans = spans;
        this.work = work;
        this.values = values;
    }

    /** Masks the cookies that begin there; returns where they end, or -1 if there are none. */
    int mask(int from) {
        int at = from;
        boolean first = true;
        int done = -1;
        while (at < text.length()) {
            int end = at;
            int equal = -1;
            int limit = Math.min(text.length(), at + Values.MAX_VALUE);
            while (end < limit && !endsCookie(end)) {
                if (text.charAt(end) == '=' && equal < 0) {
                    equal = end;
                }
                end++;
            }
            work.add(end - at);
            int value = equal < 0 ? at : equal + 1;
            if (end == value || (!first && equal < 0)) {
                break;
            }
            if (isSecret(value, end, first && equal >= 0)) {
                spans.add(value, end, "cookie");
            }
            done = end;
            first = false;
            if (end + 1 >= text.length() || text.charAt(end) != ';') {
                break;
            }
            at = values.blanks(end + 1);
            if (!values.isAssignment(at)) {
                break;
            }
        }
        return done;
    }

    private boolean isSecret(int start, int end, boolean first) {
        String said = text.substring(start, Math.min(end, start + 256));
        return Spans.endOfMask(text, start) < 0
                && !Literals.isWord(said.toLowerCase(Locale.ROOT))
                && !Literals.isReference(said, 0, said.length())
                && ((first && end - start >= 3) || Literals.looksSecret(said));
    }

    private boolean endsCookie(int at) {
        char c = text.charAt(at);
        if (c <= ' ' || Values.isQuote(c)) {
            return true;
        }
        return switch (c) {
            case ';', '`', '|', '&', '<', '>', '\\' -> true;
            case '$' -> at + 1 < text.length() && (text.charAt(at + 1) == '(' || text.charAt(at + 1) == '{');
            default -> false;
        };
    }
}

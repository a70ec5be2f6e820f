package io.openclaw.gateway.common.redaction;

/** Masks the lines of a block of YAML whose key names a secret: {@code password: |} and the lines below that are set in. */
final class Blocks {
    private static final int MAX_LINES = 100;

    private final String text;
    private final Values values;
    private final Work work;

    Blocks(String text, Values values, Work work) {
        this.text = text;
        this.values = values;
        this.work = work;
    }

    /**
     * Masks the block whose indicator, {@code |} or {@code >}, would stand there; returns its end, or -1 if there is none.
     *
     * @param key where the key begins
     */
    int mask(int key, int indicator, SecretNames.Name name) {
        int at = indicator;
        if (at >= text.length() || (text.charAt(at) != '|' && text.charAt(at) != '>')) {
            return -1;
        }
        at++;
        while (at < text.length()
                && at - indicator < 3
                && (Chars.is(text.charAt(at), Chars.DIGIT) || text.charAt(at) == '-' || text.charAt(at) == '+')) {
            at++;
        }
        at = values.blanks(at);
        if (at < text.length() && text.charAt(at) == '\r') {
            at++;
        }
        if (at >= text.length() || text.charAt(at) != '\n') {
            return -1;
        }
        int indent = indentOf(lineStart(key));
        int done = -1;
        for (int lines = 0; lines < MAX_LINES && at < text.length(); lines++) {
            int line = at + 1;
            int end = text.indexOf('\n', line);
            end = end < 0 ? text.length() : end;
            int start = line;
            while (start < end && Chars.isBlank(text.charAt(start))) {
                start++;
            }
            int stop = end;
            while (stop > start && text.charAt(stop - 1) <= ' ') {
                stop--;
            }
            work.add(Math.min(end, line + Values.MAX_VALUE) - line);
            if (stop > start) {
                if (start - line <= indent || stop - start > Values.MAX_VALUE) {
                    break;
                }
                values.literal(start, stop, name, true);
                done = stop;
            }
            at = end;
        }
        return done;
    }

    private int lineStart(int at) {
        int start = at;
        while (start > 0 && at - start < 256 && text.charAt(start - 1) != '\n') {
            start--;
        }
        work.add(at - start);
        return start;
    }

    private int indentOf(int line) {
        int at = line;
        while (at < text.length() && Chars.isBlank(text.charAt(at))) {
            at++;
        }
        return at - line;
    }
}

package io.openclaw.gateway.vetting.core.shell;

/**
 * The text of a command without what changes nothing: comments, blank lines, and blanks beyond one. Where that is not plain to see,
 * as with here-documents and substitutions, the text stays as it is.
 */
public final class CommandText {
    private static final String[] NOT_PLAIN = {"<<", "`", "$(", "${", "$'", "$\"", "((", "[["};

    private CommandText() {}

    /** Returns a text that a shell reads like the given one. */
    public static String withoutComments(String text) {
        for (String opening : NOT_PLAIN) {
            if (text.contains(opening)) {
                return text;
            }
        }
        var kept = new StringBuilder(text.length());
        boolean wordMayStart = true;
        boolean blank = false;
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == ' ' || c == '\t') {
                blank = true;
                wordMayStart = true;
                i++;
                continue;
            }
            if (c == '\n' || (c == '#' && wordMayStart)) {
                if (c == '#') {
                    int end = text.indexOf('\n', i);
                    i = end < 0 ? text.length() : end;
                } else {
                    if (!endsLine(kept)) {
                        kept.append('\n');
                    }
                    i++;
                }
                blank = false;
                wordMayStart = true;
                continue;
            }
            if (blank && !endsLine(kept)) {
                kept.append(' ');
            }
            blank = false;
            int end = endOf(text, i);
            if (end < 0) {
                return text;
            }
            kept.append(text, i, end);
            wordMayStart = end == i + 1 && ";&|()<>".indexOf(c) >= 0;
            i = end;
        }
        return endsLine(kept) && !kept.isEmpty() ? kept.substring(0, kept.length() - 1) : kept.toString();
    }

    private static boolean endsLine(StringBuilder text) {
        return text.isEmpty() || text.charAt(text.length() - 1) == '\n';
    }

    /** Returns where what begins at an index ends: a character, one with a backslash before it, or all within quotes; -1 if never. */
    private static int endOf(String text, int start) {
        char c = text.charAt(start);
        if (c == '\\') {
            return start + 2 <= text.length() ? start + 2 : -1;
        }
        if (c == '\'') {
            return text.indexOf('\'', start + 1) + 1 > 0 ? text.indexOf('\'', start + 1) + 1 : -1;
        }
        if (c != '"') {
            return start + 1;
        }
        for (int i = start + 1; i < text.length(); i++) {
            if (text.charAt(i) == '\\') {
                i++;
            } else if (text.charAt(i) == '"') {
                return i + 1;
            }
        }
        return -1;
    }
}

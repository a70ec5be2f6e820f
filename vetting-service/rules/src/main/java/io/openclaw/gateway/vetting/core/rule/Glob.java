package io.openclaw.gateway.vetting.core.rule;

/** A pattern of a shell in an argument: could it stand for a file? {@code *} and {@code ?} match no slash and no dot at the start of a name. */
final class Glob {
    private static final int MAX_LENGTH = 200;

    private Glob() {}

    static boolean isPattern(String text) {
        return text.length() < MAX_LENGTH
                && (text.indexOf('*') >= 0 || text.indexOf('?') >= 0 || text.indexOf('[') >= 0);
    }

    /** Tells whether a pattern matches a path; its work is bounded by the product of their lengths. */
    static boolean matches(String pattern, String path) {
        int p = 0;
        int t = 0;
        int star = -1;
        int starText = 0;
        while (t < path.length()) {
            boolean hidden = path.charAt(t) == '.' && (t == 0 || path.charAt(t - 1) == '/');
            char c = p < pattern.length() ? pattern.charAt(p) : '\0';
            int next = p + 1;
            boolean one = c == path.charAt(t) && c != '*' && c != '?' && c != '[';
            if (!one && path.charAt(t) != '/' && !hidden) {
                if (c == '?') {
                    one = true;
                } else if (c == '[') {
                    int close = pattern.indexOf(']', p + 1);
                    one = close > 0 && inSet(pattern, p + 1, close, path.charAt(t));
                    next = close + 1;
                }
            }
            if (one) {
                p = next;
                t++;
            } else if (c == '*' && !hidden) {
                star = p++;
                starText = t;
            } else if (star >= 0 && path.charAt(starText) != '/') {
                p = star + 1;
                t = ++starText;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    private static boolean inSet(String pattern, int from, int to, char c) {
        boolean not = from < to && (pattern.charAt(from) == '!' || pattern.charAt(from) == '^');
        for (int i = not ? from + 1 : from; i < to; i++) {
            if (i + 2 < to && pattern.charAt(i + 1) == '-') {
                if (c >= pattern.charAt(i) && c <= pattern.charAt(i + 2)) {
                    return !not;
                }
                i += 2;
            } else if (pattern.charAt(i) == c) {
                return !not;
            }
        }
        return not;
    }
}

package io.openclaw.gateway.vetting.core.rule;

/**
 * A text with {@code *} (anything) and, for paths, {@code *} (anything but {@code /}) and {@code **} (anything); a star after a
 * backslash is a star itself. Matching backtracks to the last star only, so it is never slow.
 */
final class Wildcard {
    private static final char STAR = '\uE000';
    private static final String TWO_STARS = "\uE000\uE000";

    private final String pattern;
    private final String prefix;
    private final String suffix;
    /** The longest text between two stars: without it, nothing matches. */
    private final String needle;

    private final boolean path;
    private final boolean exact;

    private Wildcard(String written, boolean path) {
        this.pattern = written.replace("\\*", "\0").replace('*', STAR).replace('\0', '*');
        this.path = path;
        int star = pattern.indexOf(STAR);
        this.exact = star < 0;
        this.prefix = exact ? pattern : pattern.substring(0, star);
        this.suffix = exact ? "" : pattern.substring(pattern.lastIndexOf(STAR) + 1);
        this.needle = exact ? "" : needle();
    }

    private String needle() {
        String longest = "";
        int start = pattern.indexOf(STAR) + 1;
        for (int i = start; i < pattern.length(); i++) {
            if (pattern.charAt(i) == STAR) {
                longest = i - start > longest.length() ? pattern.substring(start, i) : longest;
                start = i + 1;
            }
        }
        return longest;
    }

    /** Returns what a text has to begin with; all of it, if the pattern has no star. */
    String prefix() {
        return prefix;
    }

    /** Returns what a text has to end with. */
    String suffix() {
        return suffix;
    }

    boolean isExact() {
        return exact;
    }

    static Wildcard ofText(String pattern) {
        return new Wildcard(pattern, false);
    }

    static Wildcard ofPath(String pattern) {
        return new Wildcard(pattern, true);
    }

    boolean matches(String text) {
        if (exact) {
            return text.equals(pattern);
        }
        return text.startsWith(prefix)
                && text.endsWith(suffix)
                && (needle.isEmpty() || text.indexOf(needle, prefix.length()) >= 0)
                && matches(text, prefix.length(), prefix.length());
    }

    private boolean matches(String text, int textFrom, int patternFrom) {
        int t = textFrom;
        int p = patternFrom;
        int starPattern = -1;
        int starText = 0;
        int deepPattern = -1;
        int deepText = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == STAR) {
                boolean deep = !path || pattern.startsWith(TWO_STARS, p);
                p += path && deep ? 2 : 1;
                if (deep) {
                    deepPattern = p;
                    deepText = t;
                    starPattern = -1;
                } else {
                    starPattern = p;
                    starText = t;
                }
                continue;
            }
            if (p < pattern.length() && pattern.charAt(p) == text.charAt(t)) {
                p++;
                t++;
                continue;
            }
            if (starPattern >= 0 && text.charAt(starText) != '/') {
                p = starPattern;
                t = ++starText;
            } else if (deepPattern >= 0) {
                p = deepPattern;
                t = ++deepText;
                starPattern = -1;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == STAR) {
            p++;
        }
        return p == pattern.length();
    }
}

package io.openclaw.gateway.vetting.core.rule;

import java.util.List;

/** Wildcards of the shell ({@code *}, {@code ?}, {@code […]}) in the last two names of a path. */
final class Globs {
    private static final int MAX_LENGTH = 512;

    private Globs() {}

    /**
     * Tells whether a path with wildcards may stand for one of some files.
     *
     * @param files each a directory's name, a slash and a file's name
     * @param path as it is written, resolved; without wildcards it stands for nothing here
     */
    static boolean mayStandForAny(List<String> files, String path) {
        int last = path.lastIndexOf('/');
        if (last < 0 || path.length() > MAX_LENGTH || !isGlob(path)) {
            return false;
        }
        int before = path.lastIndexOf('/', last - 1);
        String directory = path.substring(before + 1, last);
        if (before >= 0 && isGlob(directory)) {
            return false;
        }
        String name = path.substring(last + 1);
        for (String file : files) {
            int slash = file.indexOf('/');
            if (matches(directory, file.substring(0, slash)) && matches(name, file.substring(slash + 1))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isGlob(String text) {
        return text.indexOf('*') >= 0 || text.indexOf('?') >= 0 || text.indexOf('[') >= 0;
    }

    /** Backtracks to the last star only. */
    private static boolean matches(String glob, String name) {
        int g = 0;
        int n = 0;
        int star = -1;
        int from = 0;
        while (n < name.length()) {
            char c = g < glob.length() ? glob.charAt(g) : 0;
            int close = c == '[' ? glob.indexOf(']', g + 1) : -1;
            if (c == '*') {
                star = ++g;
                from = n;
            } else if (close > 0) {
                // Whichever characters it lists: one of them may be this one.
                g = close + 1;
                n++;
            } else if (c == '?' || (g < glob.length() && c == name.charAt(n))) {
                g++;
                n++;
            } else if (star >= 0) {
                g = star;
                n = ++from;
            } else {
                return false;
            }
        }
        while (g < glob.length() && glob.charAt(g) == '*') {
            g++;
        }
        return g == glob.length();
    }
}

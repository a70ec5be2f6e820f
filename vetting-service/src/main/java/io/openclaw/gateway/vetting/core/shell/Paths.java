package io.openclaw.gateway.vetting.core.shell;

import java.util.ArrayList;
import java.util.List;

/** Paths as texts: nothing here looks at a file system. */
public final class Paths {
    private Paths() {}

    /**
     * Returns a path with {@code .}, {@code ..} and doubled slashes resolved, in a directory. What is relative stays
     * relative to the agent's own directory; that directory itself is {@code .}.
     */
    public static String resolve(String directory, String path) {
        if (path.isEmpty()) {
            return path;
        }
        boolean own = path.charAt(0) == '/' || path.charAt(0) == '~' || path.startsWith("${") || path.startsWith("$(");
        String whole = own || directory.isEmpty() ? path : directory + "/" + path;
        if (isPlain(whole)) {
            return whole;
        }
        boolean absolute = whole.charAt(0) == '/';
        List<String> segments = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= whole.length(); i++) {
            if (i < whole.length() && whole.charAt(i) != '/') {
                continue;
            }
            String segment = whole.substring(start, i);
            start = i + 1;
            if (segment.isEmpty() || segment.equals(".")) {
                continue;
            }
            if (segment.equals("..")
                    && !segments.isEmpty()
                    && !segments.getLast().equals("..")
                    && segments.getLast().charAt(0) != '~'
                    && segments.getLast().charAt(0) != '$') {
                segments.removeLast();
            } else if (!segment.equals("..") || !absolute) {
                segments.add(segment);
            }
        }
        String joined = String.join("/", segments);
        return absolute ? "/" + joined : joined.isEmpty() ? "." : joined;
    }

    private static boolean isPlain(String path) {
        int length = path.length();
        if (length > 1 && path.charAt(length - 1) == '/') {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (path.charAt(i) == '/' && i + 1 < length && path.charAt(i + 1) == '/') {
                return false;
            }
            if (path.charAt(i) == '.' && (i == 0 || path.charAt(i - 1) == '/')) {
                char next = i + 1 < length ? path.charAt(i + 1) : '/';
                if (next == '.' || next == '/') {
                    return length == 1;
                }
            }
        }
        return true;
    }

    static String baseName(String path) {
        int slash = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
        return path.substring(slash + 1);
    }
}

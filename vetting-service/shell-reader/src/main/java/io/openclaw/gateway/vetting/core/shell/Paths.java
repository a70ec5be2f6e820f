package io.openclaw.gateway.vetting.core.shell;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Paths as texts: nothing here looks at a file system. */
public final class Paths {
    private static final List<String> HOMES = List.of(
            "$HOME",
            "${HOME}",
            "%USERPROFILE%",
            "%HOMEPATH%",
            "$env:USERPROFILE",
            "${env:USERPROFILE}",
            "${userHome}",
            "$env:HOME");

    /** A scheme of files; the last is any of two letters or more that is followed by a path, not by an authority. */
    private static final Pattern FILE_URI =
            Pattern.compile("(?i)(?:file:|vscode[a-z0-9+.-]*:(?=/)|[a-z][a-z0-9+.-]+:(?=/(?:[^/]|//)))");

    private static final Pattern PROCESS_LINK =
            Pattern.compile("/proc/[^/]+(?:/task/[^/]+)?/(root|cwd)(?=/|$)/?(.*)", Pattern.DOTALL);

    private Paths() {}

    /**
     * Returns a path with {@code .}, {@code ..} and doubled slashes resolved, in a directory, and without the links to a
     * root or a working directory that {@code /proc} has. What is relative stays relative to the agent's own directory; that
     * directory itself is {@code .}.
     */
    public static String resolve(String directory, String path) {
        if (path.isEmpty()) {
            return path;
        }
        boolean own = path.charAt(0) == '/' || path.charAt(0) == '~' || path.startsWith("${") || path.startsWith("$(");
        String whole = own || directory.isEmpty() ? path : directory + "/" + path;
        String resolved = isPlain(whole) ? whole : resolved(whole);
        String seen = behindProcess(resolved);
        return seen.equals(resolved) ? resolved : resolve(directory, seen);
    }

    /** {@code /proc/PID/root} and {@code /proc/PID/cwd} (proc(5)) lead to the root and to the working directory of a process. */
    private static String behindProcess(String path) {
        if (!path.startsWith("/proc/")) {
            return path;
        }
        Matcher link = PROCESS_LINK.matcher(path);
        if (!link.matches()) {
            return path;
        }
        String rest = link.group(2);
        return link.group(1).equals("root") ? "/" + rest : rest.isEmpty() ? "." : rest;
    }

    private static String resolved(String whole) {
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

    /**
     * Returns a path as a tool's argument may write it in the form that rules know: without blanks and control characters
     * around it, a {@code file:} URL (RFC 8089), one of an editor's file systems, or one of any scheme without an authority as
     * its path, {@code $HOME} as {@code ~}, and a path of Windows with slashes and without its drive. What is no such form stays
     * as it is.
     */
    public static String normal(String written) {
        String path = stripped(written);
        Matcher uri = FILE_URI.matcher(path);
        if (uri.lookingAt()) {
            path = ofUri(path.substring(uri.end()));
        }
        if (path.indexOf('\\') >= 0) {
            path = path.replace('\\', '/');
            path = path.startsWith("//?/") || path.startsWith("//./") ? path.substring(4) : path;
        }
        if (path.length() > 1
                && path.charAt(1) == ':'
                && isLetter(path.charAt(0))
                && (path.length() == 2 || path.charAt(2) == '/')) {
            path = path.length() == 2 ? "/" : path.substring(2);
        }
        for (String home : HOMES) {
            if (path.regionMatches(true, 0, home, 0, home.length())
                    && (path.length() == home.length() || path.charAt(home.length()) == '/')) {
                return "~" + path.substring(home.length());
            }
        }
        return path;
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static String stripped(String written) {
        int start = 0;
        int end = written.length();
        while (start < end && isBlank(written.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(written.charAt(end - 1))) {
            end--;
        }
        String inner = written.substring(start, end);
        return inner.indexOf('\0') < 0 ? inner : inner.substring(0, inner.indexOf('\0'));
    }

    private static boolean isBlank(char c) {
        return c <= ' ' || Character.isSpaceChar(c) || c == '\uFEFF' || c == '\u200B';
    }

    /** The path of a {@code file:} URL, with or without an authority. */
    private static String ofUri(String rest) {
        String path = rest.replace('\\', '/');
        if (path.startsWith("//")) {
            int slash = path.indexOf('/', 2);
            path = slash < 0 ? "/" + path.substring(2) : path.substring(slash);
        }
        int end = path.indexOf('?');
        path = end < 0 ? path : path.substring(0, end);
        end = path.indexOf('#');
        path = percentDecoded(end < 0 ? path : path.substring(0, end));
        boolean drive = path.length() > 2 && path.charAt(0) == '/' && path.charAt(2) == ':' && isLetter(path.charAt(1));
        return drive ? path.substring(1) : path;
    }

    private static String percentDecoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
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

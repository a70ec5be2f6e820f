package io.openclaw.gateway.vetting.core.rule;

import io.openclaw.gateway.vetting.core.shell.Argument;
import io.openclaw.gateway.vetting.core.shell.Paths;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A class of arguments, such as "a file in which credentials are kept": paths, texts or hosts. */
final class ArgumentClass {
    private final List<Wildcard> paths;
    private final List<Wildcard> texts;
    private final List<Wildcard> hosts;
    private final List<Wildcard> except;

    /**
     * @param paths resolved paths; {@code *} is one name, {@code **} any; homes are {@code ~}
     * @param texts the argument as it is, in lower case; {@code *} is anything
     * @param hosts the host in a URL, in {@code user@host:path} or alone; numbers of any form are written as dotted
     * @param except paths that do not belong to it after all
     */
    record Text(
            @Nullable List<String> paths,
            @Nullable List<String> texts,
            @Nullable List<String> hosts,
            @Nullable List<String> except) {}

    ArgumentClass(Text text) {
        paths = compiled(text.paths(), true);
        texts = compiled(text.texts(), false);
        hosts = compiled(text.hosts(), false);
        except = compiled(text.except(), true);
    }

    private static List<Wildcard> compiled(@Nullable List<String> patterns, boolean path) {
        return patterns == null
                ? List.of()
                : patterns.stream()
                        .map(pattern -> path ? Wildcard.ofPath(pattern) : Wildcard.ofText(pattern))
                        .toList();
    }

    boolean holds(Argument argument, String directory) {
        String text = argument.text();
        if (!paths.isEmpty() && !text.isEmpty() && text.length() < 4096 && looksLikePath(text)) {
            String path = canonical(Paths.resolve(directory, text));
            if (any(paths, path) && !any(except, path)) {
                return true;
            }
        }
        if (!texts.isEmpty() && any(texts, text.toLowerCase(Locale.ROOT))) {
            return true;
        }
        if (!hosts.isEmpty()) {
            String host = Hosts.of(text);
            return host != null && any(hosts, host);
        }
        return false;
    }

    /** Code and prose that mention a path are none. */
    private static boolean looksLikePath(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n' || c == ';' || c == '"' || c == '\'' || (c == '(' && (i == 0 || text.charAt(i - 1) != '$'))) {
                return false;
            }
        }
        return true;
    }

    boolean holdsPath(String path) {
        String canonical = canonical(path);
        return any(paths, canonical) && !any(except, canonical);
    }

    private static boolean any(List<Wildcard> patterns, String text) {
        for (int i = 0; i < patterns.size(); i++) {
            if (patterns.get(i).matches(text)) {
                return true;
            }
        }
        return false;
    }

    /** Writes every home directory as {@code ~}, and leaves out what macOS puts before {@code /etc} and {@code /var}. */
    static String canonical(String path) {
        if (path.startsWith("file://")) {
            return canonical(path.substring(7));
        }
        if (path.startsWith("~") && path.length() > 1 && path.charAt(1) != '/') {
            int slash = path.indexOf('/');
            return slash < 0 ? "~" : "~" + path.substring(slash);
        }
        if (path.startsWith("/root") && (path.length() == 5 || path.charAt(5) == '/')) {
            return "~" + path.substring(5);
        }
        if (path.startsWith("/home/") || path.startsWith("/Users/")) {
            int user = path.indexOf('/', 1) + 1;
            int slash = path.indexOf('/', user);
            String name = slash < 0 ? path.substring(user) : path.substring(user, slash);
            return name.isEmpty() || name.equals("*") ? path : slash < 0 ? "~" : "~" + path.substring(slash);
        }
        if (path.startsWith("/private/")) {
            return path.substring(8);
        }
        if (path.startsWith("$(<")) {
            return "$()";
        }
        return path;
    }
}

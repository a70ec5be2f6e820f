package io.openclaw.gateway.vetting.core.rule;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.openclaw.gateway.vetting.core.shell.Argument;
import io.openclaw.gateway.vetting.core.shell.Paths;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A class of arguments, such as "a file in which credentials are kept": paths, texts or hosts. */
final class ArgumentClass {
    private static final Pattern INVISIBLE = Pattern.compile("\\p{Cf}");
    private static final String SINGLE_LABEL = "<single-label>";

    private final Wildcards paths;
    private final Wildcards texts;
    private final Wildcards urls;
    private final List<String> globbed;
    private final boolean ignoreCase;
    private final Wildcards hosts;
    private final List<String> ranges;
    private final boolean singleLabel;
    private final Wildcards except;
    private final List<Below> exceptBelow;

    private final List<String> probes;
    private final boolean exceptWorkspace;

    private record Below(Wildcard pattern, boolean not) {}

    /**
     * @param paths resolved paths; {@code *} is one name, {@code **} any; homes are {@code ~}
     * @param texts the argument as it is, in lower case; {@code *} is anything
     * @param urls the path of an address, in lower case, decoded, and without empty segments, dots and parameters; {@code *} is
     *     anything
     * @param globbed paths of two names: an argument with wildcards of the shell belongs to it that may stand for one of them, if
     *     its first name is written out, or nothing stands before it
     * @param ignoreCase whether paths are compared without regard to case, since some file systems do
     * @param hosts the host in a URL, in {@code user@host:path} or alone; numbers of any form are written as dotted; with a
     *     slash it is a range of addresses, such as {@code 100.64.0.0/10}, and {@code <single-label>} is every name without a dot in an
     *     address of the web
     * @param except paths that do not belong to it after all
     * @param probes members that a pattern of a shell, such as {@code .e*}, may stand for; with one of them it belongs to the class
     * @param exceptBelow directories: a path that stays below the one it is run in does not belong to it after all; the last
     *     pattern that holds counts, and one after {@code !} says that it does belong
     * @param exceptWorkspace whether what lies in the agent's {@link Workspace} does not belong to it after all
     */
    record Text(
            @Nullable List<String> paths,
            @Nullable List<String> texts,
            @Nullable List<String> urls,
            @Nullable List<String> globbed,

            @JsonProperty("ignore-case") @Nullable Boolean ignoreCase,

            @Nullable List<String> hosts,
            @Nullable List<String> except,
            @Nullable List<String> probes,

            @JsonProperty("except-below") @Nullable List<String> exceptBelow,

            @JsonProperty("except-workspace") @Nullable Boolean exceptWorkspace) {}

    ArgumentClass(Text text) {
        ignoreCase = Boolean.TRUE.equals(text.ignoreCase());
        paths = compiled(text.paths(), true);
        urls = compiled(text.urls(), false);
        globbed = text.globbed() == null ? List.of() : List.copyOf(text.globbed());
        texts = compiled(text.texts(), false);
        List<String> named = text.hosts() == null ? List.of() : text.hosts();
        hosts = compiled(named.stream().filter(host -> host.indexOf('/') < 0).toList(), false);
        singleLabel = named.contains(SINGLE_LABEL);
        ranges = named.stream().filter(host -> host.indexOf('/') >= 0).toList();
        except = compiled(text.except(), true);
        exceptWorkspace = Boolean.TRUE.equals(text.exceptWorkspace());
        probes = text.probes() == null ? List.of() : List.copyOf(text.probes());
        exceptBelow = text.exceptBelow() == null
                ? List.of()
                : text.exceptBelow().stream()
                        .map(pattern -> new Below(
                                Wildcard.ofPath(pattern.startsWith("!") ? pattern.substring(1) : pattern),
                                pattern.startsWith("!")))
                        .toList();
    }

    private Wildcards compiled(@Nullable List<String> patterns, boolean path) {
        return new Wildcards(
                patterns == null
                        ? List.of()
                        : patterns.stream()
                                .map(pattern -> ignoreCase ? pattern.toLowerCase(Locale.ROOT) : pattern)
                                .map(pattern -> path ? Wildcard.ofPath(pattern) : Wildcard.ofText(pattern))
                                .toList());
    }

    boolean holds(Argument argument, String directory) {
        String text = visible(argument.text());
        if (!paths.isEmpty() && !text.isEmpty() && text.length() < 4096 && looksLikePath(text)) {
            String path = compared(Paths.resolve(directory, text));
            if (path.length() > 1 && path.endsWith("/")) {
                // A directory that something is put into, or all of what is in it.
                path = path.substring(0, path.length() - 1);
                if (paths.match(path + "/.") && !isExcepted(directory, path)) {
                    return true;
                }
            }
            if (paths.match(path) && !isExcepted(directory, path)) {
                return true;
            }
            if (!probes.isEmpty() && Glob.isPattern(path) && mayBeAProbe(path)) {
                return true;
            }
        }
        if (!globbed.isEmpty() && Globs.mayStandForAny(globbed, Paths.resolve(directory, text))) {
            return true;
        }
        if (!urls.isEmpty() && text.indexOf('/') >= 0 && urls.match(UrlPath.normal(text))) {
            return true;
        }
        if (!texts.isEmpty() && texts.match(text.toLowerCase(Locale.ROOT))) {
            return true;
        }
        return (!hosts.isEmpty() || !ranges.isEmpty()) && holdsHost(text);
    }

    /** Without characters that nobody sees: a tool may leave them out, and a person who reads the path does not know of them. */
    private static String visible(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0x7f) {
                return INVISIBLE.matcher(text).replaceAll("");
            }
        }
        return text;
    }

    private boolean mayBeAProbe(String pattern) {
        String name = pattern.substring(pattern.lastIndexOf('/') + 1);
        for (int i = 0; i < probes.size(); i++) {
            String probe = probes.get(i);
            if (Glob.matches(pattern, probe)
                    || (probe.indexOf('/') < 0 && saysMuch(name) && Glob.matches(name, probe))) {
                return true;
            }
        }
        return false;
    }

    /** Not of every file in a directory: {@code id_rs*}, and not {@code *}. */
    private static boolean saysMuch(String pattern) {
        return pattern.chars().filter(Character::isLetterOrDigit).count() >= 3;
    }

    private boolean holdsHost(String text) {
        for (String host : Hosts.all(text)) {
            if (hosts.match(host)
                    || (singleLabel && host.indexOf('.') < 0 && host.indexOf(':') < 0 && Hosts.isOfTheWeb(text))) {
                return true;
            }
            for (String range : ranges) {
                if (Hosts.isWithin(host, range)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isExcepted(String directory, String path) {
        return except.match(path) || staysBelow(directory, path) || (exceptWorkspace && Workspace.holds(path));
    }

    private boolean staysBelow(String directory, String path) {
        if (exceptBelow.isEmpty() || directory.isEmpty()) {
            return false;
        }
        String here = canonical(directory);
        if (!path.startsWith(here + "/")) {
            return false;
        }
        boolean below = false;
        for (Below directoryOfIt : exceptBelow) {
            if (directoryOfIt.pattern().matches(here)) {
                below = !directoryOfIt.not();
            }
        }
        return below;
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

    private String compared(String path) {
        if (!ignoreCase) {
            return canonical(path);
        }
        String lower = path.toLowerCase(Locale.ROOT);
        return canonical(lower.startsWith("/users/") ? "/Users/" + lower.substring(7) : lower);
    }

    boolean holdsPath(String path) {
        String canonical = compared(path);
        return paths.match(canonical) && !except.match(canonical);
    }

    /** Writes every home directory as {@code ~}, and leaves out what macOS puts before {@code /etc} and {@code /var}. */
    static String canonical(String path) {
        if (path.startsWith("file:")) {
            return canonical(Paths.normal(path));
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

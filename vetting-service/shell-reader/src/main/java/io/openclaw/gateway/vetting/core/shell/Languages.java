package io.openclaw.gateway.vetting.core.shell;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Names of programming languages, however they are written: {@code " Bash"}, {@code py}, {@code ECMAScript 2024}. */
public final class Languages {
    private static final Set<String> SHELLS = Set.of(
            "sh",
            "bash",
            "zsh",
            "dash",
            "ksh",
            "ash",
            "fish",
            "csh",
            "tcsh",
            "shell",
            "shellscript",
            "posix",
            "console",
            "terminal",
            "busybox",
            "rbash",
            "mksh",
            "command",
            "cli");
    private static final Map<String, String> ALIASES = Map.ofEntries(
            Map.entry("pwsh", "powershell"),
            Map.entry("ps1", "powershell"),
            Map.entry("cmd", "powershell"),
            Map.entry("bat", "powershell"),
            Map.entry("batch", "powershell"),
            Map.entry("py", "python"),
            Map.entry("ipython", "python"),
            Map.entry("jupyter", "python"),
            Map.entry("pypy", "python"),
            Map.entry("cpython", "python"),
            Map.entry("micropython", "python"),
            Map.entry("sage", "python"),
            Map.entry("js", "node"),
            Map.entry("javascript", "node"),
            Map.entry("ecmascript", "node"),
            Map.entry("jsx", "node"),
            Map.entry("mjs", "node"),
            Map.entry("nodejs", "node"),
            Map.entry("ts", "node"),
            Map.entry("tsx", "node"),
            Map.entry("typescript", "node"),
            Map.entry("deno", "deno"),
            Map.entry("bun", "bun"),
            Map.entry("rb", "ruby"),
            Map.entry("pl", "perl"));
    private static final Set<String> READ = Set.of("python", "node", "deno", "bun", "ruby", "perl", "php", "lua");
    private static final Set<String> SQL = Set.of(
            "sql", "mysql", "postgres", "postgresql", "psql", "plsql", "tsql", "sqlite", "plpgsql", "pgsql", "duckdb");
    /** What is data or text, and is not run. */
    private static final Set<String> NO_CODE = Set.of(
            "text",
            "txt",
            "plain",
            "plaintext",
            "markdown",
            "md",
            "json",
            "yaml",
            "yml",
            "xml",
            "html",
            "css",
            "csv",
            "toml",
            "latex",
            "tex",
            "mermaid",
            "svg",
            "regex",
            "regexp",
            "diff",
            "none");

    private static final Pattern VERSION = Pattern.compile("[0-9][0-9.]*$");

    private Languages() {}

    /** Returns a language's usual name in lower case: {@code sh} for every POSIX shell, {@code sql} for every dialect of it. */
    public static String normal(String name) {
        String plain = name.length() > 64 ? name.substring(0, 64) : name;
        plain = plain.strip().toLowerCase(Locale.ROOT);
        int slash = plain.lastIndexOf('/');
        plain = plain.substring(slash + 1)
                .replaceAll("^(?:language|lang|x|text)-", "")
                .replaceAll("[^a-z0-9.+#]", "");
        plain = plain.startsWith(".") ? plain.substring(1) : plain;
        String bare = VERSION.matcher(plain).replaceFirst("");
        String base = SHELLS.contains(plain) || ALIASES.containsKey(plain) || bare.isEmpty() ? plain : bare;
        if (SHELLS.contains(base)) {
            return "sh";
        }
        return SQL.contains(base) ? "sql" : ALIASES.getOrDefault(base, base);
    }

    /** Tells whether code of a language, by its usual name, can be read. */
    public static boolean isRead(String normal) {
        return READ.contains(normal);
    }

    /** Tells whether a language, by its usual name, is one of data or text. */
    public static boolean isNoCode(String normal) {
        return NO_CODE.contains(normal);
    }
}

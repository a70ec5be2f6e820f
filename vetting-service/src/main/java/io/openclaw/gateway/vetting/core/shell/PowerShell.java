package io.openclaw.gateway.vetting.core.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads PowerShell as far as a POSIX shell's grammar goes: with {@code \} as a part of paths and {@code `} as the escape. It
 * knows the cmdlets that delete, format and read; any other is a doubt.
 */
final class PowerShell {
    private static final Set<String> DELETE =
            Set.of("remove-item", "clear-content", "clear-recyclebin", "remove-itemproperty", "clear-item");
    private static final Set<String> FORMAT = Set.of(
            "format-volume", "clear-disk", "initialize-disk", "remove-partition", "reset-physicaldisk", "set-disk");
    private static final Set<String> HARMLESS = Set.of(
            "get-childitem",
            "get-location",
            "set-location",
            "get-date",
            "get-process",
            "get-service",
            "get-help",
            "get-command",
            "get-member",
            "get-item",
            "get-host",
            "get-random",
            "select-object",
            "select-string",
            "where-object",
            "sort-object",
            "measure-object",
            "group-object",
            "compare-object",
            "format-table",
            "format-list",
            "format-wide",
            "write-host",
            "write-output",
            "write-error",
            "write-warning",
            "write-verbose",
            "out-string",
            "out-host",
            "out-null",
            "convertto-json",
            "convertfrom-json",
            "join-path",
            "split-path",
            "resolve-path",
            "test-path",
            "start-sleep");
    private static final Pattern NAME = Pattern.compile("[A-Z][a-z]+-[A-Z][A-Za-z]+");
    private static final String CMDLET =
            "(?:[A-Z][a-z]+-[A-Z][A-Za-z]+|(?i:remove-item|clear-content|format-volume|clear-disk|stop-computer"
                    + "|restart-computer|invoke-expression|stop-process|stop-service|set-executionpolicy))";
    /** A cmdlet where a command begins. */
    private static final Pattern STATEMENT = Pattern.compile("(?:^|[;\\n{(&]|=)\\s*" + CMDLET + "(?=$|[\\s;|)}])");

    private static final Pattern CALLER =
            Pattern.compile("\\s*(?:[^\\s\"']*[\\\\/])?(?i:powershell|pwsh|cmd)(?:\\.exe)?\\s");

    private static final Pattern CALL =
            Pattern.compile("^\\s*(?:\\S*[\\\\/])?(?i:powershell|pwsh)(?:\\.exe)?\\s(?s:.*)(?:^|[;\\n{(&=|\"'\\s])\\s*"
                    + CMDLET + "\\b");
    /** What the old command prompt deletes and formats by, with its options or a drive. */
    private static final Pattern PROMPT = Pattern.compile(
            "(?i)(?:^|[;&|\\n\"'(]|/c\\s)\\s*(?:del|rd|rmdir|erase|deltree|format)\\s[^\\n;&|]{0,200}?(?:/[sqfy]\\b|\\b[a-z]:)");

    private static final Set<String> PROMPT_DELETES = Set.of("del", "erase", "rd", "ri", "rmdir", "deltree");

    private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:");

    private static final int MAX_LOOKED_AT = 8 * 1024;

    private PowerShell() {}

    /** Tells whether a cmdlet begins a statement of a text, or stands in what {@code powershell} is given. */
    static boolean looksLike(String text) {
        String start = text.length() > MAX_LOOKED_AT ? text.substring(0, MAX_LOOKED_AT) : text;
        return (start.indexOf('\\') >= 0 && isCalledBy(start))
                || PROMPT.matcher(start).find()
                || (start.indexOf('-') > 0
                        && (STATEMENT.matcher(start).find()
                                || CALL.matcher(start).lookingAt()));
    }

    /** Tells whether a text calls PowerShell, whose own quoting it may follow. */
    private static boolean isCalledBy(String text) {
        return CALLER.matcher(text).lookingAt();
    }

    /** Returns a text with a shell's way of writing what PowerShell writes in its own. */
    static String asShell(String text) {
        return text.replaceAll("(?i)\\$\\{?env:(?:userprofile|homepath|home)}?", "~")
                .replace('\\', '/')
                .replace('`', '\\');
    }

    /** Tells whether a program's name, as it is written, is a cmdlet's. */
    static boolean isCmdlet(String written) {
        String lower = written.toLowerCase(Locale.ROOT);
        return NAME.matcher(written).matches() || DELETE.contains(lower) || FORMAT.contains(lower);
    }

    /** Tells whether the old command prompt's way to delete is given a drive. */
    static boolean isDrive(String program, List<Argument> arguments) {
        return PROMPT_DELETES.contains(program)
                && arguments.stream()
                        .anyMatch(argument -> DRIVE.matcher(argument.text()).lookingAt());
    }

    static void follow(Evaluator evaluator, String program, List<Argument> arguments) throws UnreadableScriptException {
        if (DELETE.contains(program) || PROMPT_DELETES.contains(program)) {
            List<Argument> targets = new ArrayList<>(List.of(Argument.of("-r")));
            for (Argument argument : arguments) {
                if (!argument.text().startsWith("-")) {
                    targets.add(Argument.of(Paths.normal(argument.text())));
                }
            }
            evaluator.emit(":delete", targets.toArray(Argument[]::new));
            if (targets.size() == 1
                    || targets.stream().anyMatch(target -> target.text().indexOf('$') >= 0)) {
                evaluator.doubt("what " + program + " deletes is not written down");
            }
        } else if (FORMAT.contains(program)) {
            evaluator.emit("mkfs", arguments.toArray(Argument[]::new));
        } else if (program.equals("get-content")) {
            for (Argument argument : arguments) {
                if (!argument.text().startsWith("-")) {
                    evaluator.emit(":read", Argument.of(Paths.normal(argument.text())));
                }
            }
        } else if (!HARMLESS.contains(program)) {
            evaluator.doubt("the PowerShell command " + program + " is not read");
        }
    }
}

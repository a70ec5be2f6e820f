package io.openclaw.gateway.vetting.core.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Recognises PowerShell and the command prompt where a POSIX shell's commands are expected. */
final class PowerShell {
    private static final Set<String> ACTIVE = Set.of(
            "remove",
            "clear",
            "stop",
            "disable",
            "uninstall",
            "reset",
            "revoke",
            "unregister",
            "dismount",
            "suspend",
            "restart",
            "invoke",
            "enter",
            "set",
            "unblock",
            "grant",
            "add",
            "register",
            "enable",
            "send",
            "block",
            "format",
            "unlock",
            "use",
            "write",
            "edit",
            "initialize",
            "restore",
            "protect",
            "unprotect",
            "publish",
            "submit",
            "deny",
            "approve",
            "start");
    private static final Set<String> OF_ITEMS = Set.of(
            "remove-item",
            "ri",
            "del",
            "erase",
            "rd",
            "rmdir",
            "rm",
            "clear-content",
            "stop-process",
            "kill",
            "stop-service",
            "remove-aduser",
            "stop-vm",
            "remove-vm");
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
    private static final Pattern PROMPT_COMMAND = Pattern.compile(
            "(?i)(?:^|[;&|\\n\"'(]|/c\\s)\\s*(?:del|rd|rmdir|erase|deltree|format)\\s[^\\n;&|]{0,200}?(?:/[sqfy]\\b|\\b[a-z]:)");

    private static final Set<String> PROMPT = Set.of("del", "erase", "rd", "rmdir", "deltree");

    private static final Pattern SWITCH = Pattern.compile("/[A-Za-z](?::\\S+)?");

    private static final int MAX_LOOKED_AT = 8 * 1024;

    private PowerShell() {}

    /** Tells whether a cmdlet begins a statement of a text, or stands in what {@code powershell} is given. */
    static boolean looksLike(String text) {
        String start = text.length() > MAX_LOOKED_AT ? text.substring(0, MAX_LOOKED_AT) : text;
        return (start.indexOf('\\') >= 0 && isCalledBy(start))
                || PROMPT_COMMAND.matcher(start).find()
                || (start.indexOf('-') > 0
                        && (STATEMENT.matcher(start).find()
                                || CALL.matcher(start).lookingAt()));
    }

    /** Tells whether a text calls PowerShell, whose own quoting it may follow. */
    private static boolean isCalledBy(String text) {
        return CALLER.matcher(text).lookingAt();
    }

    /** Tells whether a program's name, as it is written, is a cmdlet's. */
    static boolean isCmdlet(String written) {
        return !written.isEmpty()
                && Character.isUpperCase(written.charAt(0))
                && written.indexOf('-') > 0
                && NAME.matcher(written).matches();
    }

    /** Tells whether a name is a cmdlet's whose verb says that it changes something: {@code Remove-…}, {@code Set-…}. */
    static boolean isActive(String written) {
        return isCmdlet(written)
                && ACTIVE.contains(written.substring(0, written.indexOf('-')).toLowerCase(Locale.ROOT));
    }

    /** Tells whether a cmdlet works on what is piped into it. */
    static boolean takesItems(String name) {
        return OF_ITEMS.contains(name);
    }

    /** Tells whether the command prompt's way to delete is given its switches, so that it is no POSIX program of that name. */
    static boolean isPrompt(String program, List<Argument> arguments) {
        return PROMPT.contains(program)
                && arguments.stream()
                        .anyMatch(argument -> SWITCH.matcher(argument.text()).matches()
                                || argument.text().indexOf('\\') >= 0
                                || argument.text().matches("[A-Za-z]:.*"));
    }

    /** Returns {@code rd /s /q C:\x} with a POSIX program's flags and slashes. */
    static List<Argument> ofPrompt(String program, List<Argument> arguments) {
        List<Argument> words = new ArrayList<>(arguments.size() + 1);
        words.add(Argument.of(program.equals("rmdir") ? "rd" : program));
        for (Argument argument : arguments) {
            String text = argument.text();
            if (SWITCH.matcher(text).matches()) {
                words.add(Argument.of(
                        text.equalsIgnoreCase("/s")
                                ? "-recurse"
                                : "-" + text.substring(1).toLowerCase(Locale.ROOT)));
            } else {
                words.add(new Argument(Paths.normal(text), argument.marks()));
            }
        }
        return words;
    }

    /** Returns the words of a line of the command prompt, with {@code ^} as its escape and {@code %NAME%} as its variables. */
    static List<List<Argument>> ofPrompt(String line) {
        List<List<Argument>> commands = new ArrayList<>();
        List<Argument> words = new ArrayList<>();
        var word = new StringBuilder();
        boolean quoted = false;
        boolean any = false;
        for (int i = 0; i <= line.length(); i++) {
            char c = i == line.length() ? '\n' : line.charAt(i);
            boolean end = !quoted && (c == '&' || c == '|' || c == '\n' || (c == '(' && !any) || c == ')');
            if (c == '"') {
                quoted = !quoted;
                any = true;
            } else if (c == '^' && !quoted && i + 1 < line.length()) {
                word.append(line.charAt(++i));
                any = true;
            } else if (end || (!quoted && Character.isWhitespace(c))) {
                if (any) {
                    words.add(new Argument(word.toString(), word.indexOf("%") >= 0 ? Mark.UNKNOWN.bit() : 0));
                }
                word.setLength(0);
                any = false;
                if (end && !words.isEmpty()) {
                    commands.add(words);
                    words = new ArrayList<>();
                }
            } else {
                word.append(c);
                any = true;
            }
        }
        if (any) {
            words.add(Argument.of(word.toString()));
        }
        if (!words.isEmpty()) {
            commands.add(words);
        }
        return commands;
    }
}

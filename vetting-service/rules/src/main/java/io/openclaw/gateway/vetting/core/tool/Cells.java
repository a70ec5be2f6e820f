package io.openclaw.gateway.vetting.core.tool;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A cell of a notebook: Python, with lines that IPython hands to a shell ({@code !ls}, {@code files = !ls}, {@code %sx ls}),
 * or all of it after {@code %%bash}.
 *
 * @param code what is left for the language
 * @param shell what a shell runs
 */
record Cells(String code, String shell) {
    private static final Pattern WHOLE = Pattern.compile(
            "^%%(?:bash|sh|shell|cmd|powershell|pwsh|system|sx|!|script\\s+\\S*(?:sh|bash|zsh|dash|cmd))(?:\\s.*)?$");
    private static final Pattern MAGIC = Pattern.compile("^%(?:sx|system|sh|shell|bash|cmd|alias\\s+\\S+)\\s+(.*)$");
    private static final Pattern ASSIGNED = Pattern.compile("^[A-Za-z_][\\w, ]*=\\s*(?:!|%sx |%system )(.*)$");
    private static final Pattern AUTOMAGIC =
            Pattern.compile("^%((?:rm|mv|cp|rmdir|mkdir|cat|less|more|man|ls|cd|pip|conda|mamba|uv)\\b.*)$");

    static Cells of(String cell) {
        var code = new StringBuilder();
        var shell = new StringBuilder();
        boolean whole = false;
        boolean continued = false;
        for (String line : cell.split("\n", -1)) {
            String text = line.strip();
            if (whole || continued) {
                shell.append(whole ? line : text).append('\n');
                continued = continued && text.endsWith("\\");
            } else if (text.startsWith("%%") && WHOLE.matcher(text).matches()) {
                whole = true;
            } else {
                String command = command(text);
                if (command == null) {
                    code.append(line);
                } else {
                    shell.append(command).append('\n');
                    continued = text.endsWith("\\");
                }
                code.append('\n');
            }
        }
        return new Cells(code.toString(), shell.toString());
    }

    private static @Nullable String command(String line) {
        if (line.startsWith("!")) {
            return line.startsWith("!!") ? line.substring(2) : line.substring(1);
        }
        if (line.startsWith("%")) {
            Matcher magic = MAGIC.matcher(line);
            if (magic.matches()) {
                return magic.group(1);
            }
            Matcher automagic = AUTOMAGIC.matcher(line);
            return automagic.matches() ? automagic.group(1) : null;
        }
        Matcher assigned = line.indexOf('=') < 0 ? null : ASSIGNED.matcher(line);
        return assigned != null && assigned.matches() ? assigned.group(1) : null;
    }
}

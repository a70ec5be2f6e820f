package io.openclaw.gateway.vetting.core.shell;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a script of PowerShell: statements, pipelines, variables, sub-expressions, script blocks and calls of methods. What a
 * cmdlet does is the catalogue's; one that the catalogue does not have is a doubt.
 */
final class PowerShellReader {
    private static final int MAX_DEPTH = 12;
    private static final int MOST_COMMANDS = 500;
    private static final List<String> PARAMETERS = List.of(
            "-recurse",
            "-force",
            "-path",
            "-literalpath",
            "-command",
            "-destination",
            "-filter",
            "-include",
            "-exclude",
            "-whatif",
            "-confirm",
            "-uri",
            "-outfile",
            "-filepath",
            "-argumentlist",
            "-name",
            "-value",
            "-scriptblock",
            "-computername",
            "-method",
            "-infile",
            "-driveletter",
            "-number",
            "-verb");

    private final Evaluator evaluator;
    private final Map<String, Argument> variables = new HashMap<>();
    private String text = "";
    private int at;
    private int depth;
    private int commands;

    PowerShellReader(Evaluator evaluator) {
        this.evaluator = evaluator;
    }

    /** Reads what {@code -EncodedCommand} takes, base64 of UTF-16; {@code null} if it is none. */
    static @Nullable String decoded(String encoded) {
        try {
            return new String(Base64.getMimeDecoder().decode(encoded), StandardCharsets.UTF_16LE);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    void read(String script) throws UnreadableScriptException {
        String outer = text;
        int outerAt = at;
        if (++depth > MAX_DEPTH) {
            throw new UnreadableScriptException("PowerShell in it is nested too deeply");
        }
        text = script;
        at = 0;
        while (at < text.length()) {
            statements('\0');
            at++;
        }
        depth--;
        text = outer;
        at = outerAt;
    }

    /** Follows statements up to a closing character; returns what the last one gives. */
    private Argument statements(char close) throws UnreadableScriptException {
        if (++depth > MAX_DEPTH) {
            throw new UnreadableScriptException("PowerShell in it is nested too deeply");
        }
        Argument output = Argument.of("");
        Argument piped = null;
        List<Argument> words = new ArrayList<>();
        String assigned = null;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == close && close != '\0') {
                break;
            }
            if (c == '#' && (at == 0 || Character.isWhitespace(text.charAt(at - 1)))) {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (c == ';' || c == '\n' || c == '\r' || c == '}' || c == ')') {
                output = finish(words, piped, assigned);
                piped = null;
                assigned = null;
                at++;
            } else if (c == '|' || c == '&') {
                boolean twice = at + 1 < text.length() && text.charAt(at + 1) == c;
                boolean call = c == '&' && !twice && words.isEmpty();
                if (!call) {
                    Argument given = finish(words, piped, twice || c == '&' ? assigned : null);
                    piped = c == '|' && !twice ? given : null;
                }
                at += twice ? 2 : 1;
            } else if (Character.isWhitespace(c) || c == ',') {
                at++;
            } else if (c == '=' && words.size() == 1 && words.getFirst().text().startsWith("${") && assigned == null) {
                assigned = words.getFirst().text();
                words.clear();
                at++;
            } else if (c == '{') {
                at++;
                statements('}');
                at++;
                words.add(new Argument("{}", 0));
            } else {
                words.add(word(words.isEmpty()));
            }
        }
        output = words.isEmpty() && piped == null ? output : finish(words, piped, assigned);
        depth--;
        return output;
    }

    private Argument finish(List<Argument> words, @Nullable Argument piped, @Nullable String assigned)
            throws UnreadableScriptException {
        Argument output = command(words, piped);
        if (assigned != null) {
            variables.put(assigned, output);
            evaluator.emit(":assign", Argument.of(assigned.substring(2, assigned.length() - 1)), output);
        }
        words.clear();
        return output;
    }

    private Argument command(List<Argument> words, @Nullable Argument piped) throws UnreadableScriptException {
        if (words.isEmpty()) {
            return piped == null ? Argument.of("") : piped;
        }
        Argument first = words.getFirst();
        String name = first.text().toLowerCase(Locale.ROOT);
        boolean value = name.startsWith("$")
                || name.isEmpty()
                || name.equals("{}")
                || name.startsWith("[")
                || name.indexOf(' ') >= 0
                || Character.isDigit(name.charAt(0));
        if (value) {
            return words.size() == 1 ? first : Argument.joined(words);
        }
        if (++commands > MOST_COMMANDS) {
            throw new UnreadableScriptException("PowerShell in it runs more than " + MOST_COMMANDS + " commands");
        }
        List<Argument> normal = new ArrayList<>(words.size());
        normal.add(first);
        for (int i = 1; i < words.size(); i++) {
            String text = words.get(i).text();
            if (i + 1 < words.size()
                    && (text.equals(">") || text.equals(">>") || text.equals("2>") || text.equals("*>"))) {
                Argument target = words.get(++i);
                if (!target.text().startsWith("$null")) {
                    evaluator.emit(":write", new Argument(path(target.text()), target.marks()));
                }
            } else if (!text.equals("2>&1")) {
                normal.add(parameter(words.get(i)));
            }
        }
        if (name.equals("iex") || name.equals("invoke-expression")) {
            return expression(normal, piped);
        }
        if (isKeyword(name)) {
            return command(new ArrayList<>(words.subList(1, words.size())), piped);
        }
        boolean item = PowerShell.takesItems(name);
        if (item
                && piped != null
                && normal.stream().skip(1).noneMatch(word -> !word.text().startsWith("-"))) {
            normal.add(piped);
        }
        return evaluator.aliasFreeRun(normal, piped);
    }

    private static boolean isKeyword(String name) {
        return switch (name) {
            case "if",
                    "else",
                    "elseif",
                    "foreach",
                    "for",
                    "while",
                    "do",
                    "try",
                    "catch",
                    "finally",
                    "return",
                    "function",
                    "param",
                    "begin",
                    "process",
                    "end",
                    "switch",
                    "in",
                    "throw",
                    "exit",
                    "break",
                    "continue" -> true;
            default -> false;
        };
    }

    private Argument expression(List<Argument> words, @Nullable Argument piped) throws UnreadableScriptException {
        List<Argument> operands = words.subList(1, words.size()).stream()
                .filter(word -> !word.text().startsWith("-"))
                .toList();
        Argument code = operands.isEmpty() ? piped : Argument.joined(operands);
        if (code == null || code.isUnknown()) {
            Argument shown = code == null ? Evaluator.UNKNOWN_OUTPUT : code;
            evaluator.emit(new Invocation(
                    ":eval", "iex", List.of(shown), shown.marks(), List.of(), List.of(), evaluator.via(), ""));
            evaluator.doubt("Invoke-Expression runs a text that is not written down");
            return Evaluator.UNKNOWN_OUTPUT;
        }
        read(code.text());
        return Evaluator.UNKNOWN_OUTPUT;
    }

    /** {@code -Rec} is {@code -recurse}; {@code -Confirm:$false} is {@code -confirm=$false}; a path has slashes. */
    private static Argument parameter(Argument word) {
        String written = word.text();
        if (written.length() > 1 && written.charAt(0) == '-' && Character.isLetter(written.charAt(1))) {
            int colon = written.indexOf(':');
            String name = (colon > 0 ? written.substring(0, colon) : written).toLowerCase(Locale.ROOT);
            for (String parameter : PARAMETERS) {
                if (parameter.startsWith(name)) {
                    name = parameter;
                    break;
                }
            }
            return new Argument(colon > 0 ? name + "=" + written.substring(colon + 1) : name, word.marks());
        }
        return new Argument(path(written), word.marks());
    }

    static String path(String written) {
        return written.indexOf('\\') >= 0
                        || written.indexOf('%') >= 0
                        || (written.length() > 1 && written.charAt(1) == ':')
                ? Paths.normal(written)
                : written;
    }

    /** Reads a word with everything that sticks to it: strings, variables, sub-expressions, members. */
    private Argument word(boolean first) throws UnreadableScriptException {
        var word = new StringBuilder();
        int marks = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (Character.isWhitespace(c) || c == ';' || c == '|' || c == '}' || c == ')' || c == ',' || c == '{') {
                break;
            }
            if (c == '&' || (c == '=' && first && word.toString().startsWith("${"))) {
                break;
            }
            if (c == '\'') {
                word.append(single());
            } else if (c == '"') {
                Argument string = quoted();
                word.append(string.text());
                marks |= string.marks();
            } else if (c == '`' && at + 1 < text.length()) {
                word.append(text.charAt(at + 1) == '\n' ? "" : text.substring(at + 1, at + 2));
                at += 2;
            } else if (c == '$' || (c == '@' && at + 1 < text.length() && text.charAt(at + 1) == '(')) {
                Argument value = variable();
                word.append(value.text());
                marks |= value.marks();
            } else if (c == '(') {
                at++;
                Argument value = parenthesis(word.toString());
                boolean known = word.isEmpty() && !value.isUnknown();
                word = known
                        ? new StringBuilder(value.text())
                        : word.isEmpty() ? new StringBuilder("$()") : word.append("()");
                marks |= value.marks() | (known ? 0 : Mark.UNKNOWN.bit());
            } else if (c == '+' && !word.isEmpty()) {
                at++;
            } else {
                word.append(c);
                at++;
            }
        }
        return new Argument(word.toString(), marks);
    }

    /** Follows {@code (…)}: a sub-expression, or the arguments of a method whose name stands before. */
    private Argument parenthesis(String before) throws UnreadableScriptException {
        Argument inner = statements(')');
        at++;
        String method = before.toLowerCase(Locale.ROOT);
        int dot = Math.max(method.lastIndexOf('.'), method.lastIndexOf(':'));
        String name = dot < 0 ? "" : method.substring(dot + 1);
        switch (name) {
            case "downloadstring",
                    "downloaddata",
                    "downloadfile",
                    "openread",
                    "getasync",
                    "getstringasync",
                    "create" -> {
                evaluator.emit(":http", Argument.of("get"), inner);
                return new Argument("$()", Mark.UNKNOWN.bit() | Mark.DOWNLOADED.bit());
            }
            case "uploadstring", "uploaddata", "uploadfile", "uploadvalues", "postasync" ->
                evaluator.emit(":http", Argument.of("post"), inner);
            case "delete" ->
                evaluator.emit(":delete", Argument.of("-r"), new Argument(path(inner.text()), inner.marks()));
            case "readalltext", "readalllines", "readallbytes" ->
                evaluator.emit(":read", new Argument(path(inner.text()), inner.marks()));
            case "writealltext", "writeallbytes", "writealllines" ->
                evaluator.emit(":write", new Argument(path(inner.text()), inner.marks()));
            case "frombase64string" -> {
                String decoded = Outputs.base64(inner.text());
                return decoded == null
                        ? new Argument("$()", Mark.UNKNOWN.bit() | Mark.DECODED.bit())
                        : new Argument(decoded.replace("\0", ""), Mark.DECODED.bit());
            }
            case "getstring" -> {
                return inner;
            }
            case "start", "invoke", "invokescript", "newscriptblock" -> {
                if (method.contains("process") || method.contains("scriptblock") || method.contains("powershell")) {
                    evaluator.runText(inner.text(), null);
                }
            }
            default -> {}
        }
        return before.isEmpty() ? inner : new Argument("$()", inner.marks() | Mark.UNKNOWN.bit());
    }

    private String single() {
        var string = new StringBuilder();
        at++;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '\'') {
                if (at < text.length() && text.charAt(at) == '\'') {
                    at++;
                } else {
                    break;
                }
            }
            string.append(c);
        }
        return string.toString();
    }

    private Argument quoted() throws UnreadableScriptException {
        var string = new StringBuilder();
        int marks = 0;
        at++;
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at);
            if (c == '`' && at + 1 < text.length()) {
                string.append(text.charAt(at + 1));
                at += 2;
            } else if (c == '$') {
                Argument value = variable();
                string.append(value.text());
                marks |= value.marks();
            } else {
                string.append(c);
                at++;
            }
        }
        at++;
        return new Argument(string.toString(), marks);
    }

    private Argument variable() throws UnreadableScriptException {
        boolean list = text.charAt(at) == '@';
        at++;
        if (at < text.length() && text.charAt(at) == '(') {
            at++;
            Argument value = statements(')');
            at++;
            return list || !value.isUnknown() ? value : new Argument("$()", value.marks());
        }
        boolean braces = at < text.length() && text.charAt(at) == '{';
        int start = braces ? ++at : at;
        while (at < text.length()
                && (braces
                        ? text.charAt(at) != '}'
                        : Character.isLetterOrDigit(text.charAt(at))
                                || text.charAt(at) == '_'
                                || text.charAt(at) == ':')) {
            at++;
        }
        String name = text.substring(start, at).toLowerCase(Locale.ROOT);
        at += braces && at < text.length() ? 1 : 0;
        return switch (name) {
            case "true", "false", "null" -> Argument.of("$" + name);
            case "home", "env:userprofile", "env:home", "env:homepath" -> Argument.of("~");
            case "pwd", "psscriptroot" -> Argument.of(".");
            case "env:temp", "env:tmp" -> Argument.of("/tmp");
            case "env:systemdrive" -> Argument.of("C:");
            case "env:windir", "env:systemroot" -> Argument.of("C:/Windows");
            default -> variables.getOrDefault("${" + name + "}", new Argument("${" + name + "}", Mark.UNKNOWN.bit()));
        };
    }
}

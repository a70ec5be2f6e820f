package io.openclaw.gateway.vetting.core.shell;

import io.openclaw.gateway.vetting.core.shell.Programs.Wrapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Follows one command: what it runs in its turn, and what it prints. */
final class Commands {
    private static final Argument SILENT = Argument.of("");
    private static final int MOST_ITEMS = 64;
    private static final Set<String> TRUSTED_SETUP = Set.of(
            "ssh-agent",
            "brew",
            "direnv",
            "pyenv",
            "rbenv",
            "nodenv",
            "starship",
            "dircolors",
            "zoxide",
            "fnm",
            "lesspipe",
            "thefuck",
            "mise",
            "rtx",
            "jenv",
            "opam",
            "resize",
            "keychain",
            "hub",
            "navi",
            "atuin",
            "conda",
            "micromamba",
            "mcfly",
            "register-python-argcomplete",
            "minikube",
            "docker-machine",
            "phpbrew",
            "vault",
            "gh",
            "kubectl",
            "helm",
            "luarocks",
            "perl",
            "swiftenv",
            "goenv",
            "nodebrew");

    private final Evaluator evaluator;
    private final Programs programs;
    private @Nullable String lastProgram;
    /** What ran just before the command that is followed now: the argument of an {@code eval} may be its output. */
    private @Nullable String programBefore;

    Commands(Evaluator evaluator, Programs programs) {
        this.evaluator = evaluator;
        this.programs = programs;
    }

    /** Follows a command and returns what it prints. */
    Argument run(List<Argument> words, @Nullable Argument input, List<Argument> writes, List<Argument> reads)
            throws UnreadableScriptException {
        if (words.isEmpty()) {
            return SILENT;
        }
        Argument first = words.getFirst();
        String path = first.text();
        String program = Paths.baseName(path).toLowerCase(Locale.ROOT);
        if (program.endsWith(".exe")) {
            program = program.substring(0, program.length() - 4);
        }
        if ((program.contains("$") && first.isUnknown()) || (first.isUnknown() && program.isEmpty())) {
            if (words.size() > 1 || Mark.DOWNLOADED.in(first.marks()) || Mark.DECODED.in(first.marks())) {
                evaluator.doubt("the program that it runs is not written down: " + path);
            }
            program = ":unknown";
        } else if (isPattern(program)) {
            program = matching(program, path);
        }
        List<Argument> arguments = List.copyOf(words.subList(1, words.size()));
        int marks = input == null ? 0 : input.marks();
        List<Argument> own = program.equals("find") ? withoutCommands(arguments) : arguments;
        evaluator.emit(
                new Invocation(program, path, own, marks, writes, reads, evaluator.via(), evaluator.directory()));
        programBefore = lastProgram;
        lastProgram = program;
        if (path.indexOf('=') >= 0 && path.indexOf('/') < 0 && words.size() > 1) {
            // No name that a shell would take, so no assignment; whoever wrote it meant one.
            return run(arguments, input, writes, reads);
        }
        if (path.indexOf('/') >= 0 && evaluator.wroteFile(first)) {
            return runFile(first, arguments, input);
        }
        if (PowerShell.isCmdlet(path) || PowerShell.isDrive(program, arguments)) {
            PowerShell.follow(evaluator, program, arguments);
        }
        return follow(program, arguments, input);
    }

    private static boolean isPattern(String program) {
        return program.length() > 1
                && (program.indexOf('?') >= 0 || program.indexOf('*') >= 0 || program.indexOf('[') > 0);
    }

    /** Finds the dangerous program that a pattern in a program's place may stand for. */
    private String matching(String pattern, String path) {
        if (pattern.length() > 40) {
            return pattern;
        }
        var shape = Pattern.compile(pattern.replaceAll("\\[[^]]*]", "?")
                .replaceAll("[^a-zA-Z0-9?*_-]", "x")
                .replaceAll("\\*+", ".*")
                .replace('?', '.'));
        evaluator.doubt("the program that it runs is a pattern: " + path);
        return programs.known().stream()
                .filter(known -> known.length() > 1 && shape.matcher(known).matches())
                .min((a, b) -> Boolean.compare(programs.tagged(b, "deletes"), programs.tagged(a, "deletes")))
                .orElse(pattern);
    }

    private Argument follow(String program, List<Argument> arguments, @Nullable Argument input)
            throws UnreadableScriptException {
        switch (program) {
            case "cd", "pushd", "chdir" -> {
                List<Argument> operands = operands(program, arguments);
                Argument to = operands.isEmpty() ? Argument.of("~") : operands.getFirst();
                evaluator.changeDirectory(
                        to.text().equals("-") ? "${OLDPWD}" : Paths.resolve(evaluator.directory(), to.text()));
                return SILENT;
            }
            case "export", "declare", "local", "typeset", "readonly", "setenv" -> {
                return declare(program, arguments);
            }
            case "alias" -> {
                for (Argument argument : arguments) {
                    int equals = argument.text().indexOf('=');
                    if (equals > 0) {
                        evaluator.alias(
                                argument.text().substring(0, equals),
                                argument.text().substring(equals + 1));
                    }
                }
                return SILENT;
            }
            case "unset" -> {
                arguments.forEach(argument -> evaluator.unset(argument.text()));
                return SILENT;
            }
            case "read", "mapfile", "readarray", "getopts" -> {
                int marks = Mark.UNKNOWN.bit() | (input == null ? 0 : input.marks());
                String line = input != null && !input.isUnknown() && program.equals("read")
                        ? input.text().strip()
                        : null;
                for (Argument name : operands(program, arguments)) {
                    evaluator.set(
                            name.text(),
                            line != null
                                    ? new Argument(line, marks & ~Mark.UNKNOWN.bit())
                                    : new Argument("${" + name.text() + "}", marks));
                }
                return SILENT;
            }
            case "eval" -> {
                return eval(arguments, input);
            }
            case "source", "." -> {
                return arguments.isEmpty()
                        ? SILENT
                        : runFile(arguments.getFirst(), arguments.subList(1, arguments.size()), input);
            }
            case "trap" -> {
                if (arguments.size() > 1 && !arguments.getFirst().text().startsWith("-")) {
                    evaluator.runText(arguments.getFirst().text(), null);
                }
                return SILENT;
            }
            case "find", "fd", "fdfind" -> {
                return find(arguments);
            }
            case "xargs" -> {
                return xargs(arguments, input);
            }
            case "parallel" -> {
                return parallel(arguments, input);
            }
            case "su", "runuser", "script" -> {
                return withCommandFlag(program, arguments, input);
            }
            case "curl", "wget", "http", "https", "httpie", "aria2c", "xh", "curlie" -> {
                return HttpRequests.follow(evaluator, program, commandLine(program, arguments), input);
            }
            case "make", "gmake" -> {
                if (input != null && !input.isUnknown()) {
                    recipes(input.text());
                }
                return Evaluator.UNKNOWN_OUTPUT;
            }
            case "at", "batch" -> {
                if (input != null) {
                    evaluator.within(program, () -> evaluator.runText(input.text(), null));
                }
                return SILENT;
            }
            case "tee" -> {
                Argument data = input == null ? Evaluator.UNKNOWN_OUTPUT : input;
                CommandLine line = commandLine(program, arguments);
                line.operands().forEach(file -> evaluator.writeFile(file, data, line.has("-a", "--append")));
                return data;
            }
            case "cp", "mv", "install", "ln" -> {
                List<Argument> operands = operands(program, arguments);
                if (operands.size() == 2) {
                    Argument content = evaluator.file(operands.get(0));
                    if (evaluator.wroteFile(operands.get(0)) || Mark.SECRET.in(content.marks())) {
                        evaluator.writeFile(operands.get(1), content, false);
                    }
                }
                return SILENT;
            }
            default -> {}
        }
        if (programs.tagged(program, "shell")) {
            return shell(program, arguments, input);
        }
        if (programs.tagged(program, "interpreter")) {
            return interpreter(program, arguments, input);
        }
        if (programs.tagged(program, "sql-client")) {
            sql(arguments, input);
        }
        if (programs.tagged(program, "runs-text")) {
            texts(program, arguments);
        }
        Wrapper wrapper = programs.wrapper(program);
        if (wrapper != null) {
            Argument output = unwrap(program, wrapper, arguments, input);
            if (output != null) {
                return output;
            }
        }
        if (SqlStatements.looksLike(program + " " + Argument.joined(arguments).text())) {
            for (Invocation statement : SqlStatements.read(
                    program + " " + Argument.joined(arguments).text())) {
                evaluator.emit(statement);
            }
        }
        return Outputs.of(evaluator, programs, program, arguments, commandLine(program, arguments), input);
    }

    private CommandLine commandLine(String program, List<Argument> arguments) {
        return CommandLine.of(arguments, programs.syntax(program));
    }

    private List<Argument> operands(String program, List<Argument> arguments) {
        return commandLine(program, arguments).operands();
    }

    /** The lines of a makefile that start with a tab are commands. */
    private void recipes(String makefile) throws UnreadableScriptException {
        for (String line : makefile.split("\n", -1)) {
            if (line.startsWith("\t")) {
                String command = line.strip().replaceFirst("^[@+-]+", "").replace("$$", "$");
                evaluator.within("make", () -> evaluator.runText(command, null));
            }
        }
    }

    private Argument declare(String program, List<Argument> arguments) throws UnreadableScriptException {
        if (program.equals("setenv") && arguments.size() > 1) {
            evaluator.assign(arguments.get(0).text(), arguments.get(1));
        }
        for (Argument argument : arguments) {
            int equals = argument.text().indexOf('=');
            if (equals > 0 && !argument.text().startsWith("-")) {
                evaluator.assign(
                        argument.text().substring(0, equals),
                        new Argument(argument.text().substring(equals + 1), argument.marks()));
            }
        }
        return SILENT;
    }

    private Argument eval(List<Argument> arguments, @Nullable Argument input) throws UnreadableScriptException {
        Argument text = Argument.joined(arguments);
        if (text.isUnknown() && !isTrustedSetup(text)) {
            evaluator.emit(new Invocation(
                    ":eval", "eval", List.of(text), text.marks(), List.of(), List.of(), evaluator.via(), ""));
            evaluator.doubt("eval runs a text that is not written down: " + shortened(text.text()));
        }
        return text.text().equals("$()") ? SILENT : evaluator.runText(text.text(), input);
    }

    /** The tools whose manuals say {@code eval "$(tool …)"}. */
    private boolean isTrustedSetup(Argument text) {
        return text.text().startsWith("$()")
                && programBefore != null
                && TRUSTED_SETUP.contains(programBefore)
                && !Mark.DOWNLOADED.in(text.marks());
    }

    private Argument runFile(Argument file, List<Argument> arguments, @Nullable Argument input)
            throws UnreadableScriptException {
        Argument content = evaluator.file(file);
        if (evaluator.wroteFile(file)) {
            evaluator.emit(new Invocation(
                    ":run-file",
                    file.text(),
                    List.of(file),
                    content.marks(),
                    List.of(),
                    List.of(),
                    evaluator.via(),
                    evaluator.directory()));
            if (!content.isUnknown()) {
                return evaluator.runText(content.text(), List.copyOf(arguments), input);
            }
        }
        return Evaluator.UNKNOWN_OUTPUT;
    }

    private Argument shell(String program, List<Argument> arguments, @Nullable Argument input)
            throws UnreadableScriptException {
        int i = 0;
        boolean command = false;
        while (i < arguments.size()) {
            String text = arguments.get(i).text();
            if (text.equals("--")) {
                i++;
                break;
            }
            if (text.length() < 2 || (text.charAt(0) != '-' && text.charAt(0) != '+')) {
                break;
            }
            if ((!text.startsWith("--") && text.charAt(0) == '-' && text.indexOf('c') > 0)
                    || text.equals("--command")
                    || text.equalsIgnoreCase("-command")) {
                command = true;
            }
            i += text.matches("-O|-o|\\+O|\\+o|--rcfile|--init-file") ? 2 : 1;
        }
        if (command) {
            if (i >= arguments.size()) {
                return SILENT;
            }
            Argument script = arguments.get(i);
            List<Argument> rest = arguments.subList(Math.min(arguments.size(), i + 2), arguments.size());
            return scriptText(program, script, List.copyOf(rest));
        }
        if (i < arguments.size() && !arguments.get(i).text().equals("-")) {
            Argument file = arguments.get(i);
            List<Argument> rest = List.copyOf(arguments.subList(i + 1, arguments.size()));
            return evaluator.within(program, () -> runFile(file, rest, input));
        }
        if (input != null && !input.isUnknown()) {
            return evaluator.within(program, () -> evaluator.runText(input.text(), List.of(), null));
        }
        if (input != null && input.text().length() > 3) {
            evaluator.within(program, () -> evaluator.runText(input.text(), List.of(), null));
        }
        return Evaluator.UNKNOWN_OUTPUT;
    }

    private Argument scriptText(String program, Argument script, List<Argument> arguments)
            throws UnreadableScriptException {
        if (script.isUnknown() && isOnlyUnknown(script.text())) {
            evaluator.emit(new Invocation(
                    ":eval", program, List.of(script), script.marks(), List.of(), List.of(), evaluator.via(), ""));
            evaluator.doubt(program + " runs a text that is not written down: " + shortened(script.text()));
            return Evaluator.UNKNOWN_OUTPUT;
        }
        if (program.equals("pwsh") || program.equals("powershell")) {
            String text = script.text()
                    + (arguments.isEmpty()
                            ? ""
                            : " " + Argument.joined(arguments).text());
            return evaluator.within(program, () -> evaluator.runPowerShell(text));
        }
        return evaluator.within(program, () -> evaluator.runText(script.text(), arguments, null));
    }

    private static boolean isOnlyUnknown(String text) {
        return text.startsWith("$()") || (text.startsWith("${") && text.indexOf(' ') < 0) || text.startsWith("$(<");
    }

    private Argument interpreter(String program, List<Argument> arguments, @Nullable Argument input)
            throws UnreadableScriptException {
        boolean any = false;
        for (int i = 0; i < arguments.size(); i++) {
            String flag = arguments.get(i).text();
            boolean code = flag.matches("-[a-zA-Z]*[ceErR]|--eval|--print|-pe|--run|-Command|-command")
                    && i + 1 < arguments.size();
            if (code) {
                any = true;
                code(program, arguments.get(i + 1));
                i++;
            } else if (flag.startsWith("--eval=")) {
                any = true;
                code(program, new Argument(flag.substring(7), arguments.get(i).marks()));
            } else if (!flag.startsWith("-")) {
                if (program.endsWith("awk")) {
                    code(program, arguments.get(i));
                } else if (evaluator.wroteFile(arguments.get(i))) {
                    Argument content = evaluator.file(arguments.get(i));
                    evaluator.emit(new Invocation(
                            ":run-file",
                            flag,
                            List.of(arguments.get(i)),
                            content.marks(),
                            List.of(),
                            List.of(),
                            evaluator.via(),
                            evaluator.directory()));
                    code(program, content);
                }
                any = true;
                break;
            }
        }
        if (!any && input != null && !input.isUnknown()) {
            code(program, input);
        }
        return Evaluator.UNKNOWN_OUTPUT;
    }

    private void code(String program, Argument code) throws UnreadableScriptException {
        if (code.isUnknown() && isOnlyUnknown(code.text())) {
            evaluator.emit(new Invocation(
                    ":eval", program, List.of(code), code.marks(), List.of(), List.of(), evaluator.via(), ""));
            return;
        }
        evaluator.within(program, () -> {
            new CodeReader(evaluator).read(program, code.text());
            return SILENT;
        });
    }

    /** Editors, debuggers and terminals run what stands in their arguments; {@code :!} and {@code shell} say so. */
    private void texts(String program, List<Argument> arguments) throws UnreadableScriptException {
        for (Argument argument : arguments) {
            if (argument.text().indexOf(' ') > 0 || argument.text().indexOf('!') >= 0) {
                String text = argument.text().replaceFirst("^\\s*(?::?\\s*!|shell\\s|:sh\\w*\\s|run-shell\\s)", "");
                evaluator.within(program, () -> evaluator.runText(text, null));
            }
        }
    }

    private void sql(List<Argument> arguments, @Nullable Argument input) throws UnreadableScriptException {
        List<Argument> texts = new ArrayList<>(arguments);
        if (input != null && !input.isUnknown()) {
            texts.add(input);
        }
        for (Argument argument : texts) {
            String text = argument.text();
            int equals =
                    text.startsWith("--") ? text.indexOf('=') : text.startsWith("-e") || text.startsWith("-c") ? 1 : -1;
            String statement = equals > 0 ? text.substring(equals + 1) : text;
            if (statement.indexOf(' ') > 0) {
                for (Invocation found : SqlStatements.read(statement)) {
                    evaluator.emit(found);
                }
            }
        }
    }

    private @Nullable Argument unwrap(
            String program, Wrapper wrapper, List<Argument> arguments, @Nullable Argument input)
            throws UnreadableScriptException {
        Programs.Syntax syntax = programs.syntax(program);
        int i = 0;
        if (wrapper.subcommand() != null) {
            while (i < arguments.size() && arguments.get(i).text().startsWith("-")) {
                i += syntax.takesValue(arguments.get(i).text()) ? 2 : 1;
            }
            if (i >= arguments.size()
                    || !List.of(wrapper.subcommand().split("\\|", -1))
                            .contains(arguments.get(i).text())) {
                return null;
            }
            i++;
        }
        int skip = wrapper.skip();
        boolean dashes = false;
        while (i < arguments.size()) {
            String text = arguments.get(i).text();
            if (text.equals("--")) {
                i++;
                dashes = true;
                if (skip <= 0 || wrapper.afterDashes()) {
                    break;
                }
            } else if (text.startsWith("-") && !dashes) {
                boolean split = program.equals("env") && (text.equals("-S") || text.equals("--split-string"));
                if (split && i + 1 < arguments.size()) {
                    Argument command = arguments.get(i + 1);
                    return evaluator.within(program, () -> evaluator.runText(command.text(), input));
                }
                i += syntax.takesValue(text) || takesValueAtEnd(text, syntax) ? 2 : 1;
            } else if (isAssignment(text)
                    && (program.equals("env") || program.equals("sudo") || program.equals("doas"))) {
                int equals = text.indexOf('=');
                evaluator.assign(text.substring(0, equals), Argument.of(text.substring(equals + 1)));
                i++;
            } else if (wrapper.afterDashes()) {
                i++;
            } else if (skip > 0) {
                skip--;
                i++;
            } else {
                break;
            }
        }
        if (i >= arguments.size() || (wrapper.afterDashes() && !dashes)) {
            return null;
        }
        List<Argument> inner = arguments.subList(i, arguments.size());
        String label = wrapper.joined()
                ? program + " " + arguments.get(Math.max(0, i - 1)).text()
                : program;
        boolean whole = wrapper.joined()
                || (inner.size() == 1 && inner.getFirst().text().indexOf(' ') > 0);
        return evaluator.within(
                label,
                () -> whole
                        ? inner.size() == 1
                                ? scriptText(program, inner.getFirst(), List.of())
                                : evaluator.runText(Argument.joined(inner).text(), input)
                        : evaluator.aliasFreeRun(inner, input));
    }

    private static boolean takesValueAtEnd(String cluster, Programs.Syntax syntax) {
        return syntax.clustersFlags()
                && cluster.length() > 2
                && cluster.charAt(1) != '-'
                && cluster.indexOf('=') < 0
                && syntax.takesValue("-" + cluster.charAt(cluster.length() - 1))
                && cluster.substring(1, cluster.length() - 1).chars().noneMatch(c -> syntax.takesValue("-" + (char) c));
    }

    private static boolean isAssignment(String text) {
        int equals = text.indexOf('=');
        return equals > 0
                && text.substring(0, equals)
                        .chars()
                        .allMatch(c -> Character.isLetterOrDigit(c) || c == '_' || c == '-');
    }

    private Argument withCommandFlag(String program, List<Argument> arguments, @Nullable Argument input)
            throws UnreadableScriptException {
        for (int i = 0; i < arguments.size(); i++) {
            String text = arguments.get(i).text();
            if ((text.matches("-[a-z]*c") || text.equals("--command")) && i + 1 < arguments.size()) {
                Argument script = arguments.get(i + 1);
                return evaluator.within(program, () -> scriptText(program, script, List.of()));
            }
            if (text.startsWith("--command=")) {
                return evaluator.within(program, () -> evaluator.runText(text.substring(10), null));
            }
            if (text.equals("--") && i + 1 < arguments.size()) {
                List<Argument> inner = arguments.subList(i + 1, arguments.size());
                return evaluator.within(program, () -> evaluator.aliasFreeRun(inner, input));
            }
        }
        if (input != null && !input.isUnknown()) {
            evaluator.within(program, () -> evaluator.runText(input.text(), null));
        }
        return Evaluator.UNKNOWN_OUTPUT;
    }

    /** The commands of {@code -exec} are followed on their own; their flags are none of find's. */
    private static List<Argument> withoutCommands(List<Argument> arguments) {
        List<Argument> own = new ArrayList<>(arguments.size());
        boolean inCommand = false;
        for (Argument argument : arguments) {
            String text = argument.text();
            if (!inCommand) {
                own.add(argument);
            }
            inCommand = inCommand
                    ? !(text.equals(";") || text.equals("+"))
                    : text.equals("-exec") || text.equals("-execdir") || text.equals("-ok") || text.equals("-okdir");
        }
        return own;
    }

    private Argument find(List<Argument> arguments) throws UnreadableScriptException {
        String root = ".";
        int start = 0;
        while (start < arguments.size() && !arguments.get(start).text().startsWith("-")) {
            root = start == 0 ? arguments.get(start).text() : root;
            start++;
        }
        boolean filtered = false;
        for (int i = start; i < arguments.size(); i++) {
            String text = arguments.get(i).text();
            filtered |= text.matches("-i?(name|path|regex|wholename)|-mtime|-mmin|-newer|-size|-empty|-maxdepth|-user");
            if (!text.matches("-exec|-execdir|-ok|-okdir|-x|-X|--exec|--exec-batch")) {
                continue;
            }
            int end = i + 1;
            List<Argument> command = new ArrayList<>();
            while (end < arguments.size() && !arguments.get(end).text().equals(";")) {
                Argument word = arguments.get(end++);
                if (word.text().equals("+") && command.size() > 1) {
                    break;
                }
                String found = filtered ? root + "/${found}" : root;
                command.add(
                        word.text().contains("{}")
                                ? new Argument(word.text().replace("{}", found), Mark.UNKNOWN.bit())
                                : word);
            }
            evaluator.within("find " + root, () -> evaluator.aliasFreeRun(command, null));
            i = end;
        }
        return Evaluator.UNKNOWN_OUTPUT;
    }

    private Argument xargs(List<Argument> arguments, @Nullable Argument input) throws UnreadableScriptException {
        String placeholder = null;
        int i = 0;
        while (i < arguments.size() && arguments.get(i).text().startsWith("-")) {
            String text = arguments.get(i).text();
            if (text.equals("-I") || text.equals("-J")) {
                placeholder = i + 1 < arguments.size() ? arguments.get(i + 1).text() : "{}";
                i += 2;
            } else if (text.startsWith("-I") || text.startsWith("-J")) {
                placeholder = text.substring(2);
                i++;
            } else if (text.equals("-i") || text.equals("--replace") || text.equals("--replace=")) {
                placeholder = "{}";
                i++;
            } else if (text.startsWith("--replace=") || text.startsWith("-i")) {
                placeholder = text.substring(text.startsWith("-i") ? 2 : 10);
                i++;
            } else if (text.equals("--")) {
                i++;
                break;
            } else {
                i += text.matches("-[nPdaELs]|--(max-args|max-procs|delimiter|arg-file|eof|max-lines|max-chars)")
                        ? 2
                        : 1;
            }
        }
        List<Argument> command = arguments.subList(Math.min(i, arguments.size()), arguments.size());
        if (command.isEmpty()) {
            return input == null ? Evaluator.UNKNOWN_OUTPUT : input;
        }
        List<Argument> items = items(input);
        String name = placeholder;
        boolean placed =
                name != null && command.stream().anyMatch(word -> word.text().contains(name));
        return evaluator.within("xargs", () -> {
            if (!placed) {
                List<Argument> whole = new ArrayList<>(command);
                whole.addAll(items);
                return evaluator.aliasFreeRun(whole, null);
            }
            Argument output = SILENT;
            for (Argument item : items) {
                output = evaluator.aliasFreeRun(replaced(command, String.valueOf(name), item), null);
            }
            return output;
        });
    }

    private Argument parallel(List<Argument> arguments, @Nullable Argument input) throws UnreadableScriptException {
        List<Argument> command = new ArrayList<>();
        List<Argument> items = new ArrayList<>();
        boolean inItems = false;
        Programs.Syntax syntax = programs.syntax("parallel");
        for (int i = 0; i < arguments.size(); i++) {
            String text = arguments.get(i).text();
            if (text.startsWith(":::")) {
                inItems = true;
            } else if (inItems) {
                items.add(arguments.get(i));
            } else if (command.isEmpty() && text.startsWith("-")) {
                i += syntax.takesValue(text) ? 1 : 0;
            } else {
                command.add(arguments.get(i));
            }
        }
        if (!inItems) {
            items.addAll(items(input));
        }
        return evaluator.within("parallel", () -> {
            Argument output = SILENT;
            for (Argument item : items.subList(0, Math.min(MOST_ITEMS, items.size()))) {
                if (command.isEmpty()) {
                    output = scriptText("parallel", item, List.of());
                    continue;
                }
                boolean placed = command.stream().anyMatch(word -> word.text().matches("(?s).*\\{\\d*[./]*}.*"));
                List<Argument> whole = new ArrayList<>();
                for (Argument word : command) {
                    whole.add(
                            placed
                                    ? new Argument(
                                            word.text()
                                                    .replaceAll(
                                                            "\\{\\d*[./]*}",
                                                            java.util.regex.Matcher.quoteReplacement(item.text())),
                                            word.marks() | item.marks())
                                    : word);
                }
                if (!placed) {
                    whole.add(item);
                }
                output = whole.size() == 1
                        ? scriptText("parallel", whole.getFirst(), List.of())
                        : evaluator.aliasFreeRun(whole, null);
            }
            return output;
        });
    }

    /** What a program such as xargs reads: the words of its input, or something that nobody knows. */
    private static List<Argument> items(@Nullable Argument input) {
        if (input == null || input.isUnknown()) {
            int marks = Mark.UNKNOWN.bit() | Mark.INPUT.bit() | (input == null ? 0 : input.marks());
            return List.of(new Argument("${input}", marks));
        }
        List<Argument> items = new ArrayList<>();
        String text = input.text();
        boolean paths = text.indexOf('\n') < 0 && text.indexOf('/') >= 0 && !text.contains("rm ");
        for (String item : text.split(paths ? " +" : "\n", MOST_ITEMS)) {
            if (!item.isBlank()) {
                items.add(new Argument(item.strip(), input.marks() | Mark.INPUT.bit()));
            }
        }
        return items.isEmpty() ? List.of(new Argument("", input.marks() | Mark.INPUT.bit())) : items;
    }

    private static List<Argument> replaced(List<Argument> command, String placeholder, Argument item) {
        if (placeholder.isEmpty()) {
            return command;
        }
        List<Argument> replaced = new ArrayList<>(command.size());
        for (Argument word : command) {
            replaced.add(
                    word.text().contains(placeholder)
                            ? new Argument(word.text().replace(placeholder, item.text()), word.marks() | item.marks())
                            : word);
        }
        return replaced;
    }

    private static String shortened(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }
}

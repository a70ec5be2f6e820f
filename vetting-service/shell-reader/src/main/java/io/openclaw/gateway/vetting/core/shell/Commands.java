package io.openclaw.gateway.vetting.core.shell;

import io.openclaw.gateway.vetting.core.shell.Programs.Wrapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Follows one command: what it runs in its turn, and what it prints. */
final class Commands {
    /** How many words or lines of an input are followed. */
    static final int MOST_ITEMS = 64;
    /** What a command prints that prints nothing. */
    static final Argument SILENT = Argument.of("");
    /** Interpreters that programs are installed for: what they run has a command line of its own. */
    private static final Set<String> RUNS_PROGRAMS = Set.of("node", "nodejs", "bun", "deno");

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
    private final Map<String, Handler> handlers = new HashMap<>();
    private @Nullable String lastProgram;
    /** What ran just before the command that is followed now: the argument of an {@code eval} may be its output. */
    private @Nullable String programBefore;

    Commands(Evaluator evaluator, Programs programs) {
        this.evaluator = evaluator;
        this.programs = programs;
        handlers.putAll(new Builtins(evaluator, programs).handlers());
        handlers.putAll(new Finders(evaluator, programs, this).handlers());
        handlers.putAll(new BuildTools(evaluator, programs, this).handlers());
        handlers.putAll(new FileTools(evaluator, programs).handlers());
        handlers.put("eval", (program, arguments, input) -> eval(arguments, input));
        for (String name : List.of("source", ".")) {
            handlers.put(
                    name,
                    (program, arguments, input) -> arguments.isEmpty()
                            ? SILENT
                            : runFile(arguments.getFirst(), arguments.subList(1, arguments.size()), input));
        }
        for (String name : List.of("su", "runuser", "script")) {
            handlers.put(name, this::withCommandFlag);
        }
        for (String name : List.of("docker", "podman", "nerdctl")) {
            handlers.put(
                    name,
                    (program, arguments, input) ->
                            !arguments.isEmpty() && arguments.getFirst().text().equals("compose")
                                    ? follow("docker-compose", arguments.subList(1, arguments.size()), input)
                                    : null);
        }
        for (String name : List.of("curl", "wget", "http", "https", "httpie", "aria2c", "xh", "curlie")) {
            handlers.put(
                    name,
                    (program, arguments, input) ->
                            HttpRequests.follow(evaluator, program, commandLine(program, arguments), input));
        }
    }

    /** Follows a command and returns what it prints. */
    Argument run(List<Argument> words, @Nullable Argument input, List<Argument> writes, List<Argument> reads)
            throws UnreadableScriptException {
        if (words.isEmpty()) {
            return SILENT;
        }
        if (evaluator.hasLinks()) {
            return runNormal(words.stream().map(evaluator::followed).toList(), input, writes, reads);
        }
        return runNormal(words, input, writes, reads);
    }

    private Argument runNormal(
            List<Argument> words, @Nullable Argument input, List<Argument> writes, List<Argument> reads)
            throws UnreadableScriptException {
        Argument first = words.getFirst();
        String path = first.text();
        if (path.equals("-p") && words.size() > 1) {
            // What stands behind the shell's own word time.
            return run(words.subList(1, words.size()), input, writes, reads);
        }
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
        if (PowerShell.isPrompt(program, arguments)) {
            List<Argument> normal = PowerShell.ofPrompt(program, arguments);
            program = normal.getFirst().text();
            arguments = List.copyOf(normal.subList(1, normal.size()));
        }
        int marks = input == null ? 0 : input.marks();
        List<Argument> own = program.equals("find") ? Finders.withoutCommands(arguments) : arguments;
        evaluator.emit(
                new Invocation(program, path, own, marks, writes, reads, evaluator.via(), evaluator.directory()));
        programBefore = lastProgram;
        lastProgram = program;
        if (path.indexOf('=') >= 0 && path.indexOf('/') < 0 && words.size() > 1) {
            // No name that a shell would take, so no assignment, but its author meant one.
            return run(arguments, input, writes, reads);
        }
        if (path.indexOf('/') >= 0 && evaluator.wroteFile(first)) {
            return runFile(first, arguments, input);
        }
        Programs.Runs runs = programs.runs(program);
        if (runs != null) {
            options(program, runs, arguments);
        }
        if (PowerShell.isActive(path) && !programs.isDescribed(program) && programs.wrapper(program) == null) {
            evaluator.doubt("the PowerShell command " + program + " is not known");
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
        Handler handler = handlers.get(program);
        Argument output = handler == null ? null : handler.follow(program, arguments, input);
        return output == null ? followKind(program, arguments, input) : output;
    }

    /** Follows a program by what kinds of programs it is one of. */
    private Argument followKind(String program, List<Argument> arguments, @Nullable Argument input)
            throws UnreadableScriptException {
        if (program.equals("pwsh") || program.equals("powershell")) {
            return powerShell(program, arguments, input);
        }
        if (program.equals("cmd")) {
            return prompt(arguments, input);
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
        if (input != null && !input.isUnknown() && programs.tagged(program, "reads-commands")) {
            lines(program, input.text());
        }
        if (program.equals("sed") || program.equals("gsed")) {
            sedScript(arguments);
        }
        if (program.equals("git")) {
            gitSetting(arguments);
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

    /** Follows what a program's options say that it runs. */
    private void options(String program, Programs.Runs runs, List<Argument> arguments)
            throws UnreadableScriptException {
        for (CommandLine.Option option : commandLine(program, arguments).options()) {
            Argument value = option.value();
            if (runs.shell().contains(option.flag())) {
                run(program, option.flag(), value);
            }
            if (runs.files().contains(option.flag())) {
                load(value);
            }
            List<String> keys = runs.keys().get(option.flag());
            int separator = separator(value.text());
            if (keys != null && separator > 0) {
                String key = value.text().substring(0, separator).strip();
                Argument set =
                        new Argument(value.text().substring(separator + 1).strip(), value.marks());
                if (keys.stream().anyMatch(pattern -> isKey(pattern, key))) {
                    setting(program, key, set);
                }
            }
        }
    }

    /** Follows a setting of a program that is run: as a command, as the program's own subcommand, or as a directory of programs. */
    void setting(String program, String key, Argument value) throws UnreadableScriptException {
        String lower = key.toLowerCase(Locale.ROOT);
        if (lower.startsWith("alias.") && !value.text().startsWith("!")) {
            evaluator.within(key, () -> evaluator.runText(program + " " + value.text(), null));
        } else if (lower.endsWith("path") || lower.endsWith("template")) {
            load(value);
        } else {
            run(program, key, value.text().startsWith("!") ? value.from(1) : value);
        }
    }

    private void run(String program, String option, Argument value) throws UnreadableScriptException {
        String text = value.text().strip();
        if (!text.isEmpty() && !isSwitch(text)) {
            evaluator.within("option " + program + " " + option, () -> scriptText(program, value, List.of()));
        }
    }

    private void load(Argument value) throws UnreadableScriptException {
        String text = value.text();
        if (!text.isEmpty() && !text.equals("/dev/null") && !isSwitch(text)) {
            evaluator.emit(
                    ":load",
                    value.marked(
                            evaluator.wroteFile(value) ? evaluator.file(value).marks() : 0));
            if (evaluator.wroteFile(value)) {
                runFile(value, List.of(), null);
            }
        }
    }

    private static boolean isSwitch(String text) {
        return text.equals("true")
                || text.equals("false")
                || text.equals("none")
                || text.equals("0")
                || text.equals("1");
    }

    private static int separator(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '=' || c == ' ') {
                return i;
            }
        }
        return -1;
    }

    /** Without regard to case; a star stands for the middle part of a name such as {@code filter.x.clean}. */
    static boolean isKey(String pattern, String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        int star = pattern.indexOf('*');
        return star < 0
                ? pattern.equalsIgnoreCase(lower)
                : lower.length() > pattern.length() - 1
                        && lower.startsWith(pattern.substring(0, star).toLowerCase(Locale.ROOT))
                        && lower.endsWith(pattern.substring(star + 1).toLowerCase(Locale.ROOT));
    }

    private CommandLine commandLine(String program, List<Argument> arguments) {
        return CommandLine.of(arguments, programs.syntax(program));
    }

    private List<Argument> operands(String program, List<Argument> arguments) {
        return commandLine(program, arguments).operands();
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
        if (isInput(file.text()) && input != null) {
            return input.isUnknown()
                    ? evaluator.aliasFreeRun(List.of(Argument.of("sh")), input)
                    : evaluator.runText(input.text(), arguments, null);
        }
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

    private static boolean isInput(String file) {
        return file.equals("/dev/stdin")
                || file.equals("-")
                || file.equals("/dev/fd/0")
                || file.equals("/proc/self/fd/0");
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
            if (text.startsWith("--command=") || text.startsWith("--init-command=") || text.startsWith("--commands=")) {
                Argument script = arguments.get(i).from(text.indexOf('=') + 1);
                scriptText(program, script, List.of());
                i++;
                continue;
            }
            if ((text.equals("-C") || text.equals("--init-command"))
                    && program.equals("fish")
                    && i + 1 < arguments.size()) {
                scriptText(program, arguments.get(i + 1), List.of());
                i += 2;
                continue;
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
            if (programs.isDescribed(Paths.baseName(file.text())) && !evaluator.wroteFile(file)) {
                List<Argument> words = List.copyOf(arguments.subList(i, arguments.size()));
                return evaluator.within(program, () -> evaluator.aliasFreeRun(words, input));
            }
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

    Argument scriptText(String program, Argument script, List<Argument> arguments) throws UnreadableScriptException {
        if (script.isUnknown() && isOnlyUnknown(script.text())) {
            evaluator.emit(new Invocation(
                    ":eval", program, List.of(script), script.marks(), List.of(), List.of(), evaluator.via(), ""));
            evaluator.doubt(program + " runs a text that is not written down: " + shortened(script.text()));
            return Evaluator.UNKNOWN_OUTPUT;
        }
        return evaluator.within(program, () -> evaluator.runText(script.text(), arguments, null));
    }

    private Argument powerShell(String program, List<Argument> arguments, @Nullable Argument input)
            throws UnreadableScriptException {
        for (int i = 0; i < arguments.size(); i++) {
            String flag = arguments.get(i).text().toLowerCase(Locale.ROOT);
            boolean more = i + 1 < arguments.size();
            if (more
                    && flag.length() > 1
                    && "-encodedcommand".startsWith(flag)
                    && flag.startsWith("-e")
                    && !flag.equals("-ex")) {
                String decoded = PowerShellReader.decoded(arguments.get(i + 1).text());
                evaluator.doubt(program + " runs an encoded command");
                return decoded == null
                        ? Evaluator.UNKNOWN_OUTPUT
                        : evaluator.within(program, () -> evaluator.runPowerShell(decoded));
            }
            if (more && flag.length() > 1 && "-command".startsWith(flag)) {
                return powerShellText(program, Argument.joined(arguments.subList(i + 1, arguments.size())));
            }
            if (more && flag.length() > 1 && "-file".startsWith(flag)) {
                Argument file = arguments.get(i + 1);
                List<Argument> rest = List.copyOf(arguments.subList(i + 2, arguments.size()));
                return evaluator.within(program, () -> runFile(file, rest, input));
            }
            if (!flag.startsWith("-")) {
                return powerShellText(program, Argument.joined(arguments.subList(i, arguments.size())));
            }
            i += flag.matches(
                            "-(ex|exec|executionpolicy|ep|windowstyle|w|win|wi|version|v|configurationname|inputformat|outputformat|workingdirectory|wd|settingsfile|psconsolefile)")
                    ? 1
                    : 0;
        }
        return input == null ? Evaluator.UNKNOWN_OUTPUT : powerShellText(program, input);
    }

    private Argument powerShellText(String program, Argument script) throws UnreadableScriptException {
        if (script.isUnknown() && isOnlyUnknown(script.text())) {
            return scriptText(program, script, List.of());
        }
        return evaluator.within(program, () -> evaluator.runPowerShell(script.text()));
    }

    /** Follows {@code cmd /c …}: a line of the Windows command prompt. */
    private Argument prompt(List<Argument> arguments, @Nullable Argument input) throws UnreadableScriptException {
        for (int i = 0; i < arguments.size(); i++) {
            String flag = arguments.get(i).text();
            if (flag.equalsIgnoreCase("/c") || flag.equalsIgnoreCase("/k") || flag.equalsIgnoreCase("/r")) {
                List<Argument> rest = arguments.subList(i + 1, arguments.size());
                return evaluator.within("cmd", () -> {
                    if (rest.size() == 1) {
                        for (List<Argument> command :
                                PowerShell.ofPrompt(rest.getFirst().text())) {
                            evaluator.aliasFreeRun(command, input);
                        }
                    } else if (!rest.isEmpty()) {
                        evaluator.aliasFreeRun(rest, input);
                    }
                    return Evaluator.UNKNOWN_OUTPUT;
                });
            }
        }
        if (input != null && !input.isUnknown()) {
            return evaluator.within("cmd", () -> {
                for (List<Argument> command : PowerShell.ofPrompt(input.text())) {
                    evaluator.aliasFreeRun(command, null);
                }
                return Evaluator.UNKNOWN_OUTPUT;
            });
        }
        return Evaluator.UNKNOWN_OUTPUT;
    }

    private static boolean isOnlyUnknown(String text) {
        return text.startsWith("$()") || (text.startsWith("${") && text.indexOf(' ') < 0) || text.startsWith("$(<");
    }

    private Argument interpreter(String program, List<Argument> arguments, @Nullable Argument input)
            throws UnreadableScriptException {
        boolean any = false;
        Argument printed = null;
        for (int i = 0; i < arguments.size(); i++) {
            String flag = arguments.get(i).text();
            boolean code = (flag.matches(
                                    "-[a-zA-Z]*[ceErRxp]|--eval|-eval|--print|-pe|--run|--execute|-Command|-command|--expr|-batch-eval")
                            || (flag.equals("eval") && i == 0))
                    && i + 1 < arguments.size();
            if (code) {
                any = true;
                if (program.startsWith("py") && arguments.get(i + 1).text().equals("-c")) {
                    continue;
                }
                code(program, arguments.get(i + 1));
                printed = CodeReader.printed(arguments.get(i + 1));
                i++;
            } else if ((flag.equals("-X") || flag.equals("-W") || flag.equals("-Q")) && program.startsWith("py")) {
                i++;
            } else if (flag.startsWith("--eval=")) {
                any = true;
                code(program, new Argument(flag.substring(7), arguments.get(i).marks()));
            } else if (flag.startsWith("http://") || flag.startsWith("https://")) {
                evaluator.emit(new Invocation(
                        ":run-file",
                        flag,
                        List.of(arguments.get(i)),
                        Mark.DOWNLOADED.bit(),
                        List.of(),
                        List.of(),
                        evaluator.via(),
                        evaluator.directory()));
                return Evaluator.UNKNOWN_OUTPUT;
            } else if (isInput(flag) && input != null) {
                codeOfInput(program, input);
                return Evaluator.UNKNOWN_OUTPUT;
            } else if ((flag.equals("run") || flag.equals("test") || flag.equals("compile")) && i == 0) {
                any = true;
            } else if (flag.equals("-m") && i + 1 < arguments.size() && program.startsWith("py")) {
                return module(program, arguments.subList(i + 1, arguments.size()), input);
            } else if (!flag.startsWith("-")) {
                if (!program.endsWith("awk") && programs.isDescribed(Paths.baseName(flag))) {
                    return module(program, arguments.subList(i, arguments.size()), input);
                }
                if (program.endsWith("awk")) {
                    code(program, arguments.get(i));
                    printed = CodeReader.printed(arguments.get(i));
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
                } else if (RUNS_PROGRAMS.contains(program)) {
                    asProgram(arguments.get(i), arguments.subList(i + 1, arguments.size()), input);
                }
                any = true;
                break;
            }
        }
        if (!any && input != null) {
            codeOfInput(program, input);
            printed = input.isUnknown() ? null : CodeReader.printed(input);
        }
        if (printed != null) {
            return printed;
        }
        // What it prints may be what it was given: awk '{print $2}'.
        return input == null ? Evaluator.UNKNOWN_OUTPUT : new Argument("$()", Mark.UNKNOWN.bit() | input.marks());
    }

    /** Reads the code that an interpreter is given as its input; what was downloaded or decoded is not known, and run. */
    private void codeOfInput(String program, Argument input) throws UnreadableScriptException {
        if (!input.isUnknown()) {
            code(program, input);
        } else if (Mark.DOWNLOADED.in(input.marks()) || Mark.DECODED.in(input.marks())) {
            evaluator.emit(new Invocation(
                    ":eval", program, List.of(input), input.marks(), List.of(), List.of(), evaluator.via(), ""));
        }
    }

    /** Follows a program that is written in the language: {@code python manage.py flush}, {@code php artisan db:wipe}. */
    private Argument module(String program, List<Argument> words, @Nullable Argument input)
            throws UnreadableScriptException {
        String name = Paths.baseName(words.getFirst().text());
        if (name.equals("timeit")
                || name.equals("cProfile")
                || name.equals("profile")
                || name.equals("trace")
                || name.equals("pdb")) {
            for (Argument word : words.subList(1, words.size())) {
                if (word.text().indexOf('(') > 0 || word.text().indexOf(' ') > 0) {
                    code(program, word);
                }
            }
        }
        return programs.isDescribed(name)
                ? evaluator.within(program, () -> evaluator.aliasFreeRun(words, input))
                : Evaluator.UNKNOWN_OUTPUT;
    }

    /** {@code node /usr/lib/openclaw.mjs config set}: the script is the program that a rule may know by its name. */
    private void asProgram(Argument script, List<Argument> arguments, @Nullable Argument input)
            throws UnreadableScriptException {
        String path = script.text();
        if (path.indexOf('/') >= 0 || path.indexOf('.') > 0) {
            evaluator.emit(new Invocation(
                    Paths.baseName(path),
                    path,
                    List.copyOf(arguments),
                    input == null ? 0 : input.marks(),
                    List.of(),
                    List.of(),
                    evaluator.via(),
                    evaluator.directory()));
        }
    }

    private void code(String program, Argument code) throws UnreadableScriptException {
        if (code.isUnknown() && isOnlyUnknown(code.text())) {
            evaluator.emit(new Invocation(
                    ":eval", program, List.of(code), code.marks(), List.of(), List.of(), evaluator.via(), ""));
            return;
        }
        evaluator.within(program, () -> {
            new CodeReader(evaluator).read(program, code.text());
            if (!Languages.isRead(Languages.normal(program)) && !program.endsWith("awk")) {
                foreign(program, code.text());
            } else if (program.endsWith("awk")) {
                piped(code.text());
            }
            return SILENT;
        });
    }

    /** Looks at code of a language that is not read: its strings may be commands, and what else it does is a doubt. */
    private void foreign(String program, String code) throws UnreadableScriptException {
        for (String literal : CodeReader.literals(code)) {
            if (literal.indexOf(' ') > 0 || literal.indexOf('/') >= 0) {
                evaluator.within(program, () -> evaluator.runText(literal, null));
            }
        }
        if (!CodeReader.onlyPrints(program, code)) {
            evaluator.doubt("code of " + program + " is not read");
        }
    }

    /** {@code "cmd" | getline} and {@code print | "cmd"} of awk run a command. */
    private void piped(String code) throws UnreadableScriptException {
        if (code.indexOf('|') >= 0) {
            for (String literal : CodeReader.literals(code)) {
                if (literal.indexOf(' ') > 0) {
                    evaluator.within("awk", () -> evaluator.runText(literal, null));
                }
            }
        }
    }

    /** Editors, debuggers and terminals run what stands in their arguments; {@code :!} and {@code shell} say so. */
    private void texts(String program, List<Argument> arguments) throws UnreadableScriptException {
        for (Argument argument : arguments) {
            if (argument.text().indexOf(' ') > 0 || argument.text().indexOf('!') >= 0) {
                String text = argument.text()
                        .replaceFirst(
                                "^\\s*\\+?(?::?\\s*!|(?:platform\\s+)?shell\\s|:sh\\w*\\s|run-shell\\s|spawn\\s|:silent\\s*!)",
                                "");
                evaluator.within(program, () -> evaluator.runText(text, null));
            }
        }
    }

    /** Editors and clients that run {@code !command}, and open files, as they are told on standard input. */
    private void lines(String program, String text) throws UnreadableScriptException {
        for (String line : text.split("\n", MOST_ITEMS)) {
            String command = line.strip();
            if (command.startsWith("!")) {
                evaluator.within("option " + program + " !", () -> evaluator.runText(command.substring(1), null));
            } else if (command.matches("(?:[erE]|get|mget|lcd|put|mput|send)\\s+\\S.*")) {
                String[] words = command.split("\\s+", 3);
                evaluator.emit(
                        words[0].contains("put") || words[0].equals("send") ? ":upload" : ":read",
                        Argument.of(words[1]));
            } else if (command.matches("(?:w|wq|W)\\s+\\S.*")) {
                evaluator.emit(":write", Argument.of(command.split("\\s+", 3)[1]));
            }
        }
    }

    private static final Pattern SED_FILE = Pattern.compile("(?:^|[;{}/\\s\\dpg])([wWrR])\\s+([~/][^\\s;}]+)");
    private static final Pattern SED_RUN = Pattern.compile("(?:^|[;{}]|\\d|/|\\$)\\s*e\\s+([^;}]+)");

    /** The commands of sed that write, read and run: {@code w FILE}, {@code r FILE}, {@code e COMMAND}. */
    private void sedScript(List<Argument> arguments) throws UnreadableScriptException {
        for (Argument argument : arguments) {
            String text = argument.text();
            if (text.length() > 2 && text.length() < 4096 && text.charAt(0) != '/' && text.charAt(0) != '-') {
                java.util.regex.Matcher file = SED_FILE.matcher(text);
                while (file.find()) {
                    evaluator.emit(
                            file.group(1).equalsIgnoreCase("w") ? ":write" : ":read", Argument.of(file.group(2)));
                }
                java.util.regex.Matcher run = SED_RUN.matcher(text);
                while (run.find()) {
                    String command = run.group(1);
                    evaluator.within("option sed e", () -> evaluator.runText(command, null));
                }
            }
        }
    }

    /** {@code git config core.pager CMD} is what {@code git -c core.pager=CMD} is, for later. */
    private void gitSetting(List<Argument> arguments) throws UnreadableScriptException {
        List<Argument> operands = operands("git", arguments);
        Programs.Runs runs = programs.runs("git");
        if (runs == null || operands.size() < 3 || !operands.getFirst().text().equals("config")) {
            return;
        }
        int name = operands.get(1).text().equals("set") ? 2 : 1;
        if (operands.size() > name + 1) {
            String key = operands.get(name).text();
            if (runs.keys().getOrDefault("-c", List.of()).stream().anyMatch(pattern -> isKey(pattern, key))) {
                setting("git", key, operands.get(name + 1));
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
                if (program.equals("env") && text.startsWith("--split-string=")) {
                    Argument command = arguments.get(i).from(text.indexOf('=') + 1);
                    return evaluator.within(program, () -> evaluator.runText(command.text(), input));
                }
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

    private static String shortened(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }
}

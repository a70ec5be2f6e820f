package io.openclaw.gateway.vetting.core.shell;

import io.openclaw.gateway.vetting.core.shell.Script.Assignment;
import io.openclaw.gateway.vetting.core.shell.Script.Choice;
import io.openclaw.gateway.vetting.core.shell.Script.Command;
import io.openclaw.gateway.vetting.core.shell.Script.Function;
import io.openclaw.gateway.vetting.core.shell.Script.Group;
import io.openclaw.gateway.vetting.core.shell.Script.Loop;
import io.openclaw.gateway.vetting.core.shell.Script.Pipeline;
import io.openclaw.gateway.vetting.core.shell.Script.ProcessSubstitution;
import io.openclaw.gateway.vetting.core.shell.Script.Redirect;
import io.openclaw.gateway.vetting.core.shell.Script.Simple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Follows a script through all its branches and collects every command that it might run. Nothing is run: what cannot be
 * told from the text is marked unknown.
 */
final class Evaluator {
    static final int MOST_STEPS = 5_000;
    static final int MOST_COMMANDS = 2_000;
    private static final int MAX_DEPTH = 16;
    private static final int MOST_LINKS = 64;
    private static final int MOST_DOUBTS = 12;
    private static final int MANY_ROUNDS = 10_000;
    private static final Pattern CHECK =
            Pattern.compile("^(?:is|has|can|check|verify|validate|authorize|ensure|require)(?:_|[A-Z])");
    /** How documentation writes keys to press, {@code <Ctrl b></>word<Enter>}: no shell runs anything of it. */
    private static final Pattern KEYS =
            Pattern.compile("(?:<(?:[A-Za-z0-9]{1,10}(?: [A-Za-z0-9]{1,10}){0,2}|[!-;=?-~])>[A-Za-z0-9_%/.]{0,60})+");

    private static final Set<String> SILENT_SUCCESS = Set.of("echo", "printf", "true", ":");
    /** What a command prints of which nothing is known. */
    static final Argument UNKNOWN_OUTPUT = new Argument("$()", Mark.UNKNOWN.bit());

    private final Programs programs;
    private final Surroundings surroundings;
    private final Expansion expansion = new Expansion(this);
    private final Commands runner;
    private final List<Invocation> commands = new ArrayList<>();
    private final Set<String> doubts = new LinkedHashSet<>();
    private Map<String, Argument> variables = new HashMap<>();
    private final Map<String, Command> functions = new LinkedHashMap<>();
    private final Set<String> called = new LinkedHashSet<>();
    private final List<String> calling = new ArrayList<>();
    private final Map<String, String> aliases = new HashMap<>();
    private final Map<String, Argument> files = new HashMap<>();
    private final Map<String, String> links = new HashMap<>();
    private List<Script> sinks = new ArrayList<>();
    private List<Argument> positional = List.of();
    private List<String> via = List.of();
    private String directory;
    private int steps;
    private int depth;

    Evaluator(Programs programs, Surroundings surroundings) {
        this.programs = programs;
        this.surroundings = surroundings;
        this.directory = surroundings.directory();
        for (String path : surroundings.downloaded()) {
            files.put(path, new Argument("$(<" + path + ")", Mark.UNKNOWN.bit() | Mark.DOWNLOADED.bit()));
        }
        this.runner = new Commands(this, programs);
    }

    Reading read(String text) {
        return bounded(() -> {
            runText(text, input());
            for (Map.Entry<String, Command> function : List.copyOf(functions.entrySet())) {
                if (called.add(function.getKey())) {
                    command(function.getValue(), null);
                }
            }
        });
    }

    Reading readPowerShell(String text) {
        return bounded(() -> runPowerShell(text));
    }

    Reading read(List<Argument> words) {
        return bounded(() -> runner.run(words, input(), List.of(), List.of()));
    }

    Reading readCode(String language, String code) {
        return bounded(() -> new CodeReader(this).read(language, code));
    }

    private interface Work {
        void run() throws UnreadableScriptException;
    }

    private @Nullable Argument input() {
        return surroundings.input() == null ? null : Argument.of(surroundings.input());
    }

    private Reading bounded(Work work) {
        try {
            if (!surroundings.environment().isEmpty()) {
                setEnvironment();
            }
            work.run();
        } catch (UnreadableScriptException e) {
            doubt(String.valueOf(e.getMessage()));
        } catch (StackOverflowError e) {
            doubt("it is nested too deeply");
        }
        return new Reading(commands, List.copyOf(doubts), fetched(), steps);
    }

    /** The files that it fetched, without those that were there before. */
    private Set<String> fetched() {
        Set<String> fetched = new LinkedHashSet<>();
        files.forEach((path, content) -> {
            if (Mark.DOWNLOADED.in(content.marks())
                    && !path.startsWith("/dev/")
                    && !surroundings.downloaded().contains(path)) {
                fetched.add(path);
            }
        });
        return fetched;
    }

    /** Variables that are given apart from the text are assignments before it. */
    private void setEnvironment() throws UnreadableScriptException {
        List<String> outer = via;
        via = List.of("env");
        for (Map.Entry<String, String> variable : surroundings.environment().entrySet()) {
            assign(variable.getKey(), Argument.of(variable.getValue()));
        }
        via = outer;
    }

    void doubt(String why) {
        if (doubts.size() < MOST_DOUBTS) {
            doubts.add(why.length() > 200 ? why.substring(0, 200) + "…" : why);
        }
    }

    void emit(Invocation command) throws UnreadableScriptException {
        if (commands.size() >= MOST_COMMANDS) {
            throw new UnreadableScriptException("it runs more than " + MOST_COMMANDS + " commands");
        }
        commands.add(command);
    }

    /** Emits something that is no program of its own, as part of what is running. */
    void emit(String program, Argument... arguments) throws UnreadableScriptException {
        emit(new Invocation(program, program, List.of(arguments), 0, List.of(), List.of(), via, directory));
    }

    List<String> via() {
        return via;
    }

    String directory() {
        return directory;
    }

    void changeDirectory(String to) {
        directory = to;
    }

    /** Returns what separates words beside blanks, by the variable IFS. */
    String separators() {
        Argument set = variables.get("IFS");
        return set == null || set.isUnknown() ? "" : set.text();
    }

    /** Sets what {@code $1} and the following are. */
    void positional(List<Argument> words) {
        positional = List.copyOf(words);
    }

    /** Remembers a symbolic link; what is done to what lies behind it is done to its target. */
    void link(Argument name, Argument target) {
        if (links.size() < MOST_LINKS) {
            links.put(Paths.resolve(directory, name.text()), Paths.resolve(directory, target.text()));
        }
    }

    boolean hasLinks() {
        return !links.isEmpty();
    }

    /** Returns a path with links that the script made followed, where a shell's program would follow them. */
    Argument followed(Argument path) {
        if (links.isEmpty() || path.text().indexOf('/') < 0) {
            return path;
        }
        String text = path.text();
        int end = text.length();
        for (int slash = text.indexOf('/', 1); slash > 0; slash = slash + 1 < end ? text.indexOf('/', slash + 1) : -1) {
            String target = links.get(Paths.resolve(directory, text.substring(0, slash)));
            if (target != null) {
                return new Argument(target + text.substring(slash), path.marks());
            }
        }
        return path;
    }

    List<Argument> positional() {
        return positional.isEmpty() && calling.isEmpty() ? List.of(Expansion.unknown("@")) : positional;
    }

    /** Returns the value of a variable, or {@code null} if the text does not set it and the shell does not know it. */
    @Nullable
    Argument variable(String name) {
        Argument value = variables.get(name);
        if (value != null) {
            return value;
        }
        int bracket = name.indexOf('[');
        if (bracket > 0) {
            return variable(name.substring(0, bracket));
        }
        if (name.length() == 1 && Character.isDigit(name.charAt(0)) && name.charAt(0) != '0') {
            int index = name.charAt(0) - '1';
            return index < positional.size() ? positional.get(index) : calling.isEmpty() ? null : Argument.of("");
        }
        return switch (name) {
            case "HOME" -> Argument.of("~");
            case "PWD" -> Argument.of(directory.isEmpty() ? "." : directory);
            case "IFS" -> Argument.of(" ");
            case "TMPDIR" -> Argument.of("/tmp");
            case "?" -> Argument.of("0");
            case "SHELL", "BASH" -> Argument.of("bash");
            case "*" -> Argument.joined(positional());
            case "@" -> Argument.joined(positional());
            default -> null;
        };
    }

    /** Returns a variable that the text does not set. */
    Argument unknownVariable(String name) {
        Argument unknown = Expansion.unknown(name);
        return programs.isSecretName(name) ? unknown.marked(Mark.CREDENTIAL.bit()) : unknown;
    }

    void set(String name, Argument value) {
        variables.put(name, value);
    }

    void unset(String name) {
        variables.remove(name);
    }

    void alias(String name, String text) {
        aliases.put(name, text);
    }

    /** Returns what is known of a file's content; what it is read from if it is kept secret. */
    Argument file(Argument path) {
        Argument content = files.get(Paths.resolve(directory, path.text()));
        if (content != null) {
            return content;
        }
        boolean secret = programs.isSecretFile(Paths.resolve(directory, path.text()));
        return new Argument("$(<" + path.text() + ")", Mark.UNKNOWN.bit() | (secret ? Mark.SECRET.bit() : 0));
    }

    boolean wroteFile(Argument path) {
        return files.containsKey(Paths.resolve(directory, path.text()));
    }

    void writeFile(Argument path, Argument content, boolean appending) {
        if (files.size() < 256) {
            String resolved = Paths.resolve(directory, path.text());
            Argument before = appending ? files.get(resolved) : null;
            files.put(
                    resolved,
                    before == null
                            ? content
                            : new Argument(before.text() + "\n" + content.text(), before.marks() | content.marks()));
        }
    }

    /** Runs something with a wrapper around it, and its own directory. */
    Argument within(String wrapper, RunnableCommand work) throws UnreadableScriptException {
        List<String> outer = via;
        String outerDirectory = directory;
        List<String> inner = new ArrayList<>(outer);
        inner.add(wrapper);
        via = List.copyOf(inner);
        enter();
        Argument output = work.run();
        depth--;
        via = outer;
        if (!wrapper.equals("builtin") && !wrapper.equals("command")) {
            directory = outerDirectory;
        }
        return output;
    }

    interface RunnableCommand {
        Argument run() throws UnreadableScriptException;
    }

    private void enter() throws UnreadableScriptException {
        if (++depth > MAX_DEPTH) {
            throw new UnreadableScriptException("it runs shells in shells more than " + MAX_DEPTH + " deep");
        }
    }

    /** Parses and follows a text; one that is no script is a doubt. */
    Argument runText(String text, @Nullable Argument input) throws UnreadableScriptException {
        enter();
        step();
        Argument output = UNKNOWN_OUTPUT;
        if (PowerShell.looksLike(text)) {
            powerShell(text);
        }
        Script whole = null;
        try {
            whole = ScriptParser.parse(text);
            output = script(whole, input);
        } catch (UnreadableScriptException e) {
            if (CodeReader.looksLikeCall(text)) {
                emit(":code", Argument.of(text));
                new CodeReader(this).read("", text);
            } else if (whole != null || !KEYS.matcher(text).matches()) {
                doubt("it cannot be read as shell: " + e.getMessage());
            }
            if (whole == null) {
                beginning(text, input);
            }
        }
        depth--;
        return output;
    }

    /** A shell refuses a text as a whole that it cannot parse; what stands before the error says what it was meant to do. */
    private void beginning(String text, @Nullable Argument input) {
        try {
            script(ScriptParser.beginning(text), input);
        } catch (UnreadableScriptException e) {
            doubt("it cannot be read as shell: " + e.getMessage());
        }
    }

    /** In its own way: a POSIX shell would take the backslashes of {@code C:\} for escapes. */
    private void powerShell(String text) throws UnreadableScriptException {
        enter();
        step();
        try {
            new PowerShellReader(this).read(text);
        } catch (UnreadableScriptException e) {
            doubt("PowerShell in it cannot be read: " + e.getMessage());
        }
        depth--;
    }

    /** Follows a text that PowerShell runs, or the command prompt in a tool of that name. */
    Argument runPowerShell(String text) throws UnreadableScriptException {
        powerShell(text);
        return UNKNOWN_OUTPUT;
    }

    /** Follows the script of a shell that runs with arguments of its own. */
    Argument runText(String text, List<Argument> arguments, @Nullable Argument input) throws UnreadableScriptException {
        List<Argument> outer = positional;
        positional = arguments;
        Argument output = runText(text, input);
        positional = outer;
        return output;
    }

    private void step() throws UnreadableScriptException {
        if (++steps > MOST_STEPS) {
            throw new UnreadableScriptException("it takes more than " + MOST_STEPS + " steps to follow");
        }
    }

    private Argument script(Script script, @Nullable Argument input) throws UnreadableScriptException {
        Argument output = Argument.of("");
        for (Pipeline pipeline : script.pipelines()) {
            Argument next = pipeline(pipeline, input);
            output = output.text().isEmpty() && output.marks() == 0
                    ? next
                    : new Argument(
                            output.text() + (next.text().isEmpty() ? "" : "\n" + next.text()),
                            output.marks() | next.marks());
        }
        return output;
    }

    private Argument pipeline(Pipeline pipeline, @Nullable Argument input) throws UnreadableScriptException {
        step();
        Argument data = input;
        for (Command command : pipeline.commands()) {
            if ((pipeline.background() || pipeline.commands().size() > 1)
                    && command instanceof Simple simple
                    && !simple.words().isEmpty()
                    && calling.contains(String.valueOf(simple.words().getFirst().plain()))) {
                emit(
                        ":fork-bomb",
                        Argument.of(String.valueOf(simple.words().getFirst().plain())));
            }
            data = command(command, data);
        }
        return data == null ? Argument.of("") : data;
    }

    private Argument command(Command command, @Nullable Argument input) throws UnreadableScriptException {
        return switch (command) {
            case Simple simple -> simple(simple, input);
            case Group group ->
                redirected(group.redirects(), input, in -> {
                    String before = directory;
                    Argument output = script(group.body(), in);
                    if (group.subshell()) {
                        directory = before;
                    }
                    return output;
                });
            case Choice choice -> redirected(choice.redirects(), input, in -> choice(choice, in));
            case Loop loop -> redirected(loop.redirects(), input, in -> loop(loop, in));
            case Function function -> {
                functions.put(function.name(), function.body());
                if (isCheck(function.name()) && cannotFail(function.body())) {
                    emit(":check", Argument.of(function.name()));
                }
                yield Argument.of("");
            }
        };
    }

    private static boolean isCheck(String name) {
        return CHECK.matcher(name).find();
    }

    /** Tells whether a function does nothing but print something and succeed. */
    private static boolean cannotFail(Command body) {
        if (!(body instanceof Group group) || group.body().pipelines().isEmpty()) {
            return false;
        }
        for (Pipeline pipeline : group.body().pipelines()) {
            if (pipeline.commands().size() != 1 || !(pipeline.commands().getFirst() instanceof Simple simple)) {
                return false;
            }
            String program =
                    simple.words().isEmpty() ? null : simple.words().getFirst().plain();
            String result =
                    simple.words().size() < 2 ? "0" : simple.words().get(1).plain();
            boolean succeeds = "return".equals(program) && "0".equals(result);
            if (!succeeds && !SILENT_SUCCESS.contains(String.valueOf(program))) {
                return false;
            }
        }
        return true;
    }

    private interface WithInput {
        Argument run(@Nullable Argument input) throws UnreadableScriptException;
    }

    private Argument redirected(List<Redirect> redirects, @Nullable Argument input, WithInput body)
            throws UnreadableScriptException {
        if (redirects.isEmpty()) {
            return body.run(input);
        }
        var streams = streams(redirects, input);
        if (!streams.writes.isEmpty() || !streams.reads.isEmpty()) {
            emit(new Invocation(":redirect", ":redirect", List.of(), 0, streams.writes, streams.reads, via, directory));
        }
        return written(streams, body.run(streams.input));
    }

    private static final class Streams {
        @Nullable
        Argument input;

        final List<Argument> writes = new ArrayList<>(1);
        final List<Argument> reads = new ArrayList<>(1);
        boolean appending;
    }

    private Streams streams(List<Redirect> redirects, @Nullable Argument input) throws UnreadableScriptException {
        var streams = new Streams();
        streams.input = input;
        for (Redirect redirect : redirects) {
            Argument target = expansion.single(redirect.target());
            if (redirect.isText()) {
                streams.input = target;
            } else if (redirect.isRead()) {
                streams.reads.add(target);
                streams.input = file(target);
            } else if (redirect.isWrite()) {
                streams.writes.add(target);
                streams.appending = redirect.operator().contains(">>");
            }
        }
        return streams;
    }

    private Argument written(Streams streams, Argument output) {
        if (streams.writes.isEmpty()) {
            return output;
        }
        streams.writes.forEach(target -> writeFile(target, output, streams.appending));
        return Argument.of("");
    }

    private Argument choice(Choice choice, @Nullable Argument input) throws UnreadableScriptException {
        Argument output = script(choice.first(), input);
        String before = directory;
        Map<String, Argument> outer = variables;
        Map<String, Argument> merged = new HashMap<>(outer);
        for (Script branch : choice.branches()) {
            variables = new HashMap<>(outer);
            directory = before;
            Argument next = script(branch, input);
            output = new Argument(output.text() + next.text(), output.marks() | next.marks() | Mark.UNKNOWN.bit());
            variables.forEach((name, value) -> {
                Argument known = outer.get(name);
                if (!value.equals(known)) {
                    Argument other = merged.get(name);
                    int marks = value.marks() | (other == null ? 0 : other.marks());
                    merged.put(
                            name,
                            other == null || other.equals(value)
                                    ? value
                                    : new Argument("${" + name + "}", marks | Mark.UNKNOWN.bit()));
                }
            });
        }
        variables = merged;
        directory = before;
        return output;
    }

    private Argument loop(Loop loop, @Nullable Argument input) throws UnreadableScriptException {
        int from = commands.size();
        boolean endless = false;
        if (loop.condition() != null) {
            script(loop.condition(), input);
            endless = commands.size() == from + 1 && isAlwaysTrue(commands.getLast());
        } else if (loop.header() != null) {
            endless = isEndless(loop.header());
        }
        int body = commands.size();
        Argument output = Argument.of("");
        if (loop.variable() == null) {
            output = script(loop.body(), input);
        } else {
            List<Argument> items = loop.items() == null ? positional() : expansion.fields(loop.items());
            for (Argument item : items) {
                variables.put(loop.variable(), item);
                Argument next = script(loop.body(), input);
                output = new Argument(output.text() + next.text() + "\n", output.marks() | next.marks());
            }
        }
        if (endless && commands.subList(body, commands.size()).stream().noneMatch(Evaluator::pausesOrEnds)) {
            emit(":loop", Argument.of("endless"));
        } else if (loop.header() != null && rounds(loop.header()) >= MANY_ROUNDS) {
            emit(":loop", Argument.of("long"));
        }
        return output;
    }

    private static boolean isAlwaysTrue(Invocation condition) {
        return condition.program().equals("true")
                || condition.program().equals(":")
                || ((condition.program().equals("[")
                                || condition.program().equals("[[")
                                || condition.program().equals("(("))
                        && !condition.arguments().isEmpty()
                        && condition.arguments().getFirst().text().strip().matches("1|true|1 == 1|"));
    }

    private static boolean isEndless(String header) {
        String[] parts = header.split(";", -1);
        return parts.length == 3 && parts[1].isBlank();
    }

    private long rounds(String header) {
        String[] parts = header.split(";", -1);
        if (parts.length != 3) {
            return 0;
        }
        String condition = parts[1];
        int operator = Math.max(condition.indexOf('<'), condition.indexOf('>'));
        String bound = operator < 0
                ? ""
                : condition.substring(operator + 1).replace("=", "").strip();
        Argument value = variable(bound);
        String digits = value == null ? bound : value.text();
        return !digits.isEmpty() && digits.length() < 18 && digits.chars().allMatch(Character::isDigit)
                ? Long.parseLong(digits)
                : 0;
    }

    private static boolean pausesOrEnds(Invocation command) {
        return Set.of("sleep", "read", "break", "continue", "exit", "return", "wait", "usleep", "inotifywait")
                .contains(command.program());
    }

    private Argument simple(Simple simple, @Nullable Argument input) throws UnreadableScriptException {
        step();
        Map<String, Argument> outer = variables;
        if (!simple.assignments().isEmpty()) {
            boolean alone = simple.words().isEmpty();
            if (!alone) {
                variables = new HashMap<>(outer);
            }
            for (Assignment assignment : simple.assignments()) {
                assign(assignment);
            }
        }
        List<Script> outerSinks = sinks;
        sinks = new ArrayList<>();
        List<Argument> fields = expansion.fields(simple.words());
        var streams = streams(simple.redirects(), input);
        Argument output;
        if (fields.isEmpty()) {
            output = Argument.of("");
            if (!streams.writes.isEmpty() || !streams.reads.isEmpty()) {
                emit(new Invocation(
                        ":redirect", ":redirect", List.of(), 0, streams.writes, streams.reads, via, directory));
                output = streams.input == null ? output : streams.input;
            }
        } else {
            output = aliasOrFunction(fields, streams);
        }
        for (Script sink : sinks) {
            script(sink, output);
        }
        sinks = outerSinks;
        if (!simple.words().isEmpty()) {
            if (!simple.assignments().isEmpty()) {
                variables = outer;
            }
        }
        return written(streams, output);
    }

    private void assign(Assignment assignment) throws UnreadableScriptException {
        Argument value = assignment.elements() == null
                ? expansion.single(assignment.value())
                : Argument.joined(expansion.fields(assignment.elements()));
        if (assignment.appending()) {
            Argument before = variables.get(assignment.name());
            value = before == null
                    ? value.marked(Mark.UNKNOWN.bit())
                    : new Argument(before.text() + value.text(), before.marks() | value.marks());
        }
        assign(assignment.name(), value);
    }

    void assign(String name, Argument value) throws UnreadableScriptException {
        if (value.text().length() > 64 * 1024) {
            throw new UnreadableScriptException("a variable of it grows beyond 64 KiB");
        }
        variables.put(name, programs.isSecretName(name) ? value.marked(Mark.CREDENTIAL.bit()) : value);
        emit(":assign", Argument.of(name), value);
        if (name.length() == 3
                && name.startsWith("PS")
                && Character.isDigit(name.charAt(2))
                && value.text().contains("$(")) {
            within(name, () -> runText("echo \"" + value.text().replace("\"", "") + "\"", null));
        }
        if (programs.tagged(name, "command-variable")
                && !value.isUnknown()
                && !value.text().isBlank()) {
            Argument command =
                    value.text().startsWith("|") ? Argument.of(value.text().substring(1)) : value;
            within(name, () -> runText(command.text(), null));
        }
    }

    private Argument aliasOrFunction(List<Argument> fields, Streams streams) throws UnreadableScriptException {
        String name = fields.getFirst().text();
        String alias = aliases.get(name);
        if (alias != null && !calling.contains("alias " + name)) {
            calling.add("alias " + name);
            Argument output = runText(alias + " " + quoted(fields.subList(1, fields.size())), streams.input);
            calling.removeLast();
            return output;
        }
        Command body = functions.get(name);
        if (body != null) {
            if (calling.contains(name) || calling.size() >= MAX_DEPTH) {
                return UNKNOWN_OUTPUT;
            }
            called.add(name);
            calling.add(name);
            List<Argument> outer = positional;
            positional = List.copyOf(fields.subList(1, fields.size()));
            Argument output = command(body, streams.input);
            positional = outer;
            calling.removeLast();
            return output;
        }
        return runner.run(fields, streams.input, streams.writes, streams.reads);
    }

    /** Follows a command that another one runs: functions and aliases are not looked up. */
    Argument aliasFreeRun(List<Argument> words, @Nullable Argument input) throws UnreadableScriptException {
        step();
        return runner.run(words, input, List.of(), List.of());
    }

    /** Writes known words so that they are read again as they are. */
    static String quoted(List<Argument> words) {
        var text = new StringBuilder();
        for (Argument word : words) {
            text.append(text.isEmpty() ? "" : " ");
            if (word.isUnknown() && word.text().startsWith("${")) {
                text.append('"').append(word.text()).append('"');
            } else {
                text.append('\'').append(word.text().replace("'", "'\\''")).append('\'');
            }
        }
        return text.toString();
    }

    /** Returns what a script in {@code $(…)} prints. */
    Argument output(Script body) throws UnreadableScriptException {
        String before = directory;
        Map<String, Argument> outer = variables;
        variables = new HashMap<>(outer);
        Argument output = script(body, null);
        variables = outer;
        directory = before;
        String text = output.text();
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '\n') {
            end--;
        }
        return end == text.length() ? output : new Argument(text.substring(0, end), output.marks());
    }

    /** Returns the file that {@code <(…)} stands for; what is written to {@code >(…)} is run after its writer. */
    Argument process(ProcessSubstitution process) throws UnreadableScriptException {
        var path = Argument.of("/dev/fd/" + (60 + files.size()));
        if (process.output()) {
            sinks.add(process.body());
            return path;
        }
        Argument content = script(process.body(), null);
        writeFile(path, content, false);
        return path.marked(content.marks() & ~Mark.UNKNOWN.bit());
    }
}

package io.openclaw.gateway.vetting.core.tool;

import io.openclaw.gateway.common.call.CallContext;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.vetting.core.shell.Argument;
import io.openclaw.gateway.vetting.core.shell.CommandText;
import io.openclaw.gateway.vetting.core.shell.Invocation;
import io.openclaw.gateway.vetting.core.shell.Languages;
import io.openclaw.gateway.vetting.core.shell.Paths;
import io.openclaw.gateway.vetting.core.shell.Programs;
import io.openclaw.gateway.vetting.core.shell.Reading;
import io.openclaw.gateway.vetting.core.shell.ShellReader;
import io.openclaw.gateway.vetting.core.shell.SqlStatements;
import io.openclaw.gateway.vetting.core.shell.Surroundings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Reads a call's arguments: what the tool does ({@link ToolProfile}) and what an argument is ({@link Role}) say which are
 * commands, code, paths, addresses, SQL and recipients. A text of which neither says that something runs it is a text.
 */
public final class ToolArguments {
    private static final int MAX_DEPTH = 50;
    private static final int MAX_EMBEDDED = 4;
    /** How many texts, and characters of them, are read as commands, code or SQL; further texts of that kind are a doubt. */
    private static final int MAX_TEXTS = 500;

    private static final int MAX_CHARACTERS = 256 * 1024;
    private static final int MAX_PATH = 4096;
    private static final int MAX_PLAIN_TEXTS = 200;
    /** What arguments of tools that type into a shell are called. */
    private static final Set<String> TYPED = Names.set("""
            text keys key input data line lines literal content value chars characters string stdin body payload hex prompt
            question instructions
            """);

    /** What arguments are called whose fields are data. */
    private static final Set<String> STORED = Names.set("""
            document documents row rows record records values data metadata properties attributes fields children blocks
            cells
            """);

    /** What arguments are called that name a tool to call, and the ones that hold its arguments. */
    private static final Set<String> INNER_TOOL = Names.set("toolname tool recipientname functionname toolid");

    private static final Set<String> INNER_ARGUMENTS = Names.set("""
            arguments args params parameters input toolinput toolargs toolarguments argumentsjson argsjson paramsjson
            """);

    private static final Set<String> OTHER_NAMES = Set.of(
            "name", "function", "action", "operation", "method", "target", "command", "capability", "id", "type");

    /** Each reads the arguments once more. */
    private static final int MAX_INNER_CALLS = 100;

    private static final Set<String> RUN_NAMES = Set.of("exec", "execute", "run", "entrypoint");

    private static final Set<String> VERB_NAMES = Set.of("mode", "method", "type", "verb", "kind", "task");

    private static final Pattern EXPLAIN = Pattern.compile("(?i)\\s*explain\\b");

    private static final Set<String> OUTPUTS = Set.of("output", "out", "destination", "dest", "dst", "outfile");

    /** Languages that tools are named after, and whose code is not read. */
    private static final Set<String> UNREAD_LANGUAGES = Names.set("""
            applescript jxa osascript vba vbscript autohotkey matlab octave julia groovy scala kotlin swift csharp rust java
            golang haskell lisp clojure tcl erlang elixir fortran rscript
            """);

    /** Arguments that may be any text, if the tool's name does not say what it does. */
    private static final Set<String> SAYS_NOTHING = Set.of("input", "inputs", "task", "data", "body");

    /** What keys type that are given by their names; no text, if nothing. */
    private static final Map<String, String> KEYS = keys();

    private static Map<String, String> keys() {
        Map<String, String> keys = new HashMap<>();
        for (String name : Names.set("""
                escape esc backspace bspace delete up down left right home end pageup pagedown c-c c-d c-l c-u c-z c-a c-e
                """)) {
            keys.put(name, "");
        }
        for (String name : List.of("enter", "return", "kpenter", "c-m", "c-j", "cr", "\\n", "\\r")) {
            keys.put(name, "\n");
        }
        keys.put("space", " ");
        keys.put("tab", " ");
        return Map.copyOf(keys);
    }

    private final ShellReader shell;
    private final Programs programs;
    private final String tool;
    private final List<Invocation> commands = new ArrayList<>();
    private final List<Invocation> guessed = new ArrayList<>();
    private final List<String> doubts = new ArrayList<>();
    private final List<Argument> plainTexts = new ArrayList<>();
    private ToolProfile profile;
    private int texts;
    private int characters;
    private int innerCalls;
    private boolean environmentRead;

    private final Set<String> downloaded;
    private final Set<String> fetched = new LinkedHashSet<>();

    public ToolArguments(ShellReader shell, Programs programs, String tool) {
        this(shell, programs, tool, Set.of());
    }

    /** @param downloaded files that earlier calls fetched */
    public ToolArguments(ShellReader shell, Programs programs, String tool, Set<String> downloaded) {
        this.downloaded = downloaded;
        this.shell = shell;
        this.programs = programs;
        this.tool = tool;
        this.profile = ToolProfile.of(tool, null, programs);
    }

    /** Returns what the call would do. */
    public List<Invocation> commands() {
        return commands;
    }

    /** Returns what was found in texts of which nobody knows whether they are commands: a deny counts, a doubt does not. */
    public List<Invocation> guessed() {
        return guessed;
    }

    /** Returns what could not be told, each a sentence. */
    public List<String> doubts() {
        return doubts;
    }

    /** Reads all arguments of a call. */
    public void read(JsonNode arguments) {
        String action = action(arguments);
        profile = ToolProfile.of(tool, action, programs);
        commands.addAll(OpenClawTools.commands(tool, action, arguments));
        value("", arguments, ArgumentContext.NONE, 0, 0);
        if (!plainTexts.isEmpty()) {
            commands.add(Invocation.of(profile.does(Effect.SEND) ? ":send" : ":text", List.copyOf(plainTexts)));
        }
    }

    /** Reads what reaches the upstream beside the arguments: who gets a message, and texts that might be anything. */
    public void context(CallContext context) {
        recipient(context.messageTo());
        String session = context.sessionKey();
        if (session != null) {
            // agent:NAME:CHANNEL:KIND:PEER (OpenClaw): what is sent in the session goes to the peer.
            String[] parts = session.split(":", 5);
            recipient(parts.length == 5 ? parts[4] : null);
            guess(session, ArgumentContext.NONE);
        }
        for (String text :
                Arrays.asList(context.agentId(), context.messageChannel(), context.accountId(), context.threadId())) {
            if (text != null) {
                guess(text, ArgumentContext.NONE);
            }
        }
        for (RawJson json : Arrays.asList(context.meta(), context.inputResponses())) {
            if (json != null) {
                value("", json.as(JsonNode.class), ArgumentContext.NONE, 0, 0);
            }
        }
    }

    private void recipient(@Nullable String recipient) {
        if (recipient != null) {
            commands.add(Invocation.of(":message", List.of(new Argument(recipient, 0))));
        }
    }

    /** Returns arguments in which commands have no comments; the given ones are changed. */
    public JsonNode withoutComments(JsonNode arguments) {
        if (arguments instanceof ObjectNode object) {
            object.properties().forEach(field -> {
                JsonNode value = field.getValue();
                if (value.isString() && Role.of(field.getKey(), profile) == Role.COMMAND) {
                    field.setValue(StringNode.valueOf(CommandText.withoutComments(value.stringValue())));
                } else {
                    withoutComments(value);
                }
            });
        } else if (arguments.isArray()) {
            arguments.forEach(this::withoutComments);
        }
        return arguments;
    }

    /** What {@code action}, {@code operation} or, of a tool that edits files, {@code command} says that the tool should do. */
    private @Nullable String action(JsonNode arguments) {
        if (!arguments.isObject()) {
            return null;
        }
        // All of them: which one the tool goes by is not known.
        List<String> actions = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : arguments.properties()) {
            JsonNode value = entry.getValue();
            if (!value.isString()
                    || value.asString().length() > 40
                    || value.asString().strip().indexOf(' ') >= 0) {
                continue;
            }
            Role role = Role.of(entry.getKey(), profile);
            boolean edits = role == Role.COMMAND
                    && profile.program() == null
                    && !profile.does(Effect.RUN)
                    && !profile.does(Effect.START);
            if (role == Role.ACTION || edits || isVerb(entry.getKey(), value.asString())) {
                actions.add(value.asString().strip());
            }
        }
        return actions.isEmpty() ? null : String.join(" ", actions.subList(0, Math.min(4, actions.size())));
    }

    /** {@code fs {"method": "rm"}}: what a tool of files does may be its mode; a request's method is another matter. */
    private boolean isVerb(String name, String value) {
        return VERB_NAMES.contains(Names.plain(name))
                && ToolProfile.changesFiles(value.strip().toLowerCase(Locale.ROOT))
                && profile.program() == null
                && !profile.does(Effect.FETCH)
                && !profile.does(Effect.RUN);
    }

    private void value(String name, JsonNode value, ArgumentContext context, int depth, int embedded) {
        if (depth > MAX_DEPTH) {
            doubts.add("its arguments are nested more deeply than " + MAX_DEPTH + " levels");
        } else if (isStored(name, value)) {
            stored(value, 0);
        } else if (value.isObject()) {
            object(name, value, context, depth, embedded);
        } else if (value.isArray()) {
            list(name, value, context, depth, embedded);
        } else if (value.isString()) {
            text(name, value.asString(), context, depth, embedded);
        }
    }

    /** What a tool puts into a database or a page is kept there, whatever its fields are called. */
    private boolean isStored(String name, JsonNode value) {
        return value.isContainer()
                && profile.does(Effect.WRITE)
                && !runsSomething()
                && STORED.contains(Names.plain(name));
    }

    private void stored(JsonNode value, int depth) {
        if (value.isString()) {
            plainText(Role.TEXT, value.asString());
        } else if (depth <= MAX_DEPTH) {
            value.forEach(element -> stored(element, depth + 1));
        }
    }

    private void object(String name, JsonNode object, ArgumentContext outer, int depth, int embedded) {
        ArgumentContext context = outer.within(object, profile);
        var fields = Fields.of(object, profile);
        Set<String> used = new HashSet<>();
        boolean read = environmentRead;
        environmentRead = context.environment().isEmpty();
        readInner(object, context, depth, embedded, used);
        if (!profile.isAboutCommands()) {
            new CommandArguments(this, profile, fields, context, used).read();
        }
        new RequestArguments(this, profile, fields, used).read(object);
        new FileArguments(this, profile, fields, context, used).read();
        new RowArguments(this, profile, fields, used).read(object);
        if (depth == 0) {
            new NamedEffects(this, profile).read(object);
        }
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            String key = entry.getKey();
            if (used.contains(key)) {
                continue;
            }
            Role role = Role.of(key, profile);
            if (role == Role.ENVIRONMENT && (entry.getValue().isContainer() || isAssignment(entry.getValue()))) {
                continue;
            }
            if (key.indexOf(' ') > 0 && runsSomething()) {
                guess(key, context);
            }
            String inherited =
                    role == Role.UNKNOWN && entry.getValue().isValueNode() && !name.isEmpty() && isMedia(name)
                            ? name
                            : key;
            value(inherited, entry.getValue(), context, depth + 1, embedded);
        }
        if (!environmentRead) {
            command(List.of(), context);
        }
        environmentRead = read || environmentRead;
    }

    /** Reads the arguments of a tool that is called by another, as the inner tool's. */
    private void readInner(JsonNode object, ArgumentContext context, int depth, int embedded, Set<String> used) {
        ToolProfile outer = profile;
        boolean calls = outer.callsTools();
        for (Map.Entry<String, JsonNode> named : object.properties()) {
            String plain = Names.plain(named.getKey());
            if (!named.getValue().isString() || !(INNER_TOOL.contains(plain) || (calls && plain.equals("name")))) {
                continue;
            }
            for (Map.Entry<String, JsonNode> entry : object.properties()) {
                JsonNode value = entry.getValue();
                if (!INNER_ARGUMENTS.contains(Names.plain(entry.getKey()))
                        || !(value.isObject() || (value.isString() && EmbeddedJson.in(value.asString()) != null))) {
                    continue;
                }
                JsonNode inner = value.isString() ? EmbeddedJson.in(value.asString()) : value;
                if (inner == null || (value.isString() && embedded >= MAX_EMBEDDED)) {
                    continue;
                }
                if (++innerCalls > MAX_INNER_CALLS) {
                    if (innerCalls == MAX_INNER_CALLS + 1) {
                        doubts.add("it calls more than " + MAX_INNER_CALLS + " tools");
                    }
                    return;
                }
                String name = named.getValue().asString();
                profile = ToolProfile.of(name, null, programs);
                profile = ToolProfile.of(name, action(inner), programs);
                value(entry.getKey(), inner, context, depth + 1, value.isString() ? embedded + 1 : embedded);
                profile = outer;
                if (calls && namesOne(object)) {
                    used.add(entry.getKey());
                }
            }
        }
    }

    /** Tells whether only one argument can be the inner tool's name; of several, any may be what the outer tool goes by. */
    private static boolean namesOne(JsonNode object) {
        return object.properties().stream()
                        .filter(entry -> entry.getValue().isString())
                        .map(entry -> Names.plain(entry.getKey()))
                        .filter(plain -> INNER_TOOL.contains(plain) || OTHER_NAMES.contains(plain))
                        .count()
                == 1;
    }

    private static boolean isAssignment(JsonNode value) {
        return value.isString() && value.asString().indexOf('=') > 0;
    }

    private boolean isMedia(String name) {
        return Role.of(name, profile) == Role.ATTACHMENT;
    }

    private void list(String name, JsonNode list, ArgumentContext context, int depth, int embedded) {
        Role role = name.isEmpty() ? Role.UNKNOWN : Role.of(name, profile);
        boolean texts = isTexts(list);
        if (texts && !profile.isAboutCommands()) {
            List<String> words = new ArrayList<>();
            list.forEach(element -> words.add(element.asString()));
            if (role == Role.COMMAND && !isPlural(name) && words.getFirst().indexOf(' ') < 0) {
                command(words, context);
                words.stream().skip(1).filter(word -> word.indexOf(' ') > 0).forEach(word -> guess(word, context));
                return;
            }
            if (role == Role.COMMAND) {
                command(String.join("\n", words), context);
                return;
            }
            if (isTyped(name)) {
                type(name, words, context);
                return;
            }
        }
        list.forEach(element -> value(name, element, context, depth + 1, embedded));
    }

    /** Keys are typed one after the other; texts among them may be meant as words. */
    private void type(String name, List<String> words, ArgumentContext context) {
        if (isHex(name)) {
            type(ofHex(String.join("", words)), context);
            return;
        }
        var typed = new StringBuilder();
        List<String> texts = new ArrayList<>();
        for (String word : words) {
            String key = KEYS.get(word.toLowerCase(Locale.ROOT));
            typed.append(key == null ? word : key);
            if (key == null) {
                texts.add(word);
            }
        }
        type(typed.toString(), context);
        if (texts.size() > 1 && texts.stream().anyMatch(word -> word.length() > 1)) {
            type(String.join(" ", texts), context);
        }
    }

    private static boolean isHex(String name) {
        return Names.plain(name).equals("hex");
    }

    /** Returns the text that bytes in hexadecimal are, with or without {@code 0x} and what parts them; empty if they are none. */
    private static String ofHex(String written) {
        String digits = written.replaceAll("0[xX]|[^0-9A-Fa-f]", "");
        return digits.length() % 2 == 0 && digits.length() <= MAX_CHARACTERS
                ? new String(HexFormat.of().parseHex(digits), StandardCharsets.UTF_8)
                : "";
    }

    private static boolean isPlural(String name) {
        String plain = Names.plain(name);
        return plain.endsWith("s");
    }

    static boolean isTexts(JsonNode list) {
        for (JsonNode element : list) {
            if (!element.isString()) {
                return false;
            }
        }
        return !list.isEmpty();
    }

    private boolean runsSomething() {
        return !profile.isAboutCommands()
                && (profile.does(Effect.RUN)
                        || profile.does(Effect.START)
                        || profile.does(Effect.CODE)
                        || profile.program() != null);
    }

    /** What is typed into a shell; a tool that also finds or keeps texts types none. */
    private boolean isTyped(String name) {
        return profile.does(Effect.RUN)
                && !profile.does(Effect.TEXT)
                && profile.program() == null
                && TYPED.contains(Names.plain(name));
    }

    private void text(String name, String text, ArgumentContext context, int depth, int embedded) {
        Role role = name.isEmpty() ? Role.UNKNOWN : Role.of(name, profile);
        if (isOnlyAbout(name, role, text)) {
            plainText(role, text);
            return;
        }
        if (role == Role.UNKNOWN && isTyped(name)) {
            type(name, List.of(text), context);
            return;
        }
        switch (role) {
            case COMMAND -> command(text, context);
            case PROGRAM -> {
                if (profile.does(Effect.CODE) && (text.indexOf('\n') >= 0 || text.indexOf('(') >= 0)) {
                    code(text, context);
                } else {
                    command(text, context);
                }
            }
            case CODE -> code(text, context);
            case SQL -> sql(text);
            case QUERY -> query(text, context);
            case ADDRESS -> address(name, text, context);
            case HOST -> host(text);
            case RECIPIENT -> recipients(text);
            case ATTACHMENT -> attachment(text, context);
            case PATCH -> patch(text, context);
            case PATH, SOURCE, DESTINATION -> path(name, text, context);
            case DIRECTORY -> {
                if (!Role.isCertainDirectory(name)) {
                    path(name, text, context);
                }
            }
            case INPUT, ARGUMENTS, WRAPPER -> wrapped(name, role, text, context, depth, embedded);
            case TEXT, FILTER -> ordinary(name, role, text, context);
            case ENVIRONMENT, LANGUAGE, METHOD, ACTION, SUBCOMMAND, FLAG -> {}
            case UNKNOWN -> unknown(text, context, depth, embedded);
        }
    }

    /** Tells whether a command, code or SQL is only what the tool looks for or says something about. */
    private boolean isOnlyAbout(String name, Role role, String text) {
        return switch (role) {
            // "find" with "exec" runs what it is given.
            case COMMAND, PROGRAM, ARGUMENTS, INPUT ->
                profile.isAboutCommands() && !RUN_NAMES.contains(Names.plain(name));
            case CODE ->
                profile.does(Effect.TEXT)
                        && (profile.isAboutCommands()
                                || (profile.inspects() && !profile.does(Effect.RUN))
                                || !runsSomething());
            case SQL -> profile.inspects() && !profile.says("explain");
            case UNKNOWN, WRAPPER ->
                profile.does(Effect.TEXT)
                        && (!runsSomething() || profile.program() != null)
                        && !looksLikePath(text)
                        && !isUrl(text);
            default -> false;
        };
    }

    private void ordinary(String name, Role role, String text, ArgumentContext context) {
        if (isTyped(name)) {
            type(text, context);
        } else if (profile.does(Effect.DELETE) && looksLikePath(text)) {
            path(name, text, context);
        } else if (isDatabase() && SqlStatements.looksLike(text)) {
            sql(text);
        } else {
            if (profile.says("computer", "keyboard", "keystrokes") && TYPED.contains(Names.plain(name))) {
                // Typed into whatever has the focus, which may be a terminal.
                guess(text, context);
            }
            plainText(role, text);
        }
    }

    private boolean isDatabase() {
        return profile.does(Effect.SQL) && !profile.does(Effect.SEND) && !profile.looks() && !profile.keepsWhatIsSaid();
    }

    private void plainText(Role role, String text) {
        if (role == Role.UNKNOWN || (role == Role.QUERY && !profile.does(Effect.SEND))) {
            return;
        }
        if (plainTexts.size() < MAX_PLAIN_TEXTS) {
            plainTexts.add(new Argument(text, 0));
        } else {
            Argument last = plainTexts.removeLast();
            plainTexts.add(
                    new Argument(last.text().length() > MAX_CHARACTERS ? last.text() : last.text() + "\n" + text, 0));
        }
    }

    private void wrapped(String name, Role role, String text, ArgumentContext context, int depth, int embedded) {
        JsonNode inner = profile.does(Effect.WRITE) && !runsSomething() ? null : EmbeddedJson.in(text);
        if (inner != null && embedded < MAX_EMBEDDED) {
            value(name, inner, context, depth + 1, embedded + 1);
            return;
        }
        if (runsSomething() && looksLikeJson(text)) {
            doubts.add("JSON in its argument " + shown(name) + " cannot be read");
        }
        if (role == Role.INPUT && context.input() != null && environmentRead && !commands.isEmpty()) {
            // It was read as the standard input of the command beside it.
            return;
        }
        if (role == Role.WRAPPER && profile.does(Effect.SEND) && !profile.does(Effect.RUN)) {
            plainText(Role.TEXT, text);
        } else if (role != Role.WRAPPER && profile.does(Effect.CODE) && !profile.does(Effect.RUN)) {
            code(text, context);
        } else if (profile.does(Effect.RUN) && role == Role.ARGUMENTS) {
            command(text, context);
        } else if (profile.does(Effect.RUN) && !profile.does(Effect.TEXT)) {
            type(text, context);
        } else if (isDatabase() && SqlStatements.looksLike(text)) {
            sql(text);
        } else if (GraphQl.isMutation(text)) {
            graphQl(text);
        } else if (profile.startsAnything()
                || role == Role.ARGUMENTS
                || (!isKnown() && !SAYS_NOTHING.contains(Names.plain(name)))) {
            guess(text, context);
        } else {
            plainText(Role.TEXT, text);
        }
    }

    private boolean isKnown() {
        return !profile.effects().isEmpty();
    }

    private static boolean looksLikeJson(String text) {
        String start = text.length() > 200 ? text.substring(0, 200).strip() : text.strip();
        return start.startsWith("{") && start.indexOf('"') > 0 && start.indexOf(':') > 0;
    }

    private static String shown(String name) {
        return name.length() > 40 ? name.substring(0, 40) + "…" : name;
    }

    private void unknown(String text, ArgumentContext context, int depth, int embedded) {
        if (isDatabase() && SqlStatements.looksLike(text)) {
            sql(text);
        } else if (isUrl(text) && !profile.does(Effect.WRITE) && !profile.does(Effect.SEND)) {
            address("", text, context);
        } else if (looksLikePath(text)) {
            if (profile.does(Effect.DELETE)) {
                path("", text, context);
            } else {
                for (String directory : context.directories()) {
                    commands.add(file(profile.does(Effect.SEND) ? ":upload" : ":read", text, directory));
                }
            }
        } else if (runsSomething()) {
            JsonNode inner = EmbeddedJson.in(text);
            if (inner != null && embedded < MAX_EMBEDDED) {
                value("payload", inner, context, depth + 1, embedded + 1);
            } else {
                guess(text, context);
            }
        }
    }

    private static boolean isUrl(String text) {
        String address = text.strip();
        return address.length() < MAX_PATH && address.contains("://") && address.indexOf(' ') < 0;
    }

    private static boolean looksLikePath(String text) {
        if (text.length() > MAX_PATH || text.indexOf('\n') >= 0) {
            return false;
        }
        String path = Paths.normal(text);
        return path.indexOf(' ') < 0 && (path.startsWith("/") || path.startsWith("~") || path.startsWith(".."));
    }

    /** Takes something out of the budget of what is parsed; tells whether there was enough left. */
    private boolean afford(String text) {
        boolean before = texts <= MAX_TEXTS && characters <= MAX_CHARACTERS;
        texts++;
        characters += text.length();
        boolean enough = texts <= MAX_TEXTS && characters <= MAX_CHARACTERS;
        if (!enough && before) {
            doubts.add(
                    "it has more than " + MAX_TEXTS + " commands or " + MAX_CHARACTERS + " characters of them to read");
        }
        return enough;
    }

    void command(String text, ArgumentContext context) {
        String start = text.strip();
        if (start.startsWith(":!")
                || (start.startsWith("!") && start.length() > 1 && Character.isLetter(start.charAt(1)))) {
            // An editor's, or a notebook's, way to a shell.
            readEach(
                    start.substring(start.indexOf('!') + 1),
                    context,
                    at -> shell.read(start.substring(start.indexOf('!') + 1), at));
        }
        readEach(
                text,
                context,
                surroundings -> profile.isPowerShell()
                        ? shell.readPowerShell(text, surroundings)
                        : shell.read(text, surroundings));
    }

    /** Returns the files that what was read fetches. */
    public Set<String> fetched() {
        return fetched;
    }

    void command(List<String> words, ArgumentContext context) {
        readEach(String.join(" ", words), context, surroundings -> shell.read(words, surroundings));
    }

    private void readEach(String text, ArgumentContext context, Function<Surroundings, Reading> reader) {
        environmentRead = true;
        for (Surroundings surroundings : context.surroundings()) {
            if (afford(text)) {
                Reading reading = reader.apply(surroundings.after(downloaded));
                fetched.addAll(reading.fetched());
                commands.addAll(reading.commands());
                doubts.addAll(reading.doubts());
            }
        }
    }

    /** What is typed into a terminal is a command, but may also be an answer to whatever runs there: it is no doubt. */
    void type(String text, ArgumentContext context) {
        for (Surroundings surroundings : context.surroundings()) {
            if (afford(text)) {
                commands.addAll(shell.read(text, surroundings).commands());
            }
        }
    }

    void guess(String text, ArgumentContext context) {
        if (text.indexOf(' ') > 0 && text.length() <= ShellReader.MAX_LENGTH && afford(text)) {
            guessed.addAll(shell.read(text, context.surroundings().getFirst()).commands());
        }
    }

    private void code(String text, ArgumentContext context) {
        if (!runsSomething() && (profile.does(Effect.WRITE) || profile.does(Effect.SEND))) {
            plainText(Role.TEXT, text);
            return;
        }
        String language = context.language() != null ? context.language() : languageOfTool();
        if (language.equals("sh")) {
            command(text, context);
        } else if (language.equals("powershell")) {
            readEach(text, context, surroundings -> shell.readPowerShell(text, surroundings));
        } else if (language.equals("sql")) {
            sql(text);
        } else if (Languages.isNoCode(language)) {
            plainText(Role.TEXT, text);
        } else {
            String rest = text;
            if (language.equals("python") && (text.indexOf('!') >= 0 || text.indexOf('%') >= 0)) {
                Cells cells = Cells.of(text);
                rest = cells.code();
                if (!cells.shell().isEmpty()) {
                    command(cells.shell(), context);
                }
            }
            if (!Languages.isRead(language) && !language.isEmpty()) {
                doubts.add("code in " + shown(language) + " is not read");
            }
            String code = rest;
            readEach(code, context, surroundings -> shell.readCode(language, code, surroundings));
        }
    }

    private String languageOfTool() {
        for (String word : profile.words()) {
            String language = Languages.normal(word);
            if (Languages.isRead(language)) {
                return language;
            }
        }
        for (String word : profile.words()) {
            if (UNREAD_LANGUAGES.contains(word)) {
                return word;
            }
        }
        return profile.says("bash", "sh", "shell", "zsh")
                ? "sh"
                : profile.says("powershell", "pwsh") ? "powershell" : "python";
    }

    void sql(String text) {
        if (afford(text)) {
            boolean explained = profile.says("explain")
                    && profile.inspects()
                    && !EXPLAIN.matcher(text).lookingAt();
            commands.addAll(SqlStatements.read(explained ? "EXPLAIN " + text : text));
        }
    }

    private void query(String text, ArgumentContext context) {
        // Some interpreters call the code that they are given a query.
        if (profile.does(Effect.CODE) && !profile.does(Effect.TEXT) && !profile.does(Effect.SQL)) {
            code(text, context);
            return;
        }
        boolean cypher = profile.says("cypher", "neo4j", "memgraph");
        if (profile.does(Effect.GRAPHQL) || (GraphQl.isMutation(text) && !profile.does(Effect.TEXT))) {
            graphQl(text);
        } else if (cypher) {
            commands.add(Invocation.of(":cypher", List.of(new Argument(text, 0))));
        } else if (profile.says("explain")
                && profile.inspects()
                && (SqlStatements.looksLike(text) || EXPLAIN.matcher(text).lookingAt())) {
            sql(text);
        } else if ((profile.does(Effect.SQL) && !profile.looks() && !profile.inspects())
                || (profile.runsQueries() && SqlStatements.looksLike(text))) {
            sql(text);
        } else if (profile.startsAnything() && SqlStatements.looksLike(text) && isStatement(text)) {
            guessed.addAll(SqlStatements.read(text));
        } else if (profile.does(Effect.RUN) && profile.program() == null && !profile.does(Effect.TEXT)) {
            guess(text, context);
        } else {
            plainText(Role.QUERY, text);
        }
    }

    /** {@code DROP TABLE} alone is something that people search for. */
    private static boolean isStatement(String text) {
        return text.strip().split("\\s+", 4).length > 2;
    }

    void graphQl(String document) {
        if (GraphQl.isMutation(document) && afford(document)) {
            List<Argument> fields = new ArrayList<>();
            for (String field : GraphQl.changes(document)) {
                fields.add(new Argument(String.join("-", Names.words(field)), 0));
            }
            commands.add(Invocation.of(":graphql", fields));
        }
    }

    private void address(String name, String written, ArgumentContext context) {
        String address = written.strip();
        boolean local = address.startsWith("/") || address.startsWith("~") || address.startsWith("..");
        boolean file = address.regionMatches(true, 0, "file:", 0, 5);
        boolean names = Names.plain(name).endsWith("uri") || name.isEmpty();
        if ((file && names) || (local && !address.startsWith("//"))) {
            path(name, address, context);
        } else if (!address.isEmpty()) {
            commands.add(Invocation.of(":fetch", List.of(new Argument(lowerScheme(address), 0))));
        }
    }

    private static String lowerScheme(String address) {
        int colon = address.indexOf(':');
        return colon > 0 && colon < 16
                ? address.substring(0, colon).toLowerCase(Locale.ROOT) + address.substring(colon)
                : address;
    }

    private void host(String text) {
        Invocation fetch = Invocation.of(":fetch", List.of(new Argument(text.strip(), 0)));
        if (profile.does(Effect.FETCH)) {
            commands.add(fetch);
        } else {
            guessed.add(fetch);
        }
    }

    private void recipients(String text) {
        List<Argument> recipients = new ArrayList<>();
        for (String recipient : text.split("[,;]", -1)) {
            recipients.add(new Argument(recipient.strip(), 0));
        }
        commands.add(Invocation.of(":message", recipients));
    }

    private void attachment(String text, ArgumentContext context) {
        if (isUrl(text) && !text.strip().regionMatches(true, 0, "file:", 0, 5)) {
            address("", text, context);
        } else if (text.length() <= MAX_PATH) {
            for (String directory : context.directories()) {
                commands.add(file(":upload", text, directory));
            }
        }
    }

    private void patch(String text, ArgumentContext context) {
        for (Patches.Touched touched : Patches.of(text)) {
            for (String directory : context.directories()) {
                commands.add(file(touched.deleted() ? ":delete" : ":write", touched.path(), directory));
            }
        }
    }

    private void path(String name, String text, ArgumentContext context) {
        if (text.length() > MAX_PATH) {
            plainText(Role.TEXT, text);
        } else if (isUrl(text) && !text.strip().regionMatches(true, 0, "file:", 0, 5)) {
            commands.add(Invocation.of(":fetch", List.of(new Argument(lowerScheme(text.strip()), 0))));
        } else {
            for (String directory : context.directories()) {
                commands.add(file(pathVerb(name), text, directory));
            }
        }
    }

    private String pathVerb(String name) {
        if (profile.does(Effect.DELETE)) {
            return ":delete";
        }
        if (profile.does(Effect.SEND) && !profile.says("write", "edit", "create", "save", "append")) {
            return ":upload";
        }
        if (profile.says("s3", "gcs", "blob", "bucket", "dropbox", "gdrive")) {
            return ":upload";
        }
        return profile.does(Effect.WRITE)
                        || profile.does(Effect.MOVE)
                        || profile.does(Effect.PATCH)
                        || Names.words(name).stream().anyMatch(OUTPUTS::contains)
                ? ":write"
                : ":read";
    }

    static Invocation file(String what, String path, String directory) {
        return file(what, List.of(), path, directory);
    }

    static Invocation file(String what, List<String> flags, String path, String directory) {
        List<Argument> arguments = new ArrayList<>(arguments(flags));
        arguments.add(new Argument(Paths.normal(path), 0));
        return new Invocation(what, what, arguments, 0, List.of(), List.of(), List.of(), directory);
    }

    void add(Invocation command) {
        commands.add(command);
    }

    static List<Argument> arguments(List<String> words) {
        return words.stream().map(word -> new Argument(word, 0)).toList();
    }
}

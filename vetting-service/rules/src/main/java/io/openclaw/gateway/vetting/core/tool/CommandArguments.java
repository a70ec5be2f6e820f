package io.openclaw.gateway.vetting.core.tool;

import io.openclaw.gateway.vetting.core.shell.Invocation;
import io.openclaw.gateway.vetting.core.tool.Fields.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Puts a command together whose parts stand in several arguments: a program and its arguments, or a tool that is named after
 * a program ({@code git}, {@code kubectl_delete}) and what it is given.
 */
final class CommandArguments {
    private static final int MAX_VALUE = 200;
    /** Texts that are no operands of a program: what a commit says is not what it does. */
    private static final Set<String> PROSE = Names.set("""
            message msg commitmessage description title body content text note notes comment summary reason subject
            explanation intent prompt
            """);

    /** Where a program runs what it is given. */
    private static final Set<String> ELSEWHERE = Names.set("""
            pod podname container containername containerid instance instanceid instanceids vm vmname node
            """);

    /** What follows a program that stands alone, the options first: {@code {"command": "rm", "flags": ["-rf"], "target": "/"}}. */
    private static final Set<String> OPTIONS =
            Names.set("flags flag options option opts switches switch commandoptions commandflags");

    private static final Set<String> OPERANDS = Names.set("""
            operands operand targets target positional positionals positionalarguments paths files file filename filenames
            """);

    private static final Set<String> MODES = Set.of("mode", "type", "strategy", "resettype");

    private final ToolArguments reader;
    private final ToolProfile profile;
    private final Fields fields;
    private final ArgumentContext context;
    private final Set<String> used;

    CommandArguments(
            ToolArguments reader, ToolProfile profile, Fields fields, ArgumentContext context, Set<String> used) {
        this.reader = reader;
        this.profile = profile;
        this.fields = fields;
        this.context = context;
        this.used = used;
    }

    void read() {
        if (profile.program() != null) {
            ofTool(profile.program());
        } else {
            String named = profile.namedProgram();
            if (named != null) {
                ofNamed(named);
            }
            ofArguments();
        }
        if (!used.isEmpty() || fields.first(Role.COMMAND) != null) {
            fields.all(Role.DIRECTORY).forEach(field -> used.add(field.name()));
        }
    }

    /** {@code program} or {@code command}, and {@code args} beside it; or {@code args} alone for a tool that runs things. */
    private void ofArguments() {
        Field arguments = fields.first(Role.ARGUMENTS);
        Field program = fields.text(Role.PROGRAM);
        Field subcommand = fields.text(Role.SUBCOMMAND);
        if (program == null) {
            program = fields.text(Role.COMMAND);
        }
        if (program == null && starts() && arguments != null) {
            program = fields.text(Role.PATH);
            Field weak = fields.text(Role.DIRECTORY);
            if (program == null && weak != null && !Role.isCertainDirectory(weak.name())) {
                program = weak;
            }
        }
        List<Field> more = program == null ? List.of() : following(program);
        var line = new Line();
        if (program != null && (subcommand != null || isWords(arguments) || !more.isEmpty())) {
            line.text(program.text());
            used.add(program.name());
            if (subcommand != null) {
                line.text(subcommand.text());
                used.add(subcommand.name());
            }
        } else if (!isWords(arguments) || !starts()) {
            return;
        }
        if (arguments != null && isWords(arguments)) {
            line.arguments(arguments);
            used.add(arguments.name());
        }
        more.forEach(line::arguments);
        line.read();
    }

    private boolean starts() {
        return profile.does(Effect.RUN) || profile.does(Effect.START);
    }

    /** Returns the options and operands that stand beside a program of one word. */
    private List<Field> following(Field program) {
        if (program.text().strip().indexOf(' ') >= 0) {
            return List.of();
        }
        List<Field> beside = fields.byRole().entrySet().stream()
                .filter(entry -> entry.getKey() != Role.DIRECTORY && entry.getKey() != Role.ENVIRONMENT)
                .flatMap(entry -> entry.getValue().stream())
                .filter(CommandArguments::isWords)
                .toList();
        List<Field> all = new ArrayList<>();
        for (Set<String> names : List.of(OPTIONS, OPERANDS)) {
            beside.stream()
                    .filter(field -> names.contains(Names.plain(field.name())))
                    .forEach(all::add);
        }
        // An editor's {"command": "view", "file": …} names an action, and no program.
        boolean runs = starts()
                || fields.text(Role.PROGRAM) != null
                || all.stream().anyMatch(field -> OPTIONS.contains(Names.plain(field.name())));
        return runs ? all : List.of();
    }

    /** A tool that is just a program's name, {@code find} or {@code ssh}, is given that program's arguments. */
    private void ofNamed(String program) {
        Field arguments = fields.first(Role.ARGUMENTS);
        if (arguments != null
                && isWords(arguments)
                && fields.text(Role.PROGRAM) == null
                && fields.text(Role.COMMAND) == null) {
            var line = new Line();
            line.word(program);
            Field path = fields.text(Role.PATH);
            if (path != null) {
                line.word(path.text());
            }
            line.argumentsOf(program, arguments);
            line.read();
        }
    }

    private static boolean isWords(@Nullable Field field) {
        return field != null
                && ((field.isText() && EmbeddedJson.in(field.text()) == null)
                        || ((field.value().isArray() || isNumbered(field.value())) && isScalars(field.value())));
    }

    /** A list that was written as an object: {@code {"0": "-rf", "1": "/"}}. */
    private static boolean isNumbered(JsonNode object) {
        return object.isObject()
                && !object.isEmpty()
                && object.propertyNames().stream().allMatch(name -> name.chars().allMatch(c -> c >= '0' && c <= '9'));
    }

    private static boolean isScalars(JsonNode list) {
        for (JsonNode element : list) {
            if (!element.isValueNode()) {
                return false;
            }
        }
        return true;
    }

    /**
     * A tool that is named after a program: {@code docker_run} may be given what follows {@code docker}, or what follows
     * {@code docker run}, and both are looked at.
     */
    private void ofTool(String program) {
        Set<String> before = Set.copyOf(used);
        ofTool(program, List.of(), true);
        for (String verb : List.of("run", "exec")) {
            if (profile.says(verb) && !profile.subcommand().contains(verb)) {
                Set<String> found = Set.copyOf(used);
                used.retainAll(before);
                ofTool(program, List.of(verb), false);
                used.addAll(found);
            }
        }
    }

    private void ofTool(String program, List<String> verb, boolean first) {
        var line = new Line();
        line.word(program);
        verb.forEach(line::word);
        profile.subcommand().forEach(line::word);
        Field command = fields.first(Role.COMMAND);
        if (command != null && command.isText()) {
            line.textOf(program, command.text());
            used.add(command.name());
            if (first) {
                alone(command.text());
            }
        } else if (command != null && command.value().isArray() && isScalars(command.value())) {
            line.arguments(command);
            used.add(command.name());
            List<String> words = new ArrayList<>();
            command.value().forEach(word -> words.add(word.asString("")));
            if (!first) {
                words.clear();
            } else if (Names.plain(command.name()).endsWith("s")) {
                alone(String.join("\n", words));
            } else if (runsElsewhere()) {
                reader.command(words, context);
            } else {
                alone(String.join(" ", words));
            }
        }
        for (Role role : List.of(Role.SUBCOMMAND, Role.ARGUMENTS, Role.WRAPPER)) {
            for (Field field : fields.all(role)) {
                if (isWords(field) && (role != Role.WRAPPER || field.value().isArray())) {
                    line.argumentsOf(program, field);
                    used.add(field.name());
                }
            }
        }
        fields.byRole().forEach((role, all) -> all.forEach(field -> operand(role, field, line)));
        if (line.isMoreThan(program)) {
            line.read();
        } else if (first && program.equals("crontab") && fields.text(Role.TEXT) != null) {
            reader.add(Invocation.of(":schedule", ToolArguments.arguments(List.of(program))));
        }
    }

    /** The command may be one of its own, which the program passes on: to a pod, a container or a machine. */
    private void alone(String text) {
        if (runsElsewhere()) {
            reader.command(text, context);
        } else {
            reader.guess(text, context);
        }
    }

    private boolean runsElsewhere() {
        return profile.says("exec", "ssh", "ssm")
                || fields.byRole().values().stream()
                        .flatMap(List::stream)
                        .anyMatch(field -> ELSEWHERE.contains(Names.plain(field.name())));
    }

    private void operand(Role role, Field field, Line line) {
        String plain = Names.plain(field.name());
        if (used.contains(field.name())
                || role == Role.DIRECTORY
                || role == Role.ENVIRONMENT
                || role == Role.ACTION
                || role == Role.SQL
                || role == Role.QUERY
                || PROSE.contains(plain)) {
            return;
        }
        String flag = "--" + String.join("-", Names.words(field.name()));
        if (field.value().isBoolean()) {
            if (field.value().asBoolean()) {
                line.word(flag);
                if (plain.length() == 1) {
                    line.word("-" + plain);
                }
            }
        } else if (field.value().isValueNode() && !field.value().isNull()) {
            String value = field.value().asString("");
            if (value.length() <= MAX_VALUE && value.indexOf('\n') < 0 && !value.isEmpty()) {
                line.word(flag + "=" + value);
                line.word(
                        MODES.contains(plain) && !value.startsWith("-")
                                ? "--" + value.toLowerCase(Locale.ROOT)
                                : value);
            }
        } else if (field.value().isArray() && isScalars(field.value())) {
            String each = flag.endsWith("s") ? flag.substring(0, flag.length() - 1) : flag;
            field.value().forEach(element -> {
                if (element.asString("").length() <= MAX_VALUE) {
                    line.word(each + "=" + element.asString(""));
                    line.word(element.asString(""));
                }
            });
        }
    }

    /** A command line that grows: of words, and of texts that a shell would split. */
    private final class Line {
        private final List<String> words = new ArrayList<>();
        private final StringBuilder script = new StringBuilder();
        private boolean split;

        void word(String word) {
            words.add(word);
            script.append(script.isEmpty() ? "" : " ").append(quoted(word));
        }

        void text(String text) {
            split |= text.indexOf(' ') >= 0 || text.indexOf('\n') >= 0;
            words.add(text);
            script.append(script.isEmpty() ? "" : " ").append(text);
        }

        /** A text that may begin with the program's own name. */
        void textOf(String program, String text) {
            String rest = text.strip();
            boolean repeated = words.size() == 1 && (rest.equals(program) || rest.startsWith(program + " "));
            if (repeated) {
                words.clear();
                script.setLength(0);
            }
            text(rest);
        }

        void arguments(Field field) {
            if (field.isText()) {
                split = true;
                text(field.text());
            } else {
                field.value().forEach(element -> word(element.asString("")));
            }
        }

        void argumentsOf(String program, Field field) {
            if (field.isText()) {
                split = true;
                textOf(program, field.text());
                return;
            }
            boolean first = true;
            for (JsonNode element : field.value()) {
                String word = element.asString("");
                if (!(first && words.size() == 1 && word.equals(program))) {
                    word(word);
                }
                first = false;
            }
        }

        boolean isMoreThan(String program) {
            return words.size() > 1 || (words.size() == 1 && !words.getFirst().equals(program));
        }

        void read() {
            if (split) {
                reader.command(script.toString(), context);
            } else {
                reader.command(words, context);
            }
            if (profile.does(Effect.SCHEDULE)) {
                reader.add(Invocation.of(":schedule", ToolArguments.arguments(words)));
            }
        }

        private static String quoted(String word) {
            return "'" + word.replace("'", "'\\''") + "'";
        }
    }
}

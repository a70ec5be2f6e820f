package io.openclaw.gateway.vetting.core.rule;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.openclaw.gateway.common.redaction.SecretScanner;
import io.openclaw.gateway.vetting.core.shell.Argument;
import io.openclaw.gateway.vetting.core.shell.CommandLine;
import io.openclaw.gateway.vetting.core.shell.Invocation;
import io.openclaw.gateway.vetting.core.shell.Mark;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A condition, compiled. */
final class Matcher {
    private final Set<String> notProgram;
    private final List<Wildcard> path;
    private final List<List<List<Wildcard>>> subcommands;
    private final List<Wildcard> words;
    private final List<String[]> flags;
    private final List<String> without;
    private final List<ArgumentPattern> operand;
    private final List<ArgumentPattern> notOperand;
    private final List<ArgumentPattern> source;
    private final List<ArgumentPattern> destination;
    private final Map<String, List<ArgumentPattern>> option;
    private final List<ArgumentPattern> argument;
    private final List<ArgumentPattern> writes;
    private final List<ArgumentPattern> reads;
    private final int input;
    private final int marked;
    private final List<Wildcard> via;
    private final List<ArgumentPattern> directory;
    private final int operands;
    private final int atMost;
    private final boolean secret;
    private final @Nullable Pattern text;

    /** @throws IllegalArgumentException naming what cannot be compiled */
    Matcher(Condition condition, Map<String, ArgumentClass> classes, Map<String, Set<String>> tags) {
        notProgram = condition.notProgram() == null
                ? Set.of()
                : condition.notProgram().stream()
                        .flatMap(names -> List.of(names.split("\\|", -1)).stream())
                        .flatMap(name -> name.startsWith("@")
                                ? tags.getOrDefault(name.substring(1), Set.of()).stream()
                                : Stream.of(name))
                        .collect(Collectors.toUnmodifiableSet());
        path = condition.path() == null
                ? List.of()
                : condition.path().stream()
                        .flatMap(names -> List.of(names.split("\\|", -1)).stream())
                        .map(Wildcard::ofPath)
                        .toList();
        subcommands = subcommands(condition.subcommand());
        words = wildcards(condition.words());
        flags = condition.flags() == null
                ? List.of()
                : condition.flags().stream().map(flag -> flag.split("\\|", -1)).toList();
        without = condition.without() == null
                ? List.of()
                : condition.without().stream()
                        .flatMap(flag -> List.of(flag.split("\\|", -1)).stream())
                        .toList();
        operand = ArgumentPattern.compile(condition.operand(), classes);
        notOperand = ArgumentPattern.compile(condition.notOperand(), classes);
        source = ArgumentPattern.compile(condition.source(), classes);
        destination = ArgumentPattern.compile(condition.destination(), classes);
        option = new HashMap<>();
        if (condition.option() != null) {
            condition.option().forEach((flags, value) -> {
                List<ArgumentPattern> values = ArgumentPattern.compile(List.of(value), classes);
                for (String flag : flags.split("\\|", -1)) {
                    option.merge(
                            flag,
                            values,
                            (one, other) ->
                                    Stream.concat(one.stream(), other.stream()).toList());
                }
            });
        }
        argument = ArgumentPattern.compile(condition.argument(), classes);
        writes = ArgumentPattern.compile(condition.writes(), classes);
        reads = ArgumentPattern.compile(condition.reads(), classes);
        input = marks(condition.input());
        marked = marks(condition.marked());
        via = wildcards(condition.via());
        directory = ArgumentPattern.compile(condition.directory(), classes);
        operands = condition.operands() == null ? 0 : condition.operands();
        atMost = condition.atMost() == null ? Integer.MAX_VALUE : condition.atMost();
        secret = Boolean.TRUE.equals(condition.secret());
        try {
            text = condition.text() == null ? null : Pattern.compile(condition.text());
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("'" + condition.text() + "' is no RE2 expression: " + e.getMessage(), e);
        }
    }

    private static List<Wildcard> wildcards(@Nullable List<String> patterns) {
        return patterns == null
                ? List.of()
                : patterns.stream()
                        .flatMap(pattern -> List.of(pattern.split("\\|", -1)).stream())
                        .map(Wildcard::ofText)
                        .toList();
    }

    /** {@code "s3 rm|rb"} is two words, the second with two alternatives. */
    private static List<List<List<Wildcard>>> subcommands(@Nullable List<String> patterns) {
        List<List<List<Wildcard>>> compiled = new ArrayList<>();
        if (patterns != null) {
            for (String pattern : patterns) {
                List<List<Wildcard>> wordsOfIt = new ArrayList<>();
                for (String word : pattern.split(" ", -1)) {
                    wordsOfIt.add(wildcards(List.of(word)));
                }
                compiled.add(wordsOfIt);
            }
        }
        return compiled;
    }

    private static int marks(@Nullable List<String> names) {
        int marks = 0;
        if (names != null) {
            for (String name : names) {
                marks |= Mark.valueOf(name.toUpperCase(Locale.ROOT)).bit();
            }
        }
        return marks;
    }

    boolean matches(Invocation command, CommandLine line) {
        return (notProgram.isEmpty() || !notProgram.contains(command.program()))
                && (path.isEmpty() || any(path, command.path()))
                && (subcommands.isEmpty() || hasSubcommand(line.operands()))
                && hasFlags(line)
                && (operands == 0 || line.operands().size() >= operands)
                && line.operands().size() <= atMost
                && (input == 0 || (command.input() & input) != 0)
                && (marked == 0 || isMarked(command))
                && (words.isEmpty() || hasWord(line.operands()))
                && (via.isEmpty() || isVia(command))
                && (operand.isEmpty() || ArgumentPattern.any(operand, line.operands(), command.directory()))
                && (notOperand.isEmpty() || !ArgumentPattern.any(notOperand, line.operands(), command.directory()))
                && (source.isEmpty() || hasSource(command, line))
                && (destination.isEmpty() || hasDestination(command, line))
                && (option.isEmpty() || hasOption(command, line))
                && (argument.isEmpty() || hasArgument(command))
                && (writes.isEmpty() || ArgumentPattern.any(writes, command.writes(), command.directory()))
                && (reads.isEmpty() || ArgumentPattern.any(reads, command.reads(), command.directory()))
                && (directory.isEmpty() || ArgumentPattern.any(directory, new Argument(command.directory(), 0), ""))
                && (!secret || holdsSecret(command))
                && (text == null || text.matcher(command.line()).find());
    }

    private boolean hasSubcommand(List<Argument> given) {
        for (List<List<Wildcard>> wanted : subcommands) {
            boolean all = given.size() >= wanted.size();
            for (int i = 0; all && i < wanted.size(); i++) {
                all = any(wanted.get(i), given.get(i).text());
            }
            if (all) {
                return true;
            }
        }
        return false;
    }

    private static boolean any(List<Wildcard> patterns, String textOfIt) {
        for (int i = 0; i < patterns.size(); i++) {
            if (patterns.get(i).matches(textOfIt)) {
                return true;
            }
        }
        return false;
    }

    private boolean hasFlags(CommandLine line) {
        for (String[] anyOf : flags) {
            if (!line.has(anyOf) && !hasAbbreviation(line, anyOf)) {
                return false;
            }
        }
        for (int i = 0; i < without.size(); i++) {
            if (line.flags().contains(without.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** GNU programs take {@code --recurs} for {@code --recursive}. */
    private static boolean hasAbbreviation(CommandLine line, String[] anyOf) {
        for (String flag : line.flags()) {
            if (flag.length() >= 5 && flag.startsWith("--")) {
                for (String whole : anyOf) {
                    if (whole.length() > flag.length()
                            && whole.startsWith(flag)
                            && !(flag.equals("--force") && whole.startsWith("--force-"))) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private boolean isMarked(Invocation command) {
        for (Argument given : command.arguments()) {
            if ((given.marks() & marked) != 0) {
                return true;
            }
        }
        return false;
    }

    private static boolean holdsSecret(Invocation command) {
        for (Argument given : command.arguments()) {
            if (SecretScanner.kinds(given.text()).stream().anyMatch(kind -> !kind.equals("entropy"))) {
                return true;
            }
        }
        return false;
    }

    private boolean hasWord(List<Argument> given) {
        for (Argument operandOfIt : given) {
            if (any(words, operandOfIt.text())) {
                return true;
            }
        }
        return false;
    }

    private boolean isVia(Invocation command) {
        for (String wrapper : command.via()) {
            if (any(via, wrapper)) {
                return true;
            }
        }
        return false;
    }

    private boolean hasSource(Invocation command, CommandLine line) {
        List<Argument> all = line.operands();
        return all.size() > 1 && ArgumentPattern.any(source, all.subList(0, all.size() - 1), command.directory());
    }

    private boolean hasDestination(Invocation command, CommandLine line) {
        List<Argument> all = line.operands();
        return all.size() > 1 && ArgumentPattern.any(destination, all.getLast(), command.directory());
    }

    private boolean hasOption(Invocation command, CommandLine line) {
        for (CommandLine.Option given : line.options()) {
            List<ArgumentPattern> wanted = option.getOrDefault(given.flag(), List.of());
            if (ArgumentPattern.any(wanted, given.value(), command.directory())) {
                return true;
            }
        }
        return false;
    }

    private boolean hasArgument(Invocation command) {
        for (Argument given : command.arguments()) {
            if (ArgumentPattern.any(argument, given, command.directory())) {
                return true;
            }
            String textOfIt = given.text();
            int equals = Math.max(textOfIt.indexOf('='), textOfIt.indexOf('@'));
            if (equals >= 0
                    && equals + 1 < textOfIt.length()
                    && textOfIt.length() < 1024
                    && ArgumentPattern.any(
                            argument,
                            new Argument(textOfIt.substring(equals + 1), given.marks()),
                            command.directory())) {
                return true;
            }
        }
        return false;
    }
}

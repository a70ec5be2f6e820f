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

/** A condition, compiled: a list of predicates, all of which have to hold. */
final class Matcher {
    /** Longer arguments are not divided at {@code =}: they are texts rather than settings. */
    private static final int MAX_DIVIDED_LENGTH = 1024;

    /** Looks at one property of a command. */
    private interface Predicate {
        boolean holds(Invocation command, CommandLine line, Written written);
    }

    private final Predicate[] predicates;

    /** @throws IllegalArgumentException naming what cannot be compiled */
    Matcher(Condition condition, Map<String, ArgumentClass> classes, Map<String, Set<String>> tags) {
        // The cheap ones first: most commands fail one of them.
        List<Predicate> all = new ArrayList<>();
        program(condition, tags, all);
        path(condition, all);
        subcommand(condition, all);
        flags(condition, all);
        numberOfOperands(condition, all);
        marks(condition, all);
        words(condition, all);
        operands(condition, classes, all);
        option(condition, classes, all);
        arguments(condition, classes, all);
        files(condition, classes, all);
        content(condition, all);
        predicates = all.toArray(Predicate[]::new);
    }

    /** A command as one line, put together at most once. */
    static final class Written {
        private @Nullable String line;

        private String of(Invocation command) {
            String known = line;
            if (known == null) {
                known = command.line();
                line = known;
            }
            return known;
        }
    }

    boolean matches(Invocation command, CommandLine line, Written written) {
        for (Predicate predicate : predicates) {
            if (!predicate.holds(command, line, written)) {
                return false;
            }
        }
        return true;
    }

    private static void program(Condition condition, Map<String, Set<String>> tags, List<Predicate> all) {
        if (condition.notProgram() != null) {
            Set<String> others = alternatives(condition.notProgram())
                    .flatMap(name -> name.startsWith("@")
                            ? tags.getOrDefault(name.substring(1), Set.of()).stream()
                            : Stream.of(name))
                    .collect(Collectors.toUnmodifiableSet());
            all.add((command, line, written) -> !others.contains(command.program()));
        }
    }

    private static void path(Condition condition, List<Predicate> all) {
        if (condition.path() != null && !condition.path().isEmpty()) {
            List<Wildcard> paths =
                    alternatives(condition.path()).map(Wildcard::ofPath).toList();
            all.add((command, line, written) -> any(paths, command.path()));
        }
    }

    private static void subcommand(Condition condition, List<Predicate> all) {
        List<List<List<Wildcard>>> wanted = subcommands(condition.subcommand());
        if (!wanted.isEmpty()) {
            all.add((command, line, written) -> hasSubcommand(wanted, line.operands()));
        }
    }

    private static boolean hasSubcommand(List<List<List<Wildcard>>> subcommands, List<Argument> given) {
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

    private static void flags(Condition condition, List<Predicate> all) {
        if (condition.flags() != null) {
            for (String flag : condition.flags()) {
                String[] anyOf = flag.split("\\|", -1);
                all.add((command, line, written) -> line.has(anyOf) || hasAbbreviation(line, anyOf));
            }
        }
        if (condition.without() != null) {
            List<String> without = alternatives(condition.without()).toList();
            all.add((command, line, written) -> without.stream().noneMatch(line.flags()::contains));
        }
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

    private static void numberOfOperands(Condition condition, List<Predicate> all) {
        Integer least = condition.operands();
        if (least != null) {
            all.add((command, line, written) -> line.operands().size() >= least);
        }
        Integer most = condition.atMost();
        if (most != null) {
            all.add((command, line, written) -> line.operands().size() <= most);
        }
    }

    private static void marks(Condition condition, List<Predicate> all) {
        int input = bits(condition.input());
        if (input != 0) {
            all.add((command, line, written) -> (command.input() & input) != 0);
        }
        int marked = bits(condition.marked());
        if (marked != 0) {
            all.add((command, line, written) -> {
                for (Argument given : command.arguments()) {
                    if ((given.marks() & marked) != 0) {
                        return true;
                    }
                }
                return false;
            });
        }
    }

    private static int bits(@Nullable List<String> names) {
        int bits = 0;
        if (names != null) {
            for (String name : names) {
                bits |= Mark.valueOf(name.toUpperCase(Locale.ROOT)).bit();
            }
        }
        return bits;
    }

    private static void words(Condition condition, List<Predicate> all) {
        List<Wildcard> words = wildcards(condition.words());
        if (!words.isEmpty()) {
            all.add((command, line, written) -> {
                for (Argument operand : line.operands()) {
                    if (any(words, operand.text())) {
                        return true;
                    }
                }
                return false;
            });
        }
        List<Wildcard> via = wildcards(condition.via());
        if (!via.isEmpty()) {
            all.add((command, line, written) -> {
                for (String wrapper : command.via()) {
                    if (any(via, wrapper)) {
                        return true;
                    }
                }
                return false;
            });
        }
    }

    private static void operands(Condition condition, Map<String, ArgumentClass> classes, List<Predicate> all) {
        List<ArgumentPattern> operand = ArgumentPattern.compile(condition.operand(), classes);
        if (!operand.isEmpty()) {
            all.add((command, line, written) -> ArgumentPattern.any(operand, line.operands(), command.directory()));
        }
        List<ArgumentPattern> notOperand = ArgumentPattern.compile(condition.notOperand(), classes);
        if (!notOperand.isEmpty()) {
            all.add((command, line, written) -> !ArgumentPattern.any(notOperand, line.operands(), command.directory()));
        }
        List<ArgumentPattern> source = ArgumentPattern.compile(condition.source(), classes);
        if (!source.isEmpty()) {
            all.add((command, line, written) -> {
                List<Argument> given = line.operands();
                return given.size() > 1
                        && ArgumentPattern.any(source, given.subList(0, given.size() - 1), command.directory());
            });
        }
        List<ArgumentPattern> destination = ArgumentPattern.compile(condition.destination(), classes);
        if (!destination.isEmpty()) {
            all.add((command, line, written) -> {
                List<Argument> given = line.operands();
                return given.size() > 1 && ArgumentPattern.any(destination, given.getLast(), command.directory());
            });
        }
    }

    private static void option(Condition condition, Map<String, ArgumentClass> classes, List<Predicate> all) {
        if (condition.option() == null) {
            return;
        }
        Map<String, List<ArgumentPattern>> byFlag = new HashMap<>();
        condition.option().forEach((flags, value) -> {
            List<ArgumentPattern> values = ArgumentPattern.compile(List.of(value), classes);
            for (String flag : flags.split("\\|", -1)) {
                byFlag.merge(
                        flag,
                        values,
                        (one, other) ->
                                Stream.concat(one.stream(), other.stream()).toList());
            }
        });
        if (!byFlag.isEmpty()) {
            all.add((command, line, written) -> {
                for (CommandLine.Option given : line.options()) {
                    List<ArgumentPattern> wanted = byFlag.getOrDefault(given.flag(), List.of());
                    if (ArgumentPattern.any(wanted, given.value(), command.directory())) {
                        return true;
                    }
                }
                return false;
            });
        }
    }

    private static void arguments(Condition condition, Map<String, ArgumentClass> classes, List<Predicate> all) {
        List<ArgumentPattern> wanted = ArgumentPattern.compile(condition.argument(), classes);
        if (!wanted.isEmpty()) {
            all.add((command, line, written) -> {
                for (Argument given : command.arguments()) {
                    if (isArgument(wanted, given, command.directory())) {
                        return true;
                    }
                }
                return false;
            });
        }
    }

    /** An argument counts whole, and by what follows its last sign of a setting. */
    private static boolean isArgument(List<ArgumentPattern> wanted, Argument given, String directory) {
        if (ArgumentPattern.any(wanted, given, directory)) {
            return true;
        }
        String text = given.text();
        int equals = Math.max(text.indexOf('='), text.indexOf('@'));
        return equals >= 0
                && equals + 1 < text.length()
                && text.length() < MAX_DIVIDED_LENGTH
                && ArgumentPattern.any(wanted, new Argument(text.substring(equals + 1), given.marks()), directory);
    }

    private static void files(Condition condition, Map<String, ArgumentClass> classes, List<Predicate> all) {
        List<ArgumentPattern> writes = ArgumentPattern.compile(condition.writes(), classes);
        if (!writes.isEmpty()) {
            all.add((command, line, written) -> ArgumentPattern.any(writes, command.writes(), command.directory()));
        }
        List<ArgumentPattern> reads = ArgumentPattern.compile(condition.reads(), classes);
        if (!reads.isEmpty()) {
            all.add((command, line, written) -> ArgumentPattern.any(reads, command.reads(), command.directory()));
        }
        List<ArgumentPattern> directory = ArgumentPattern.compile(condition.directory(), classes);
        if (!directory.isEmpty()) {
            all.add((command, line, written) ->
                    ArgumentPattern.any(directory, new Argument(command.directory(), 0), ""));
        }
    }

    private static void content(Condition condition, List<Predicate> all) {
        if (Boolean.TRUE.equals(condition.secret())) {
            all.add((command, line, written) -> holdsSecret(command));
        }
        String text = condition.text();
        if (text != null) {
            Pattern pattern = compiled(text);
            all.add((command, line, written) ->
                    pattern.matcher(written.of(command)).find());
        }
    }

    private static Pattern compiled(String expression) {
        try {
            return Pattern.compile(expression);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("'" + expression + "' is no RE2 expression: " + e.getMessage(), e);
        }
    }

    private static boolean holdsSecret(Invocation command) {
        for (Argument given : command.arguments()) {
            if (SecretScanner.kinds(given.text()).stream().anyMatch(kind -> !kind.equals("entropy"))) {
                return true;
            }
        }
        return false;
    }

    private static Stream<String> alternatives(List<String> texts) {
        return texts.stream().flatMap(text -> Stream.of(text.split("\\|", -1)));
    }

    private static List<Wildcard> wildcards(@Nullable List<String> patterns) {
        return patterns == null
                ? List.of()
                : alternatives(patterns).map(Wildcard::ofText).toList();
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

    private static boolean any(List<Wildcard> patterns, String textOfIt) {
        for (int i = 0; i < patterns.size(); i++) {
            if (patterns.get(i).matches(textOfIt)) {
                return true;
            }
        }
        return false;
    }
}

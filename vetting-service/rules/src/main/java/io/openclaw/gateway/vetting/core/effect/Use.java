package io.openclaw.gateway.vetting.core.effect;

import io.openclaw.gateway.vetting.core.shell.Argument;
import io.openclaw.gateway.vetting.core.shell.CommandLine;
import io.openclaw.gateway.vetting.core.shell.CommandLine.Option;
import io.openclaw.gateway.vetting.core.shell.Invocation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A use of a program, compiled. */
final class Use {
    private record WithValue(Set<String> flags, Words values) {}

    private final List<List<Words>> when = new ArrayList<>();
    private final @Nullable Words words;
    private final List<String[]> flags;
    private final String[] unless;
    private final List<WithValue> with = new ArrayList<>();
    private final List<EffectKind> does;
    private final String what;
    private final String[] on;
    private final boolean onOperands;
    private final String[] recursive;
    private final boolean always;

    /** @throws IllegalArgumentException naming what makes no sense */
    Use(UseText text) {
        if (text.when() != null) {
            for (String pattern : text.when()) {
                List<Words> sequence = new ArrayList<>();
                for (String word : pattern.split(" +", -1)) {
                    sequence.add(new Words(word));
                }
                when.add(sequence);
            }
        }
        words = text.words() == null ? null : new Words(String.join("|", text.words()));
        flags = text.flags() == null
                ? List.of()
                : text.flags().stream().map(group -> group.split("\\|", -1)).toList();
        unless = text.unless() == null
                ? new String[0]
                : String.join("|", text.unless()).split("\\|", -1);
        if (text.with() != null) {
            for (Map.Entry<String, String> entry : text.with().entrySet()) {
                with.add(new WithValue(Set.of(entry.getKey().split("\\|", -1)), new Words(entry.getValue())));
            }
        }
        if (text.does() == null || text.does().isEmpty()) {
            throw new IllegalArgumentException("a use has no 'does'");
        }
        does = text.does().stream().map(EffectKind::of).toList();
        what = text.what() == null ? "" : text.what();
        on = text.to() == null ? new String[0] : text.to().split(" *, *", -1);
        boolean operands = false;
        for (String selector : on) {
            boolean flag = selector.startsWith("-") || selector.endsWith("=");
            if (!flag
                    && !Set.of("operands", "first", "second", "rest", "last", "sources")
                            .contains(selector)) {
                throw new IllegalArgumentException("'to: " + selector + "' is neither a flag nor operands");
            }
            operands |= !flag;
        }
        onOperands = operands;
        always = "always".equals(text.recursive());
        recursive = text.recursive() == null ? new String[0] : text.recursive().split("\\|", -1);
    }

    /** Tells whether it is the use of a subcommand. */
    boolean isOfSubcommand() {
        return !when.isEmpty();
    }

    void effects(Invocation command, CommandLine line, List<Effect> found) {
        int consumed = consumed(line.operands());
        if (consumed < 0 || !flagsHold(line) || !withHolds(line) || !wordsHold(line.operands())) {
            return;
        }
        List<Argument> rest = line.operands().subList(consumed, line.operands().size());
        List<Argument> targets = new ArrayList<>();
        for (String selector : on) {
            select(selector, rest, line, targets);
        }
        if (on.length > 0 && !onOperands && targets.isEmpty()) {
            return;
        }
        Set<String> traits =
                always || (recursive.length > 0 && has(line, recursive)) ? Set.of(Effect.RECURSIVE) : Set.of();
        for (EffectKind kind : does) {
            found.add(new Effect(kind, traits, what, targets, command));
        }
    }

    private static void select(String selector, List<Argument> rest, CommandLine line, List<Argument> targets) {
        switch (selector) {
            case "operands" -> targets.addAll(rest);
            case "first" -> {
                if (!rest.isEmpty()) {
                    targets.add(rest.getFirst());
                }
            }
            case "second" -> {
                if (rest.size() > 1) {
                    targets.add(rest.get(1));
                }
            }
            case "rest" -> targets.addAll(rest.isEmpty() ? rest : rest.subList(1, rest.size()));
            case "last" -> {
                if (rest.size() > 1) {
                    targets.add(rest.getLast());
                }
            }
            case "sources" -> targets.addAll(rest.size() > 1 ? rest.subList(0, rest.size() - 1) : rest);
            default -> {
                if (selector.endsWith("=")) {
                    for (Argument operand : rest) {
                        if (operand.text().startsWith(selector)) {
                            targets.add(new Argument(operand.text().substring(selector.length()), operand.marks()));
                        }
                    }
                    return;
                }
                Set<String> names = new HashSet<>(List.of(selector.split("\\|", -1)));
                for (Option option : line.options()) {
                    if (names.contains(option.flag())) {
                        targets.add(option.value());
                    }
                }
            }
        }
    }

    /** Returns how many operands the words of a subcommand take up; -1 if they are others. */
    private int consumed(List<Argument> operands) {
        if (when.isEmpty()) {
            return 0;
        }
        for (List<Words> sequence : when) {
            if (operands.size() < sequence.size()) {
                continue;
            }
            boolean all = true;
            for (int i = 0; all && i < sequence.size(); i++) {
                all = sequence.get(i).match(operands.get(i).text());
            }
            if (all) {
                return sequence.size();
            }
        }
        return -1;
    }

    private boolean wordsHold(List<Argument> operands) {
        return words == null || operands.stream().anyMatch(operand -> words.match(operand.text()));
    }

    private boolean flagsHold(CommandLine line) {
        for (String[] anyOf : flags) {
            if (!has(line, anyOf)) {
                return false;
            }
        }
        return unless.length == 0 || !line.has(unless);
    }

    private static boolean has(CommandLine line, String[] anyOf) {
        if (line.has(anyOf)) {
            return true;
        }
        for (String flag : line.flags()) {
            if (flag.length() >= 5 && flag.startsWith("--")) {
                for (String whole : anyOf) {
                    if (whole.length() > flag.length()
                            && whole.startsWith(flag)
                            && whole.indexOf('-', flag.length()) < 0) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private boolean withHolds(CommandLine line) {
        for (WithValue wanted : with) {
            boolean any = false;
            for (Option option : line.options()) {
                any |= wanted.flags().contains(option.flag())
                        && wanted.values().match(option.value().text());
            }
            if (!any) {
                return false;
            }
        }
        return true;
    }
}

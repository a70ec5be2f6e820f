package io.openclaw.gateway.vetting.core.effect;

import io.openclaw.gateway.vetting.core.shell.Argument;
import io.openclaw.gateway.vetting.core.shell.CommandLine;
import io.openclaw.gateway.vetting.core.shell.Invocation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * One thing that a command does.
 *
 * @param kind what it does
 * @param traits how, as flags: {@code -r} is recursively, {@code --unknown-program} by a program that the catalogue does not know
 * @param what the kind of thing that it is done to, in words such as "a database"; may be empty
 * @param targets the arguments that it is done to
 * @param command the command that does it
 */
public record Effect(EffectKind kind, Set<String> traits, String what, List<Argument> targets, Invocation command) {
    /** Done to all that is below a directory. */
    public static final String RECURSIVE = "-r";
    /** Done by a program that no catalogue knows, as its subcommand says. */
    public static final String UNKNOWN_PROGRAM = "--unknown-program";

    public Effect {
        traits = Set.copyOf(traits);
        targets = List.copyOf(targets);
    }

    /** Returns it as a command in normal form, for rules: {@code :delete -r PATH}. */
    public Invocation normalForm() {
        List<Argument> arguments = targets;
        if (!traits.isEmpty()) {
            arguments = new ArrayList<>(targets.size() + traits.size());
            for (String trait : new TreeSet<>(traits)) {
                arguments.add(new Argument(trait, 0));
            }
            arguments.addAll(targets);
        }
        return new Invocation(
                kind.program(),
                command.path(),
                arguments,
                command.input(),
                List.of(),
                List.of(),
                command.via(),
                command.directory());
    }

    /** Returns its flags and operands. */
    public CommandLine line() {
        return new CommandLine(traits, List.of(), targets);
    }

    /** Returns it in words, such as {@code deletes recursively: build}. */
    public String words() {
        var words = new StringBuilder(kind.words());
        if (!what.isEmpty()) {
            words.append(' ').append(what);
        }
        if (traits.contains(RECURSIVE)) {
            words.append(" recursively");
        }
        if (!targets.isEmpty()) {
            words.append(words.charAt(words.length() - 1) == ':' ? " " : ": ");
            for (int i = 0; i < targets.size() && i < 4; i++) {
                String text = targets.get(i).text();
                words.append(i == 0 ? "" : ", ").append(text.length() > 80 ? text.substring(0, 80) + "…" : text);
            }
            if (targets.size() > 4) {
                words.append(", and ").append(targets.size() - 4).append(" more");
            }
        }
        return words.toString();
    }
}

package io.openclaw.gateway.vetting.core.shell;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The arguments of a command, told apart: flags, their values, and operands.
 *
 * @param flags every flag, with clusters taken apart ({@code -rf} is {@code -rf}, {@code -r} and {@code -f}) and without values
 * @param options every flag that has a value, with that value
 * @param operands what is no flag and no value of one, in order
 */
public record CommandLine(Set<String> flags, List<Option> options, List<Argument> operands) {

    /** A flag and its value. */
    public record Option(String flag, Argument value) {}

    /** Tells the arguments of a program apart. */
    public static CommandLine of(List<Argument> arguments, Programs.Syntax syntax) {
        return of(arguments, syntax, false);
    }

    /** @param wraps whether the first operand is another program: what stands behind it is that one's */
    public static CommandLine of(List<Argument> arguments, Programs.Syntax syntax, boolean wraps) {
        if (arguments.isEmpty()) {
            return new CommandLine(Set.of(), List.of(), List.of());
        }
        Set<String> flags = new HashSet<>();
        List<Option> options = new ArrayList<>(2);
        List<Argument> operands = new ArrayList<>(arguments.size());
        for (int i = 0; i < arguments.size(); i++) {
            Argument argument = arguments.get(i);
            String text = argument.text();
            if (text.equals("--")) {
                flags.add("--");
                operands.addAll(arguments.subList(i + 1, arguments.size()));
                break;
            }
            if (text.length() < 2 || text.charAt(0) != '-') {
                if (wraps) {
                    operands.addAll(arguments.subList(i, arguments.size()));
                    break;
                }
                operands.add(argument);
                continue;
            }
            int equals = text.indexOf('=');
            if (equals > 0 && (text.startsWith("--") || !syntax.clustersFlags())) {
                String flag = text.substring(0, equals);
                flags.add(flag);
                options.add(new Option(flag, new Argument(text.substring(equals + 1), argument.marks())));
                continue;
            }
            flags.add(text);
            if (syntax.takesValue(text)) {
                if (i + 1 < arguments.size()) {
                    options.add(new Option(text, arguments.get(++i)));
                }
            } else if (!text.startsWith("--") && syntax.clustersFlags() && text.length() > 2) {
                i += cluster(argument, i + 1 < arguments.size() ? arguments.get(i + 1) : null, syntax, flags, options);
            }
        }
        return new CommandLine(flags, options, operands);
    }

    /** Takes a cluster such as {@code -rf} or {@code -ofile} apart; returns how many of the next arguments it used up. */
    private static int cluster(
            Argument argument,
            @org.jspecify.annotations.Nullable Argument next,
            Programs.Syntax syntax,
            Set<String> flags,
            List<Option> options) {
        String text = argument.text();
        for (int i = 1; i < text.length(); i++) {
            String flag = "-" + text.charAt(i);
            flags.add(flag);
            if (syntax.takesValue(flag)) {
                if (i + 1 < text.length()) {
                    String rest = text.substring(i + 1);
                    options.add(new Option(flag, new Argument(rest, argument.marks())));
                    // Some subcommands take a value with a letter that is a switch of others: git rebase -x, git clean
                    // -xfd.
                    if (rest.matches("[a-zA-Z]{1,2}")) {
                        rest.chars().forEach(letter -> flags.add("-" + (char) letter));
                    }
                } else if (next != null) {
                    options.add(new Option(flag, next));
                    return 1;
                }
                return 0;
            }
        }
        return 0;
    }

    /** Tells whether one of some flags is given. */
    public boolean has(String... anyOf) {
        for (String flag : anyOf) {
            if (flags.contains(flag)) {
                return true;
            }
        }
        return false;
    }
}

package io.openclaw.gateway.vetting.core.rule;

import io.openclaw.gateway.vetting.core.shell.Argument;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One pattern of a condition, compiled. */
sealed interface ArgumentPattern {
    boolean matches(Argument argument, String directory);

    /** What is not written down. */
    record Unknown() implements ArgumentPattern {
        @Override
        public boolean matches(Argument argument, String directory) {
            return argument.isUnknown();
        }
    }

    /** A member of a class. */
    record OfClass(ArgumentClass members) implements ArgumentPattern {
        @Override
        public boolean matches(Argument argument, String directory) {
            return members.holds(argument, directory);
        }
    }

    /** A text. */
    record OfText(Wildcard wildcard) implements ArgumentPattern {
        @Override
        public boolean matches(Argument argument, String directory) {
            return wildcard.matches(argument.text());
        }
    }

    /** @throws IllegalArgumentException if a class is not known */
    static List<ArgumentPattern> compile(@Nullable List<String> patterns, Map<String, ArgumentClass> classes) {
        if (patterns == null) {
            return List.of();
        }
        return patterns.stream()
                .flatMap(pattern -> List.of(pattern.split("\\|", -1)).stream())
                .map(pattern -> compile(pattern, classes))
                .toList();
    }

    private static ArgumentPattern compile(String pattern, Map<String, ArgumentClass> classes) {
        if (!pattern.startsWith("@") || pattern.length() == 1) {
            return new OfText(Wildcard.ofText(pattern));
        }
        if (pattern.equals("@unknown")) {
            return new Unknown();
        }
        ArgumentClass members = classes.get(pattern.substring(1));
        if (members == null) {
            throw new IllegalArgumentException("there is no class " + pattern);
        }
        return new OfClass(members);
    }

    static boolean any(List<ArgumentPattern> patterns, List<Argument> arguments, String directory) {
        for (int i = 0; i < arguments.size(); i++) {
            if (any(patterns, arguments.get(i), directory)) {
                return true;
            }
        }
        return false;
    }

    static boolean any(List<ArgumentPattern> patterns, Argument argument, String directory) {
        for (int i = 0; i < patterns.size(); i++) {
            if (patterns.get(i).matches(argument, directory)) {
                return true;
            }
        }
        return false;
    }
}

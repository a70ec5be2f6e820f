package io.openclaw.gateway.vetting.core.rule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Many patterns, of which only those are tried that may match: by the first letter, by the last one, or the whole text. */
final class Wildcards {
    private final Set<String> exact = new HashSet<>();
    private final Map<Character, List<Wildcard>> byFirst = new HashMap<>();
    private final Map<Character, List<Wildcard>> byLast = new HashMap<>();
    private final List<Wildcard> rest = new ArrayList<>();
    private final boolean empty;

    Wildcards(List<Wildcard> patterns) {
        empty = patterns.isEmpty();
        for (Wildcard pattern : patterns) {
            String prefix = pattern.prefix();
            String suffix = pattern.suffix();
            if (pattern.isExact()) {
                exact.add(prefix);
            } else if (!prefix.isEmpty()) {
                byFirst.computeIfAbsent(prefix.charAt(0), first -> new ArrayList<>())
                        .add(pattern);
            } else if (!suffix.isEmpty()) {
                byLast.computeIfAbsent(suffix.charAt(suffix.length() - 1), last -> new ArrayList<>())
                        .add(pattern);
            } else {
                rest.add(pattern);
            }
        }
    }

    boolean isEmpty() {
        return empty;
    }

    boolean match(String text) {
        if (empty) {
            return false;
        }
        if (exact.contains(text)) {
            return true;
        }
        return (!text.isEmpty()
                        && (any(byFirst.get(text.charAt(0)), text)
                                || any(byLast.get(text.charAt(text.length() - 1)), text)))
                || any(rest, text);
    }

    private static boolean any(@Nullable List<Wildcard> patterns, String text) {
        if (patterns != null) {
            for (int i = 0; i < patterns.size(); i++) {
                if (patterns.get(i).matches(text)) {
                    return true;
                }
            }
        }
        return false;
    }
}

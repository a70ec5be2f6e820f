package io.openclaw.gateway.vetting.core.effect;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Alternatives for one word: {@code s3|s3api|*-instances}, without regard to case; a star is anything. */
final class Words {
    private final Set<String> exact = new HashSet<>();
    private final List<String[]> patterns = new ArrayList<>();

    Words(String alternatives) {
        for (String word : alternatives.split("\\|", -1)) {
            String lower = word.toLowerCase(Locale.ROOT);
            if (lower.indexOf('*') < 0) {
                exact.add(lower);
            } else {
                patterns.add(lower.split("\\*", -1));
            }
        }
    }

    boolean match(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (exact.contains(lower)) {
            return true;
        }
        for (int i = 0; i < patterns.size(); i++) {
            if (match(patterns.get(i), lower)) {
                return true;
            }
        }
        return false;
    }

    /** The parts between stars have to follow each other; no part is looked for twice, so this is linear. */
    private static boolean match(String[] parts, String text) {
        String last = parts[parts.length - 1];
        if (text.length() < parts[0].length() + last.length() || !text.startsWith(parts[0]) || !text.endsWith(last)) {
            return false;
        }
        int at = parts[0].length();
        int end = text.length() - last.length();
        for (int i = 1; i < parts.length - 1; i++) {
            int found = text.indexOf(parts[i], at);
            if (found < 0 || found + parts[i].length() > end) {
                return false;
            }
            at = found + parts[i].length();
        }
        return true;
    }
}

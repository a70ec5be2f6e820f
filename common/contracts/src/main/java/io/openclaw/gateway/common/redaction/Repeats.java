package io.openclaw.gateway.common.redaction;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Masks a literal that was masked in one place wherever else it stands. Only one of at least eight characters that looks like a
 * secret is looked for, and none where it would run or be destroyed: anyone who writes {@code password=evil1234; sh evil1234}
 * hides no program.
 */
final class Repeats {
    static final int MIN_LENGTH = 8;
    private static final int MAX_LITERALS = 256;
    private static final int MAX_LITERAL = 1024;
    /** Literals that begin alike and are compared one by one. */
    private static final int MAX_ALIKE = 4;

    private record Literal(String text, String kind) {}

    private final Set<String> known = new HashSet<>();
    private final Map<Integer, List<Literal>> byBeginning = new HashMap<>();

    void add(String literal, String kind) {
        if (literal.length() < MIN_LENGTH
                || literal.length() > MAX_LITERAL
                || known.size() >= MAX_LITERALS
                || !Literals.looksSecret(literal)
                || Spans.endOfMask(literal, 0) >= 0
                || !known.add(literal)) {
            return;
        }
        List<Literal> alike = byBeginning.computeIfAbsent(hash(literal, 0), key -> new ArrayList<>());
        if (alike.size() < MAX_ALIKE) {
            alike.add(new Literal(literal, kind));
        }
    }

    boolean isEmpty() {
        return known.isEmpty();
    }

    /**
     * Returns a text in which the literals that are known are masked.
     *
     * @param command whether the text is a command, so that its first word would run
     */
    String mask(String text, boolean command, Work work) {
        if (isEmpty() || text.length() < MIN_LENGTH) {
            return text;
        }
        work.add(text.length());
        var spans = new Spans();
        int hash = hash(text, 0);
        int last = text.length() - MIN_LENGTH;
        int done = 0;
        for (int i = 0; i <= last; i++) {
            if (i > 0) {
                hash = (hash - text.charAt(i - 1) * POWER) * 31 + text.charAt(i + MIN_LENGTH - 1);
            }
            if (i < done) {
                continue;
            }
            if (text.charAt(i) == '[') {
                int mask = Spans.endOfMask(text, i);
                done = Math.max(done, mask);
            }
            List<Literal> alike = byBeginning.get(hash);
            if (alike == null || i < done) {
                continue;
            }
            for (Literal literal : alike) {
                if (text.startsWith(literal.text, i)) {
                    work.add(literal.text.length());
                    if (!Operands.isVisible(text, i, command, work)) {
                        spans.add(i, i + literal.text.length(), literal.kind);
                    }
                    done = i + literal.text.length();
                    break;
                }
            }
        }
        return spans.masked(text);
    }

    private static final int POWER = power();

    private static int power() {
        int power = 1;
        for (int i = 1; i < MIN_LENGTH; i++) {
            power *= 31;
        }
        return power;
    }

    private static int hash(String text, int from) {
        int hash = 0;
        for (int i = from; i < from + MIN_LENGTH; i++) {
            hash = hash * 31 + text.charAt(i);
        }
        return hash;
    }
}

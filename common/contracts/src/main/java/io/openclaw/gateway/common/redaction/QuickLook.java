package io.openclaw.gateway.common.redaction;

import io.openclaw.gateway.common.text.FoldedText;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The look at every text of every event: may it hold a secret at all? One automaton (Aho and Corasick) finds the words of names,
 * programs and providers' prefixes in one pass, and only where one stands is looked closer. Most texts hold none.
 */
final class QuickLook {
    private static final int CLASSES = 64;
    private static final int MIN_RANDOM = 32;
    private static final int MAX_RANDOM = 128;

    private static final int NAME = 1;
    private static final int WORD = 2;
    private static final int CALL = 4;
    private static final int FORM = 8;
    private static final int SIGN = 16;

    /** For each ASCII character its column in the table; letters of both cases share one, and what no word holds is 0. */
    private static final byte[] COLUMNS = new byte[128];

    static {
        String known = "abcdefghijklmnopqrstuvwxyz0123456789-_./:$@\\ =&?\"";
        for (int i = 0; i < known.length(); i++) {
            COLUMNS[known.charAt(i)] = (byte) (i + 1);
            COLUMNS[Character.toUpperCase(known.charAt(i))] = (byte) (i + 1);
        }
    }

    private static final short[] NEXT;
    /** What ends in a state, and for each state the lengths of the words that end there. */
    private static final byte[] ENDS;

    private static final int[][] LENGTHS;

    static {
        var builder = new Builder();
        SecretNames.endings().forEach(word -> builder.add(word, NAME));
        ProgramOptions.programs()
                .forEach(program -> builder.add(program.substring(program.lastIndexOf(' ') + 1), WORD));
        Commands.programs().forEach(program -> builder.add(program, WORD));
        List.of("identified", "basic").forEach(word -> builder.add(word, WORD));
        Logins.calls().forEach(call -> builder.add(call, CALL));
        SecretScanner.prefixes().forEach(prefix -> builder.add(prefix.toLowerCase(Locale.ROOT), FORM));
        List.of(
                        "eyj",
                        "-----begin",
                        "://",
                        "@",
                        "$",
                        ":aa",
                        "sg.",
                        ":5432:",
                        "\\u",
                        "code=",
                        "user = \"",
                        "user: \"",
                        "user=\"",
                        "user \"")
                .forEach(sign -> builder.add(sign, SIGN));
        builder.link();
        NEXT = builder.next();
        ENDS = builder.ends();
        LENGTHS = builder.lengths();
    }

    private final String text;
    private final Work work;
    private boolean scheme;
    private boolean otherThanAscii;
    private int checkedTo = -1;

    private QuickLook(String text, Work work) {
        this.text = text;
        this.work = work;
    }

    /** Tells whether a text may hold a secret; without a secret in it, this is all that a text costs. */
    static boolean mayHoldSecret(String text, Work work) {
        var look = new QuickLook(text, work);
        if (look.isRandom() || look.finds()) {
            return true;
        }
        if (!look.otherThanAscii) {
            return false;
        }
        FoldedText folded = FoldedText.of(text);
        var again = new QuickLook(folded.text(), work);
        return (!folded.isUnchanged() && (again.isRandom() || again.finds())) || again.namesInOtherScripts();
    }

    private boolean finds() {
        int length = text.length();
        work.add(length);
        int state = 0;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 128) {
                otherThanAscii = true;
                state = 0;
                continue;
            }
            state = NEXT[state << 6 | COLUMNS[c]];
            int ends = ENDS[state];
            if (ends != 0 && isSecret(state, ends, i + 1)) {
                return true;
            }
        }
        return false;
    }

    private boolean isSecret(int state, int ends, int end) {
        if ((ends & NAME) != 0 && isName(end)) {
            return true;
        }
        if ((ends & SIGN) != 0 && isSign(end)) {
            return true;
        }
        if ((ends & (WORD | CALL | FORM)) == 0) {
            return false;
        }
        char next = end < text.length() ? text.charAt(end) : 0;
        for (int length : LENGTHS[state]) {
            int start = end - length;
            char before = start == 0 || isEscaped(start - 1) ? ' ' : text.charAt(start - 1);
            if ((ends & WORD) != 0
                    && !Chars.isName(before)
                    && (next == ' ' || next == '\t' || next == '\n' || next == '\\' || Values.isQuote(next))) {
                return true;
            }
            if ((ends & CALL) != 0 && next == '(') {
                return true;
            }
            if ((ends & FORM) != 0 && !Chars.is(before, Chars.WORD) && SecretScanner.startsAForm(text, start)) {
                return true;
            }
        }
        return false;
    }

    private boolean isEscaped(int at) {
        return at > 0 && text.charAt(at - 1) == '\\';
    }

    private boolean isName(int end) {
        int length = text.length();
        int at = end;
        if (at < length
                && (text.charAt(at) == 's' || (text.charAt(at) == 'S' && Chars.is(text.charAt(at - 1), Chars.UPPER)))) {
            at++;
        }
        // "tokenizer" and "KEYBOARD" go on; "passwordConfirm" begins a word.
        if (at < length && Chars.is(text.charAt(at), Chars.LETTER)) {
            boolean begins = Chars.is(text.charAt(at), Chars.UPPER) && Chars.is(text.charAt(at - 1), Chars.LOWER);
            if (!begins) {
                return false;
            }
        }
        if (end <= checkedTo) {
            return false;
        }
        int to = at;
        while (to < length && Chars.isName(text.charAt(to))) {
            to++;
        }
        int from = end;
        int first = Math.max(0, to - SecretNames.MAX_NAME);
        while (from > first && Chars.isName(text.charAt(from - 1))) {
            from--;
        }
        if (from > 0 && from < to && text.charAt(from - 1) == '\\') {
            // The letter of an escape, as in "\nTOKEN=".
            from++;
        }
        work.add(to - from);
        checkedTo = to;
        int start = SecretNames.startOfPhrase(text, from, to);
        return SecretNames.of(text, start, to) != null;
    }

    private boolean isSign(int end) {
        return switch (text.charAt(end - 1)) {
            case '/' -> {
                scheme = true;
                yield false;
            }
            case '@' -> scheme || isLogin(end - 1);
            case '$' ->
                is(end + 1, '$') || is(end + 2, '$') || text.startsWith("apr1$", end) || text.startsWith("argon2", end);
            case 'A' -> end >= 11 && Chars.is(text.charAt(end - 4), Chars.DIGIT);
            case '.' -> text.startsWith("SG", end - 3);
            case 'J' -> text.startsWith("eyJ", end - 3);
            case 'N' -> text.startsWith("BEGIN", end - 5);
            case ':', 'u', '"' -> true;
            case '=' -> end < 6 || "?&\"'".indexOf(text.charAt(end - 6)) >= 0;
            default -> false;
        };
    }

    /** {@code user:password@}: is there a colon in the word before? */
    private boolean isLogin(int at) {
        int first = Math.max(0, at - 64);
        int from = at;
        while (from > first && text.charAt(from - 1) > ' ' && text.charAt(from - 1) != '@') {
            from--;
            if (text.charAt(from) == ':') {
                return true;
            }
        }
        work.add(at - from);
        return false;
    }

    private boolean is(int at, char c) {
        return at < text.length() && text.charAt(at) == c;
    }

    /** A run of 32 characters of tokens covers one place in 32: only there is looked for one. */
    private boolean isRandom() {
        int length = text.length();
        for (int i = MIN_RANDOM - 1; i < length; i += MIN_RANDOM) {
            if (!Chars.is(text.charAt(i), Chars.TOKEN)) {
                continue;
            }
            int seen = 0;
            int from = i;
            int first = Math.max(0, i - MAX_RANDOM);
            while (from > first && Chars.is(text.charAt(from - 1), Chars.TOKEN)) {
                from--;
                seen |= Chars.of(text.charAt(from));
            }
            int to = i;
            int last = Math.min(length, i + MAX_RANDOM);
            while (to < last && Chars.is(text.charAt(to), Chars.TOKEN)) {
                seen |= Chars.of(text.charAt(to));
                to++;
            }
            work.add(to - from);
            if (to - from >= MIN_RANDOM
                    && (seen & Chars.UPPER) != 0
                    && (seen & Chars.LOWER) != 0
                    && (seen & Chars.DIGIT) != 0) {
                return true;
            }
        }
        return false;
    }

    /** Names that end with a letter of another script are in no column of the table. */
    private boolean namesInOtherScripts() {
        int length = text.length();
        work.add(length);
        int start = 0;
        for (int i = 0; i <= length; i++) {
            char c = i < length ? text.charAt(i) : ' ';
            if (Chars.isName(c)) {
                continue;
            }
            if (i > start && text.charAt(i - 1) >= 128) {
                int from = SecretNames.startOfPhrase(text, Math.max(start, i - SecretNames.MAX_NAME), i);
                if (SecretNames.of(text, from, i) != null) {
                    return true;
                }
            }
            start = i + 1;
        }
        return false;
    }

    /** Makes the table of the automaton. */
    private static final class Builder {
        private final List<short[]> next = new ArrayList<>();
        private final List<Integer> ends = new ArrayList<>();
        private final List<List<Integer>> lengths = new ArrayList<>();

        Builder() {
            state();
        }

        private int state() {
            next.add(new short[CLASSES]);
            ends.add(0);
            lengths.add(new ArrayList<>());
            return next.size() - 1;
        }

        void add(String word, int kind) {
            int state = 0;
            for (int i = 0; i < word.length(); i++) {
                char c = word.charAt(i);
                int column = c < 128 ? COLUMNS[c] : 0;
                if (column == 0) {
                    return;
                }
                if (next.get(state)[column] == 0) {
                    next.get(state)[column] = (short) state();
                }
                state = next.get(state)[column];
            }
            ends.set(state, ends.get(state) | kind);
            if ((kind & (WORD | CALL | FORM)) != 0 && !lengths.get(state).contains(word.length())) {
                lengths.get(state).add(word.length());
            }
        }

        void link() {
            int[] suffix = new int[next.size()];
            var waiting = new ArrayDeque<Integer>();
            for (short child : next.getFirst()) {
                if (child != 0) {
                    waiting.add((int) child);
                }
            }
            while (!waiting.isEmpty()) {
                int state = waiting.remove();
                int shorter = suffix[state];
                ends.set(state, ends.get(state) | ends.get(shorter));
                for (int length : lengths.get(shorter)) {
                    if (!lengths.get(state).contains(length)) {
                        lengths.get(state).add(length);
                    }
                }
                for (int column = 0; column < CLASSES; column++) {
                    int child = next.get(state)[column];
                    int otherwise = next.get(shorter)[column];
                    if (child == 0) {
                        next.get(state)[column] = (short) otherwise;
                    } else {
                        suffix[child] = otherwise;
                        waiting.add(child);
                    }
                }
            }
        }

        short[] next() {
            short[] table = new short[next.size() * CLASSES];
            for (int state = 0; state < next.size(); state++) {
                System.arraycopy(next.get(state), 0, table, state * CLASSES, CLASSES);
            }
            return table;
        }

        byte[] ends() {
            byte[] all = new byte[ends.size()];
            for (int i = 0; i < all.length; i++) {
                all[i] = ends.get(i).byteValue();
            }
            return all;
        }

        int[][] lengths() {
            return lengths.stream()
                    .map(each -> each.stream().mapToInt(Integer::intValue).toArray())
                    .toArray(int[][]::new);
        }
    }
}

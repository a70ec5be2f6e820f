package io.openclaw.gateway.common.inspection;

import io.openclaw.gateway.common.text.FoldedText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Recognises instructions in languages other than English: rows of words with gaps of bounded length, which the resource {@code
 * injection-phrases.txt} lists. A word, or a group of ideographs, is looked up once; the work is linear.
 */
final class Phrases {
    /** Where the scripts begin that set no blanks between words. */
    static final char FIRST_IDEOGRAPH = 0x3000;

    private static final int MAX_GAP = 40;
    private static final int MAX_TAIL = 200;
    private static final int MAX_GROUP = 6;

    /** Takes a phrase that was found. */
    interface Listener {
        void found(String kind, int start, int end, int tail);
    }

    /** A phrase has two words or three, each one of several. */
    private record Row(String kind, int words) {}

    private record Step(int row, int index) {}

    private static final List<Row> ROWS = new ArrayList<>();
    private static final Map<String, List<Step>> STEPS = new HashMap<>();
    private static final boolean[] FIRST = new boolean[0x10000];
    private static final int MAX_WORD;

    static {
        int longest = 0;
        for (String line : lines()) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            int colon = line.indexOf(':');
            String[] words = line.substring(colon + 1).split("/", -1);
            int row = ROWS.size();
            ROWS.add(new Row(line.substring(0, colon).strip(), words.length));
            for (int i = 0; i < words.length; i++) {
                for (String word : words[i].strip().split("\\s+", -1)) {
                    String folded = FoldedText.of(word).text().toLowerCase(Locale.ROOT);
                    STEPS.computeIfAbsent(folded, key -> new ArrayList<>()).add(new Step(row, i));
                    FIRST[folded.charAt(0)] = true;
                    longest = Math.max(longest, folded.length());
                }
            }
        }
        MAX_WORD = longest;
    }

    private final Listener listener;
    private final int[] next = new int[ROWS.size()];
    private final int[] starts = new int[ROWS.size()];
    private final int[] ends = new int[ROWS.size()];
    private boolean begun;

    Phrases(Listener listener) {
        this.listener = listener;
    }

    private static List<String> lines() {
        try (InputStream in = Phrases.class.getResourceAsStream("injection-phrases.txt")) {
            if (in == null) {
                throw new IllegalStateException("The resource injection-phrases.txt is missing.");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A sentence ends: what follows goes on with no phrase. */
    void clear() {
        if (begun) {
            Arrays.fill(next, 0);
            begun = false;
        }
    }

    /** Takes a word of the text. */
    void word(String text, int start, int end) {
        int length = end - start;
        char first = text.charAt(start);
        if (length > MAX_WORD || !FIRST[first < 128 ? first | 0x20 : first]) {
            return;
        }
        List<Step> steps = STEPS.get(text.substring(start, end).toLowerCase(Locale.ROOT));
        if (steps != null) {
            take(steps, start, end);
        }
    }

    /** Takes the groups of ideographs that begin there; returns how many characters it looked at. */
    int ideograph(String text, int start) {
        if (!FIRST[text.charAt(start)]) {
            if (text.charAt(start) == '\u3002') {
                clear();
            }
            return 1;
        }
        int most = Math.min(MAX_GROUP, text.length() - start);
        for (int length = most; length > 0; length--) {
            List<Step> steps = STEPS.get(text.substring(start, start + length));
            if (steps != null) {
                take(steps, start, start + length);
                return most;
            }
        }
        return most;
    }

    private void take(List<Step> steps, int start, int end) {
        for (Step step : steps) {
            int row = step.row;
            if (step.index == 0) {
                next[row] = 1;
                starts[row] = start;
                ends[row] = end;
                begun = true;
            } else if (next[row] == step.index && start >= ends[row] && start - ends[row] <= MAX_GAP) {
                ends[row] = end;
                next[row]++;
                if (next[row] == ROWS.get(row).words) {
                    next[row] = 0;
                    listener.found(ROWS.get(row).kind, starts[row], end, MAX_TAIL);
                }
            }
        }
    }
}

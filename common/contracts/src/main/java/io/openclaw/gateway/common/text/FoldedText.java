package io.openclaw.gateway.common.text;

import java.text.Normalizer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A text as a search reads it, with the way back to the text as it was written: compatibility forms decomposed (Unicode NFKD:
 * full-width letters, ligatures), combining marks and default-ignorable characters (soft hyphens, zero-width characters) left
 * out, and letters of other scripts that look like Latin ones written as these. Case stays. ASCII texts stay as they are and
 * cost one look at each character; the work is linear in the length of the text.
 */
public final class FoldedText {
    private static final char STRIPPED = 0;
    private static final char SEVERAL = 0xFFFF;

    /** Cyrillic, Greek and Armenian letters, each with the Latin letter that it looks like. */
    private static final String LOOK_ALIKES = "аaеeоoрpсcуyхxіiјjѕsһhԁdԛqԝwѵvкkмmтtвbнhАAВBЕEКKМMНHОOРPСCТTХXУYІIЈJЅS"
            + "αaεeιiκkοoρpτtυuχxνvΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXօoսuոnհhցg";
    /** Letters with a stroke, which Unicode does not decompose, and punctuation of other scripts. */
    private static final String STROKES = "łlŁLøoØOđdĐDħhıiŧt‘'’'‚'“\"”\"„\"«\"»\"「\"」\"『\"』\"‐-‑-−-。.、,،,؛;";

    private final String original;
    private final String text;
    private final int @Nullable [] starts;

    private FoldedText(String original, String text, int @Nullable [] starts) {
        this.original = original;
        this.text = text;
        this.starts = starts;
    }

    /** Folds a text. */
    public static FoldedText of(String original) {
        int length = original.length();
        for (int i = 0; i < length; i++) {
            if (original.charAt(i) >= 128) {
                return folded(original, i);
            }
        }
        return new FoldedText(original, original, null);
    }

    /** Returns a text as it is, without folding it. */
    public static FoldedText asItIs(String text) {
        return new FoldedText(text, text, null);
    }

    private static FoldedText folded(String original, int from) {
        int length = original.length();
        var text = new StringBuilder(length).append(original, 0, from);
        // Positions differ only behind the first character that has become none, or several.
        int[] starts = null;
        for (int i = from; i < length; ) {
            char c = original.charAt(i);
            int size = 1;
            int at = text.length();
            if (c < 128) {
                text.append(c);
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < length
                    && Character.isLowSurrogate(original.charAt(i + 1))) {
                size = 2;
                supplementary(original, i, text);
            } else {
                char folded = Table.FOLDED[c];
                if (folded == SEVERAL) {
                    text.append(c == SEVERAL ? String.valueOf(c) : decomposed(String.valueOf(c)));
                } else if (folded != STRIPPED) {
                    text.append(folded);
                }
            }
            int grown = text.length() - at;
            if (starts == null && (grown != size || (size == 2 && grown == 2 && text.charAt(at) != c))) {
                starts = new int[length + 16];
                for (int each = 0; each < at; each++) {
                    starts[each] = each;
                }
            }
            if (starts != null) {
                if (at + grown >= starts.length) {
                    starts = Arrays.copyOf(starts, Math.max(at + grown + 1, starts.length * 2));
                }
                Arrays.fill(starts, at, at + grown, i);
            }
            i += size;
        }
        return new FoldedText(original, text.toString(), starts);
    }

    private static void supplementary(String original, int at, StringBuilder text) {
        int code = original.codePointAt(at);
        if (code >= 0xE0000 && code <= 0xE0FFF) {
            return;
        }
        boolean styled = (code >= 0x1D400 && code <= 0x1D7FF) || (code >= 0x1F100 && code <= 0x1F1FF);
        text.append(styled ? decomposed(Character.toString(code)) : original.substring(at, at + 2));
    }

    private static String decomposed(String written) {
        String decomposed = Normalizer.normalize(written, Normalizer.Form.NFKD);
        var text = new StringBuilder(decomposed.length());
        for (int i = 0; i < decomposed.length(); i++) {
            char c = decomposed.charAt(i);
            if (!isLeftOut(c)) {
                text.append(c);
            }
        }
        return text.toString();
    }

    /** Combining marks, and what a reader does not see (Unicode's Default_Ignorable_Code_Point). */
    private static boolean isLeftOut(char c) {
        if (c < 0xAD) {
            return false;
        }
        return Character.getType(c) == Character.NON_SPACING_MARK
                || c == 0xAD
                || c == 0x61C
                || c == 0x115F
                || c == 0x1160
                || (c >= 0x17B4 && c <= 0x17B5)
                || (c >= 0x180B && c <= 0x180F)
                || (c >= 0x200B && c <= 0x200F)
                || (c >= 0x202A && c <= 0x202E)
                || (c >= 0x2060 && c <= 0x206F)
                || c == 0x3164
                || c == 0xFEFF
                || c == 0xFFA0
                || (c >= 0xFFF0 && c <= 0xFFF8);
    }

    /** Returns the folded text. */
    public String text() {
        return text;
    }

    /** Returns the text as it was written. */
    public String original() {
        return original;
    }

    /** Tells whether folding changed nothing. */
    public boolean isUnchanged() {
        return text.equals(original);
    }

    /** Returns where in the original a part of the folded text that begins there begins. */
    public int start(int at) {
        int[] map = starts;
        if (map == null) {
            return at;
        }
        return at < text.length() ? map[at] : original.length();
    }

    /** Returns where in the original a part of the folded text that ends there ends. */
    public int end(int at) {
        int[] map = starts;
        if (map == null || at == 0) {
            return at;
        }
        int last = map[at - 1];
        return last + Character.charCount(original.codePointAt(last));
    }

    /** What each character of the Basic Multilingual Plane becomes; made when the first text needs it. */
    private static final class Table {
        static final char[] FOLDED = new char[0x10000];

        static {
            for (int c = 0; c < FOLDED.length; c++) {
                FOLDED[c] = fold((char) c);
            }
            for (String pairs : new String[] {LOOK_ALIKES, STROKES}) {
                for (int i = 0; i < pairs.length(); i += 2) {
                    FOLDED[pairs.charAt(i)] = pairs.charAt(i + 1);
                }
            }
            for (int c = 128; c < FOLDED.length; c++) {
                char folded = FOLDED[c];
                if (folded != STRIPPED && folded != SEVERAL) {
                    FOLDED[c] = FOLDED[folded] == STRIPPED ? folded : FOLDED[folded];
                }
            }
        }

        private static char fold(char c) {
            if (c < 128 || c == SEVERAL) {
                return c;
            }
            if (isLeftOut(c)) {
                return STRIPPED;
            }
            boolean plain = (c >= 0x2E80 && c <= 0x2FFF)
                    || (c >= 0x3400 && c <= 0x9FFF)
                    || (c >= 0xA000 && c <= 0xABFF)
                    || (c >= 0xAC00 && c <= 0xF8FF);
            if (plain) {
                return c;
            }
            String decomposed = decomposed(String.valueOf(c));
            return decomposed.length() == 1 ? decomposed.charAt(0) : decomposed.isEmpty() ? STRIPPED : SEVERAL;
        }
    }
}

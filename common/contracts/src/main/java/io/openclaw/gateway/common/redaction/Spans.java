package io.openclaw.gateway.common.redaction;

import io.openclaw.gateway.common.text.FoldedText;
import java.util.Arrays;

/** Parts of one text that are masked, each with what it is; parts that overlap become one. */
final class Spans {
    private record Span(int start, int end, String kind) {}

    private Span[] spans = new Span[4];
    private int size;
    private boolean sorted = true;

    void add(int start, int end, String kind) {
        if (size == spans.length) {
            spans = Arrays.copyOf(spans, size * 2);
        }
        sorted &= size == 0 || spans[size - 1].start <= start;
        spans[size++] = new Span(start, end, kind);
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Returns the text with a mask in place of each part. */
    String masked(String text) {
        return masked(FoldedText.asItIs(text), new Work());
    }

    /**
     * Returns the text as it was written with a mask in place of each part of its folded form.
     *
     * @param work keeps what is masked
     */
    String masked(FoldedText folded, Work work) {
        String text = folded.original();
        if (size == 0) {
            return text;
        }
        if (!sorted) {
            Arrays.sort(spans, 0, size, (a, b) -> Integer.compare(a.start, b.start));
        }
        var masked = new StringBuilder(text.length() + 32 * size);
        int done = 0;
        for (int i = 0; i < size; ) {
            int start = spans[i].start;
            int end = spans[i].end;
            String kind = spans[i].kind;
            int longest = end - start;
            for (i++; i < size && spans[i].start < end; i++) {
                end = Math.max(end, spans[i].end);
                if (spans[i].end - spans[i].start > longest) {
                    longest = spans[i].end - spans[i].start;
                    kind = spans[i].kind;
                }
            }
            int from = folded.start(start);
            int to = folded.end(end);
            if (from < done) {
                // Characters that become several may be shared by two parts.
                from = done;
            }
            if (to <= from) {
                continue;
            }
            work.masked().add(text.substring(from, to), kind);
            masked.append(text, done, from).append(mask(kind, to - from));
            done = to;
        }
        return masked.append(text, done, text.length()).toString();
    }

    /** Returns what stands in place of a secret of this kind and length. */
    static String mask(String kind, int length) {
        return Redactor.MASK + " " + kind + ", " + length + (length == 1 ? " character]" : " characters]");
    }

    /** Returns the end of a mask that starts there; -1 if none does. */
    static int endOfMask(String text, int start) {
        if (!text.startsWith(Redactor.MASK, start)) {
            return -1;
        }
        int end = text.indexOf(']', start, Math.min(text.length(), start + 80));
        if (end < 0) {
            return -1;
        }
        String inside = text.substring(start + Redactor.MASK.length(), end);
        return inside.isEmpty() || inside.matches(" [A-Za-z ]{1,30}, [0-9]{1,9} characters?|: [a-z ]{1,30}")
                ? end + 1
                : -1;
    }
}

package io.openclaw.gateway.vetting.core.shell;

import java.util.List;

/**
 * One word of a command after expansion.
 *
 * @param text the word; a part that is not known stands in it as <code>${NAME}</code> or {@code $()}
 * @param marks bits of {@link Mark}
 */
public record Argument(String text, int marks) {
    /** Returns words as one text, a blank between them, with the marks of all. */
    static Argument joined(List<Argument> words) {
        var text = new StringBuilder();
        int marks = 0;
        for (Argument word : words) {
            text.append(text.isEmpty() ? "" : " ").append(word.text());
            marks |= word.marks();
        }
        return new Argument(text.toString(), marks);
    }

    static Argument of(String text) {
        return new Argument(text, 0);
    }

    /** Tells whether a part of it is not written down. */
    public boolean isUnknown() {
        return Mark.UNKNOWN.in(marks);
    }

    /** Returns the rest of it, from a character on. */
    Argument from(int start) {
        return new Argument(text.substring(start), marks);
    }

    Argument marked(int more) {
        return more == 0 ? this : new Argument(text, marks | more);
    }
}

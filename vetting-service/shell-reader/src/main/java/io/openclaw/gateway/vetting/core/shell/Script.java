package io.openclaw.gateway.vetting.core.shell;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The grammar of a shell script: pipelines, one after the other. */
record Script(List<Pipeline> pipelines) {

    /** Commands joined by {@code |}; {@code background} if an {@code &} follows. */
    record Pipeline(List<Command> commands, boolean background) {}

    /** What stands between two {@code |}. */
    sealed interface Command {}

    /** {@code A=1 program argument… >target}. */
    record Simple(List<Assignment> assignments, List<Word> words, List<Redirect> redirects) implements Command {}

    /** {@code ( … )} or {@code { …; }}. */
    record Group(Script body, boolean subshell, List<Redirect> redirects) implements Command {}

    /** {@code if} and {@code case}: what is run first, and what may be run then. */
    record Choice(Script first, List<Script> branches, List<Redirect> redirects) implements Command {}

    /**
     * {@code for}, {@code select}, {@code while} and {@code until}.
     *
     * @param variable the name that {@code for} sets, if any
     * @param items what {@code for} goes through; {@code null} if that is not written down
     * @param condition what {@code while} and {@code until} ask
     * @param header the three expressions of {@code for ((…))}
     */
    record Loop(
            @Nullable String variable,
            @Nullable List<Word> items,
            @Nullable Script condition,
            @Nullable String header,
            Script body,
            List<Redirect> redirects)
            implements Command {}

    /** {@code name() { … }}. */
    record Function(String name, Command body) implements Command {}

    /** {@code name=value}, {@code name+=value} or {@code name=(…)}. */
    record Assignment(
            String name,
            boolean appending,
            Word value,
            @Nullable List<Word> elements) {}

    /**
     * {@code >target} and its kind.
     *
     * @param operator as written, without the number before it
     * @param target a file, or for a here-document or here-string its text
     */
    record Redirect(String operator, Word target) {
        boolean isText() {
            return operator.startsWith("<<");
        }

        boolean isRead() {
            return operator.equals("<") || operator.equals("<>");
        }

        boolean isWrite() {
            return operator.startsWith(">") || operator.startsWith("&>");
        }
    }

    /** A word before expansion. */
    record Word(List<Part> parts) {
        static final Word EMPTY = new Word(List.of());

        /** Returns the text of a word without any quoting or expansion, or {@code null} if it has some. */
        @Nullable
        String plain() {
            if (parts.isEmpty()) {
                return "";
            }
            return parts.size() == 1 && parts.getFirst() instanceof Text text && !text.quoted() ? text.text() : null;
        }
    }

    /** A piece of a word. */
    sealed interface Part {}

    record Text(String text, boolean quoted) implements Part {}

    /**
     * {@code $name} or <code>${name operator operand}</code>.
     *
     * @param operator such as {@code :-}, {@code #}, {@code //}; empty if there is none
     */
    record Parameter(String name, String operator, Word operand, boolean quoted) implements Part {}

    /** {@code $(…)} or backquotes. */
    record Substitution(Script body, boolean quoted) implements Part {}

    /** {@code <(…)} or {@code >(…)}. */
    record ProcessSubstitution(Script body, boolean output) implements Part {}

    /** {@code $((…))}; the substitutions in it are run. */
    record Arithmetic(Word expression) implements Part {}

    /** {@code {a,b}}. */
    record Braces(List<Word> alternatives) implements Part {}
}

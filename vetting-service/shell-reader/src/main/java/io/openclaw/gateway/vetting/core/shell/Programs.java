package io.openclaw.gateway.vetting.core.shell;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the reader has to know about programs and files; the rule packs say it. */
public interface Programs {

    /** How a program takes its arguments. */
    interface Syntax {
        /** Tells whether a flag takes the next argument as its value. */
        boolean takesValue(String flag);

        /** Tells whether {@code -rf} means {@code -r -f}; some programs have long flags with a single dash. */
        boolean clustersFlags();
    }

    /**
     * How a program runs another one that stands in its arguments.
     *
     * @param skip how many operands stand before that program
     * @param subcommand the word that has to come first, if any, such as {@code exec}
     * @param afterDashes whether the program stands behind {@code --}
     * @param joined whether the rest is one text for a shell, as for {@code ssh}
     */
    record Wrapper(int skip, @Nullable String subcommand, boolean afterDashes, boolean joined) {}

    /**
     * Which options of a program are run.
     *
     * @param shell options whose value a shell runs
     * @param files options whose value is a file that is run or loaded
     * @param keys settings that a shell runs, by the option that takes {@code NAME=VALUE}, such as {@code -o ProxyCommand=…}
     */
    record Runs(Set<String> shell, Set<String> files, Map<String, List<String>> keys) {}

    /** Returns which options of a program are run, or {@code null} if none is. */
    @Nullable
    Runs runs(String program);

    /** Returns how a program takes its arguments; a default for one that nobody described. */
    Syntax syntax(String program);

    /** Returns how a program runs another one, or {@code null} if it does not. */
    @Nullable
    Wrapper wrapper(String program);

    /** Tells whether a program has a tag, such as {@code download}, {@code shell} or {@code interpreter}. */
    boolean tagged(String program, String tag);

    /** Tells whether credentials are kept in a file. */
    boolean isSecretFile(String path);

    /** Tells whether a variable's name says that it holds a credential. */
    boolean isSecretName(String variable);

    /** Tells whether it is known what a program does. */
    boolean isDescribed(String program);

    /** Returns the names of all programs that a rule names, for finding out what a pattern in a name may stand for. */
    Set<String> known();
}

package io.openclaw.gateway.vetting.core.rule;

import io.openclaw.gateway.vetting.core.effect.UseText;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One file of a rule pack.
 *
 * @param programs how programs take their arguments; later files add to what earlier ones say
 * @param classes classes of arguments
 * @param tags names of programs of a kind
 * @param rules what is dangerous
 */
record PackText(
        @Nullable Map<String, ProgramText> programs,
        @Nullable Map<String, ArgumentClass.Text> classes,
        @Nullable Map<String, List<String>> tags,
        @Nullable List<Rule> rules) {

    /**
     * @param valued flags that take the next argument as their value
     * @param longFlags whether flags of several letters have a single dash, so that {@code -rf} is one flag
     * @param wraps how it runs another program
     * @param uses what it does with its arguments
     * @param verbs how its subcommands say what they do
     * @param harmless flags with which it does nothing; {@code none} if not even {@code --help} is one
     * @param runs which of its options are run
     * @param example a command and the effect that it has, in normal form; a test holds it
     */
    record ProgramText(
            @Nullable List<String> valued,
            @Nullable Boolean longFlags,
            @Nullable WrapText wraps,
            @Nullable List<UseText> uses,
            UseText.@Nullable VerbsText verbs,
            @Nullable List<String> harmless,
            @Nullable RunsText runs,
            @Nullable Map<String, String> example) {}

    /** See {@link io.openclaw.gateway.vetting.core.shell.Programs.Runs}. */
    record RunsText(
            @Nullable List<String> shell,
            @Nullable List<String> files,
            @Nullable Map<String, List<String>> keys) {}

    /** See {@link io.openclaw.gateway.vetting.core.shell.Programs.Wrapper}. */
    record WrapText(
            @Nullable Integer skip,
            @Nullable String subcommand,
            @Nullable Boolean afterDashes,
            @Nullable Boolean joined) {}
}

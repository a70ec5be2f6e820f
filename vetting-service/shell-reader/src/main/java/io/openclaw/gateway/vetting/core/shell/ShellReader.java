package io.openclaw.gateway.vetting.core.shell;

import java.util.List;

/** Reads a text as a shell would: what commands would it run? It never throws, and its work is bounded. */
public final class ShellReader {
    /** The longest text that is looked at whole, in characters. */
    public static final int MAX_LENGTH = 128 * 1024;

    private final Programs programs;

    public ShellReader(Programs programs) {
        this.programs = programs;
    }

    /** Reads a shell script, or a statement of SQL that stands where one should. */
    public Reading read(String text) {
        return read(text, Surroundings.NONE);
    }

    /** Reads a shell script that is run in a directory, with variables and input that are given apart from it. */
    public Reading read(String text, Surroundings surroundings) {
        if (text.length() > MAX_LENGTH) {
            return new Reading(List.of(), List.of("it is longer than " + MAX_LENGTH + " characters"));
        }
        if (SqlStatements.looksLike(text)) {
            return new Reading(SqlStatements.read(text), List.of());
        }
        return new Evaluator(programs, surroundings).read(text);
    }

    /** Reads a script of PowerShell or of the Windows command prompt; what is not known of it is a doubt. */
    public Reading readPowerShell(String text, Surroundings surroundings) {
        if (text.length() > MAX_LENGTH) {
            return new Reading(List.of(), List.of("it is longer than " + MAX_LENGTH + " characters"));
        }
        return new Evaluator(programs, surroundings).readPowerShell(text);
    }

    /** Reads a command that needs no shell: its words are what they are. */
    public Reading read(List<String> words) {
        return read(words, Surroundings.NONE);
    }

    /** Reads a command that needs no shell, and is run in a directory, with variables and input that are given apart from it. */
    public Reading read(List<String> words, Surroundings surroundings) {
        return new Evaluator(programs, surroundings)
                .read(words.stream().map(Argument::of).toList());
    }

    /**
     * Reads code of another language for the commands, files and requests in it.
     *
     * @param language a name that {@link Languages} knows; code of a language that it does not know is a doubt
     */
    public Reading readCode(String language, String code, Surroundings surroundings) {
        if (code.length() > MAX_LENGTH) {
            return new Reading(List.of(), List.of("its code is longer than " + MAX_LENGTH + " characters"));
        }
        return new Evaluator(programs, surroundings).readCode(language, code);
    }
}

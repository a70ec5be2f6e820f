package io.openclaw.gateway.vetting.core.shell;

import java.util.List;

/**
 * One command in normal form: as it would be run, with quoting, expansion and wrappers undone.
 *
 * <p>What is no program is written as one: {@code :assign NAME VALUE}, {@code :redirect}, {@code :run-file PATH}, {@code
 * :loop}, {@code :fork-bomb}, {@code read PATH} and {@code write PATH} (of code and of file tools), {@code http METHOD
 * URL}, and {@code :sql} with the statement's words.
 *
 * @param program the name of the program, in lower case and without its directory
 * @param path the program as it is called
 * @param arguments what it is given
 * @param input bits of {@link Mark} for what it reads from standard input
 * @param writes the files that its output is redirected to
 * @param reads the files that its input is redirected from
 * @param via the wrappers it is run by, outermost first, such as {@code sudo} or {@code ssh host}
 * @param directory where it is run, relative to the agent's own directory, or absolute
 */
public record Invocation(
        String program,
        String path,
        List<Argument> arguments,
        int input,
        List<Argument> writes,
        List<Argument> reads,
        List<String> via,
        String directory) {

    /** Makes an invocation of something that is no program of its own. */
    public static Invocation of(String program, List<Argument> arguments) {
        return new Invocation(program, program, arguments, 0, List.of(), List.of(), List.of(), "");
    }

    /** Returns the command as one line. */
    public String line() {
        var line = new StringBuilder();
        via.forEach(wrapper -> line.append('[').append(wrapper).append("] "));
        line.append(program);
        arguments.forEach(argument -> line.append(' ').append(shown(argument.text())));
        reads.forEach(source -> line.append(" <").append(source.text()));
        writes.forEach(target -> line.append(" >").append(target.text()));
        return line.toString();
    }

    private static String shown(String text) {
        return text.isEmpty() || text.indexOf(' ') >= 0 || text.indexOf('\n') >= 0
                ? "'" + text.replace("\n", "\\n") + "'"
                : text;
    }
}

package io.openclaw.gateway.policy.cli;

import io.openclaw.gateway.policy.core.InvalidPolicyException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/** Thrown when a command cannot be done; the message says why, and what to do. */
final class CliException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CliException(String message) {
        super(message);
    }

    /**
     * Runs a command line, and prints what goes wrong as one line for people.
     *
     * @return the exit status: of the command, 1 for a policy that is not valid, else 2
     */
    static int exitStatusOf(CommandLine commands, String name, String[] args, PrintStream out, PrintStream err) {
        return commands.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .setParameterExceptionHandler((problem, arguments) -> {
                    err.println(name + ": " + problem.getMessage());
                    commands.usage(err);
                    return 2;
                })
                .setExecutionExceptionHandler((problem, command, parsed) -> switch (problem) {
                    case InvalidPolicyException invalid -> {
                        invalid.problems().forEach(each -> err.println("error: " + each));
                        yield 1;
                    }
                    case CliException cli -> refused(err, name, cli);
                    case IOException io -> refused(err, name, io);
                    default -> throw problem;
                })
                .execute(args);
    }

    private static int refused(PrintStream err, String name, Exception why) {
        err.println(name + ": " + why.getMessage());
        return 2;
    }
}

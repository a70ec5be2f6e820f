package io.openclaw.gateway.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/** Starts what tests need: on a machine that does other work too, one start may fail. */
public final class Attempts {
    private static final int LINES = 40;

    private Attempts() {}

    /**
     * Starts something; if that fails, once more.
     *
     * @param what is started, for the message
     * @throws IllegalStateException if the second start fails too, with both reasons; the next caller may try again
     */
    public static <T> T twice(String what, Supplier<T> start) {
        try {
            return start.get();
        } catch (RuntimeException | AssertionError first) {
            System.err.println(what + " did not start, and is tried once more: " + first.getMessage());
            try {
                return start.get();
            } catch (RuntimeException | AssertionError second) {
                var failed = new IllegalStateException(what + " did not start twice: " + second.getMessage(), second);
                failed.addSuppressed(first);
                throw failed;
            }
        }
    }

    /** Returns the last lines of a log, for the message of a start that failed. */
    public static String tail(Path log) {
        try {
            List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
            return "the end of " + log + ":\n"
                    + String.join("\n", lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + log, e);
        }
    }
}

package io.openclaw.gateway.vetting.core.shell;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a command is given beside its own text, as if it followed a {@code cd}, assignments and a pipe.
 *
 * @param directory where it is run, relative to the agent's own directory, or absolute; empty for that directory itself
 * @param environment variables that are set for it, by name
 * @param input what it reads from standard input; {@code null} if nobody says
 * @param downloaded files that earlier commands fetched, as resolved paths
 */
public record Surroundings(
        String directory,
        Map<String, String> environment,
        @Nullable String input,
        Set<String> downloaded) {
    /** The agent's own directory, and nothing else. */
    public static final Surroundings NONE = new Surroundings("", Map.of(), null, Set.of());

    public Surroundings {
        environment = Map.copyOf(environment);
        downloaded = Set.copyOf(downloaded);
    }

    public Surroundings(String directory, Map<String, String> environment, @Nullable String input) {
        this(directory, environment, input, Set.of());
    }

    /** Returns the same with files that earlier commands fetched. */
    public Surroundings after(Set<String> files) {
        return files.isEmpty() ? this : new Surroundings(directory, environment, input, files);
    }
}

package io.openclaw.gateway.common.policy;

import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Secrets of upstreams, which a policy names and does not hold: {@code ${UPSTREAM_NAME}} stands for a variable of the
 * executor's environment. No other variable can be named, so that a policy cannot send the gateway's own secrets away.
 */
public final class Secrets {
    /** What the name of every variable that a policy may name begins with. */
    public static final String PREFIX = "UPSTREAM_";

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([^}]*)}");
    private static final Pattern NAME = Pattern.compile("UPSTREAM_[A-Z0-9_]{1,100}");

    private Secrets() {}

    /** Returns what is wrong with the references in a text, if anything is. */
    public static Optional<String> problemWith(String text) {
        Matcher references = REFERENCE.matcher(text);
        while (references.find()) {
            if (!NAME.matcher(references.group(1)).matches()) {
                return Optional.of(
                        "${" + references.group(1) + "} names no secret of an upstream: its name has to begin"
                                + " with " + PREFIX + ", in capitals");
            }
        }
        return Optional.empty();
    }

    /**
     * Returns a text with the secrets that it names.
     *
     * @param variables finds the value of a variable
     * @throws IllegalStateException naming a variable that is not set
     */
    public static String resolve(String text, Function<String, @Nullable String> variables) {
        var resolved = new StringBuilder();
        Matcher references = REFERENCE.matcher(text);
        while (references.find()) {
            String name = references.group(1);
            String value = NAME.matcher(name).matches() ? variables.apply(name) : null;
            if (value == null || value.isBlank()) {
                throw new IllegalStateException(
                        name + " is not set: put it into the environment, or the .env file, of the executor");
            }
            references.appendReplacement(resolved, Matcher.quoteReplacement(value));
        }
        return references.appendTail(resolved).toString();
    }
}

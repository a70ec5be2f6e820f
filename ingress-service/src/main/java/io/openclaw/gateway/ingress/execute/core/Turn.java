package io.openclaw.gateway.ingress.execute.core;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One answer of a model.
 *
 * @param number from 1
 * @param text what it said; masked
 * @param choices the tools that it chose; credentials in arguments are masked
 */
public record Turn(int number, @Nullable String text, List<Choice> choices, Instant at) {
    public Turn {
        choices = choices == null ? List.of() : List.copyOf(choices);
    }
}

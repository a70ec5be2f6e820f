package io.openclaw.gateway.approval.channel.core;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What may be answered through a channel, the least first. */
public enum Right {
    /** A message leads to the console, where the decision is made. */
    LINK,
    /** A call can be denied; anyone who wants to approve it does so at the console. */
    DENY,
    /** A call can be approved and denied. */
    APPROVE;

    /** Tells whether an action is within this right. */
    public boolean allows(Action action) {
        return switch (action) {
            case DETAILS -> true;
            case DENY -> this != LINK;
            case APPROVE -> this == APPROVE;
        };
    }

    /** Returns the lesser of two rights. */
    public Right and(Right other) {
        return compareTo(other) <= 0 ? this : other;
    }

    /**
     * Reads a right.
     *
     * @throws IllegalArgumentException naming the value and the rights that there are
     */
    public static Right of(String text) {
        return Arrays.stream(values())
                .filter(right -> right.name().equals(text.strip().toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + text + "' is no right; there are "
                        + Arrays.stream(values())
                                .map(right -> right.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", "))));
    }
}

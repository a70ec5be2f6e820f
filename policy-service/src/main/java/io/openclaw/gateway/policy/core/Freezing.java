package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.event.FreezeChanged;
import io.openclaw.gateway.common.policy.Freezes;
import java.time.Instant;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The rule of the kill switch: what is frozen has a reason, and only what is frozen can be set free. */
public final class Freezing {
    private static final int LONGEST_REASON = 1_000;

    private Freezing() {}

    /**
     * Freezes something.
     *
     * @throws IllegalArgumentException if there is no such thing, or no reason, or one of more than 1,000 characters
     */
    public static FreezeChanged freeze(@Nullable String scope, @Nullable String reason, String by, Instant at) {
        String why = reason == null ? "" : reason.strip();
        if (why.isEmpty()) {
            throw new IllegalArgumentException("'reason' is missing: agents that are refused are told it");
        }
        return change(String.valueOf(scope), true, why, by, at);
    }

    /**
     * Sets something free.
     *
     * @throws NoSuchElementException if it is not frozen
     * @throws IllegalArgumentException if the reason has more than 1,000 characters
     */
    public static FreezeChanged unfreeze(Freezes frozen, String scope, String reason, String by, Instant at) {
        if (frozen.all().stream().noneMatch(freeze -> freeze.scope().equals(scope))) {
            throw new NoSuchElementException("'" + scope + "' is not frozen");
        }
        return change(scope, false, reason.strip(), by, at);
    }

    private static FreezeChanged change(String scope, boolean frozen, String reason, String by, Instant at) {
        if (reason.length() > LONGEST_REASON) {
            throw new IllegalArgumentException("'reason' has " + reason.length() + " characters: it may have 1,000");
        }
        return new FreezeChanged(Freezes.scope(scope), frozen, reason, at, by, null, Map.of());
    }
}

package io.openclaw.gateway.ingress.core;

import java.time.Duration;

/** Thrown when an agent, or everybody together, has as much of something as may be had at once; answered with 429. */
public final class LimitExceededException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String slug;
    private final Duration retryAfter;

    /**
     * @param slug a stable word for programs, such as {@code too-many-calls}
     * @param message whose limit it is, how much it allows, and what to do
     * @param retryAfter after which the same request may succeed
     */
    public LimitExceededException(String slug, String message, Duration retryAfter) {
        super(message);
        this.slug = slug;
        this.retryAfter = retryAfter;
    }

    /** Returns a stable word for programs. */
    public String slug() {
        return slug;
    }

    /** Returns the value of {@code Retry-After} (RFC 9110 section 10.2.3): whole seconds, at least 1. */
    public long retryAfterSeconds() {
        return Math.max(1, retryAfter.plusMillis(999).toSeconds());
    }
}

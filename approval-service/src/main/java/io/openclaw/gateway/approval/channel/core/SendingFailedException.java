package io.openclaw.gateway.approval.channel.core;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Thrown when a vendor did not take a message; says what it said, and whether it is worth another try. */
public final class SendingFailedException extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int MAX_MESSAGE = 300;

    private final boolean mayPass;
    private final @Nullable Duration retryAfter;

    private SendingFailedException(String message, boolean mayPass, @Nullable Duration retryAfter) {
        super(PlainText.shortened(PlainText.of(message), MAX_MESSAGE));
        this.mayPass = mayPass;
        this.retryAfter = retryAfter;
    }

    /** The same message would be refused again. */
    public static SendingFailedException forGood(String message) {
        return new SendingFailedException(message, false, null);
    }

    /** The next try may do better. */
    public static SendingFailedException forNow(String message) {
        return new SendingFailedException(message, true, null);
    }

    /**
     * The vendor wants fewer messages.
     *
     * @param retryAfter how long it wants to be left alone, if it said so
     */
    public static SendingFailedException rateLimited(String message, @Nullable Duration retryAfter) {
        return new SendingFailedException(message, true, retryAfter);
    }

    /** Tells whether the next try may do better. */
    public boolean mayPass() {
        return mayPass;
    }

    /** Returns how long the vendor wants to be left alone; absent if it did not say. */
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }
}

package io.openclaw.gateway.ingress.inbox.core;

import org.jspecify.annotations.Nullable;

/** Thrown when a record of the inbox becomes no call. */
public final class RefusedRecordException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String type;
    private final long retryAfterSeconds;

    /**
     * @param type a stable word for programs, such as {@code wrong-signature}
     * @param message what was wrong, and what to do; holds nothing secret of the record
     */
    public RefusedRecordException(String type, String message) {
        this(type, message, 0, null);
    }

    /** @param retryAfterSeconds after which the same may succeed; 0 if time mends nothing */
    public RefusedRecordException(String type, String message, long retryAfterSeconds, @Nullable Throwable cause) {
        super(message, cause);
        this.type = type;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    /** Returns a stable word for programs. */
    public String type() {
        return type;
    }

    /** Returns after how many seconds the same may succeed; 0 if time mends nothing. */
    public long retryAfterSeconds() {
        return retryAfterSeconds;
    }

    /** Returns the type and the message, as a dead letter says it. */
    public String reason() {
        return type + ": " + getMessage();
    }
}

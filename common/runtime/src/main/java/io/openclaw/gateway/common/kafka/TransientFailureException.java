package io.openclaw.gateway.common.kafka;

/** Thrown by a stage that cannot do its work now, whatever the event: the batch comes again, and nothing is put aside. */
public final class TransientFailureException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TransientFailureException(String message, Throwable cause) {
        super(message, cause);
    }
}

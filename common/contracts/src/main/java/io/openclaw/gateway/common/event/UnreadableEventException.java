package io.openclaw.gateway.common.event;

/** Thrown for a record that is no event of a version that this build knows; the message is the dead-letter reason. */
public class UnreadableEventException extends Exception {
    private static final long serialVersionUID = 1L;

    public UnreadableEventException(String message) {
        super(message);
    }

    public UnreadableEventException(String message, Throwable cause) {
        super(message, cause);
    }
}

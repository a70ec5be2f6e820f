package io.openclaw.gateway.common.json;

/** Thrown for JSON that has no exact canonical form, so that two different texts would look the same. */
public final class InexactJsonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InexactJsonException(String message) {
        super(message);
    }

    public InexactJsonException(String message, Throwable cause) {
        super(message, cause);
    }
}

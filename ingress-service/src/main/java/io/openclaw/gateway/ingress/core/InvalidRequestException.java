package io.openclaw.gateway.ingress.core;

/** Thrown for a request that is no call; the message says what is wrong and what to do. */
public final class InvalidRequestException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidRequestException(String message) {
        super(message);
    }

    public InvalidRequestException(String message, Throwable cause) {
        super(message, cause);
    }
}

package io.openclaw.gateway.common.signing;

/** Thrown for a call whose evidence does not hold; the message says what is wrong with it. */
public final class UntrustedCallException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UntrustedCallException(String message) {
        super(message);
    }
}

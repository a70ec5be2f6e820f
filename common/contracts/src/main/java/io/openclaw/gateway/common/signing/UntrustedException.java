package io.openclaw.gateway.common.signing;

/** Thrown for a signature that is missing or does not hold; the message says what is wrong with it. */
public final class UntrustedException extends Exception {
    private static final long serialVersionUID = 1L;

    public UntrustedException(String message) {
        super(message);
    }
}

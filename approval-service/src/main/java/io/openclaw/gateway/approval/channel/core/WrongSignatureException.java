package io.openclaw.gateway.approval.channel.core;

/** Thrown when something came that is not signed as its vendor signs, or was signed too long ago; the message says which. */
public final class WrongSignatureException extends Exception {
    private static final long serialVersionUID = 1L;

    public WrongSignatureException(String message) {
        super(message);
    }
}

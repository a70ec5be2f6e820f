package io.openclaw.gateway.audit.core.tree;

/** Thrown when a note is not signed by a key that is known; the message says what is wrong. */
public final class UnsignedNoteException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnsignedNoteException(String message) {
        super(message);
    }
}

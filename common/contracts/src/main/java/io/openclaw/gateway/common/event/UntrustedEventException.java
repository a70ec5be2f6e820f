package io.openclaw.gateway.common.event;

/** Thrown for a record whose writer is not proven; the message says why. Nothing that it says may be believed. */
public final class UntrustedEventException extends UnreadableEventException {
    private static final long serialVersionUID = 1L;

    public UntrustedEventException(String message) {
        super(message);
    }
}

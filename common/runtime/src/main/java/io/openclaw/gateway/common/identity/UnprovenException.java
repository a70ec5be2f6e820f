package io.openclaw.gateway.common.identity;

/** Thrown when what somebody sent proves no agent; the message says why, and holds nothing of what was sent. */
public final class UnprovenException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final boolean mayBeTriedAgain;

    private UnprovenException(String message, boolean mayBeTriedAgain) {
        super(message);
        this.mayBeTriedAgain = mayBeTriedAgain;
    }

    static UnprovenException because(String why) {
        return new UnprovenException(why, false);
    }

    /** The proof may be good, and cannot be looked at now. */
    static UnprovenException fornow(String why) {
        return new UnprovenException(why, true);
    }

    /** Tells whether the same proof may be good later. */
    public boolean mayBeTriedAgain() {
        return mayBeTriedAgain;
    }
}

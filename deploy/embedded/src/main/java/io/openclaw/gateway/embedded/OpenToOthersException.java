package io.openclaw.gateway.embedded;

/** Thrown when the data directory is open to other users of the machine; the message is for a person. */
public final class OpenToOthersException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    OpenToOthersException(String message) {
        super(message);
    }
}

package io.openclaw.gateway.embedded;

/** Thrown when the disk has too little room to start on; the message is for a person. */
public final class NoRoomException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    NoRoomException(String message) {
        super(message);
    }
}

package io.openclaw.gateway.approval.core;

/** Thrown when a person's yes counts for nothing that a call still waits for; the message says for whom it waits. */
public final class NotAnApproverException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NotAnApproverException(String message) {
        super(message);
    }
}

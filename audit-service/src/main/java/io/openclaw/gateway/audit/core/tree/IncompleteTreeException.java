package io.openclaw.gateway.audit.core.tree;

/** Thrown when a part of the tree is asked for that it does not have; the message says which. */
public final class IncompleteTreeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public IncompleteTreeException(String message) {
        super(message);
    }
}

package io.openclaw.gateway.audit.core.tree;

/** Thrown when the tree is not a continuation of what was signed; the message says so to the operator. */
public final class RewrittenTreeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RewrittenTreeException(String message) {
        super(message);
    }
}

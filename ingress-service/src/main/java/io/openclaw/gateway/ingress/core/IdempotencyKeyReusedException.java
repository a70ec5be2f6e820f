package io.openclaw.gateway.ingress.core;

/** Thrown when an idempotency key comes again with another request. */
public final class IdempotencyKeyReusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public IdempotencyKeyReusedException(String key) {
        super("the idempotency key \"" + key + "\" already stands for a request with another tool or other arguments;"
                + " use a new key for a new request");
    }
}

package io.openclaw.gateway.ingress.core;

/** Thrown when this instance has as many calls under way as it may. */
public final class TooManyCallsException extends RuntimeException {
    private static final long serialVersionUID = 1L;
}

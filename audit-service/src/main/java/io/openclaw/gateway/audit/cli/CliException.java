package io.openclaw.gateway.audit.cli;

/** Thrown when a command cannot be done; the message says why, and what to do. */
final class CliException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CliException(String message) {
        super(message);
    }
}

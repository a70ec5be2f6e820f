package io.openclaw.gateway.executor.upstream;

/** Thrown when an upstream could not be reached, or did not answer. */
public final class UpstreamUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean started;

    /**
     * @param started whether the call may have reached the upstream
     */
    public UpstreamUnavailableException(String message, boolean started, Throwable cause) {
        super(message, cause);
        this.started = started;
    }

    /** Tells whether the call may have reached the upstream. */
    public boolean mayHaveStarted() {
        return started;
    }
}

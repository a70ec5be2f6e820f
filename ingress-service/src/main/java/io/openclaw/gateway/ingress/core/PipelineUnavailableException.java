package io.openclaw.gateway.ingress.core;

import org.jspecify.annotations.Nullable;

/** Thrown when a call cannot be handed to the pipeline; it was not run and can be asked for again. */
public final class PipelineUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PipelineUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

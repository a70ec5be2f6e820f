package io.openclaw.gateway.ingress.core;

import java.util.UUID;

/** Thrown for a call that ended so long ago that Kafka no longer keeps its result. */
public final class ResultGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ResultGoneException(UUID callId, String outcome, Throwable cause) {
        super("call " + callId + " ended " + outcome + "; its result is no longer kept", cause);
    }
}

package io.openclaw.gateway.ingress.core;

import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.Map;

/** What is known of a call. */
public sealed interface CallState {
    /** Returns the call. */
    ToolCall call();

    /** The stages are at it. */
    record Pending(ToolCall call) implements CallState {}

    /** A person has to decide, until the given instant. */
    record Waiting(ToolCall call, Instant expiresAt) implements CallState {}

    /**
     * Its agent's client has to answer something; see {@link io.openclaw.gateway.common.event.InputRequested}.
     *
     * @param round counts the times that the call asks, from 1
     * @param requests what it asks, by a key
     */
    record Asking(ToolCall call, int round, Map<String, RawJson> requests) implements CallState {}

    /** It is over. */
    record Ended(CallCompleted end) implements CallState {
        @Override
        public ToolCall call() {
            return end.call();
        }
    }
}

package io.openclaw.gateway.ingress.core;

import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallCompleted;
import java.time.Instant;

/** What is known of a call. */
public sealed interface CallState {
    /** Returns the call. */
    ToolCall call();

    /** The stages are at it. */
    record Pending(ToolCall call) implements CallState {}

    /** A person has to decide, until the given instant. */
    record Waiting(ToolCall call, Instant expiresAt) implements CallState {}

    /** It is over. */
    record Ended(CallCompleted end) implements CallState {
        @Override
        public ToolCall call() {
            return end.call();
        }
    }
}

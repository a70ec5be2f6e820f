package io.openclaw.gateway.common.event;

import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import java.util.List;

/** An event on the way of one call. Keyed by call id, except {@link CallRequested}. */
public sealed interface CallEvent extends GatewayEvent
        permits CallRequested, CallAuthorized, CallSuspected, CallEscalated, CallCleared, CallCompleted, CallWithdrawn {

    /** Returns the call. */
    ToolCall call();

    /** Returns the verdicts so far, in the order of the stages. */
    List<Verdict> verdicts();

    @Override
    default String key() {
        return call().callId().toString();
    }

    @Override
    default String subject() {
        return call().callId().toString();
    }
}

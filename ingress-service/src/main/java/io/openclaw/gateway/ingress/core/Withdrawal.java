package io.openclaw.gateway.ingress.core;

import io.openclaw.gateway.common.call.Outcome;

/** What an agent is told that withdraws a call. */
public enum Withdrawal {
    /** The call was cancelled; its error says whether anything of it may have taken effect. */
    CANCELLED,
    /** It is not known yet whether it is stopped: it runs, or a stage is at it. */
    UNDER_WAY,
    /** It had ended, or it ended otherwise than by being cancelled. */
    TOO_LATE;

    /**
     * Tells what came of a withdrawal.
     *
     * @param before what was known when the agent asked
     * @param after what is known now
     */
    public static Withdrawal of(CallState before, CallState after) {
        if (!(after instanceof CallState.Ended ended)) {
            return UNDER_WAY;
        }
        return before instanceof CallState.Ended || ended.end().outcome() != Outcome.CANCELLED ? TOO_LATE : CANCELLED;
    }
}

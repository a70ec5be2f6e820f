package io.openclaw.gateway.executor.core;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.json.RawJson;
import org.jspecify.annotations.Nullable;

/**
 * What came of running a call.
 *
 * @param result what the tool returned, if it did
 * @param error why it did not succeed, unless it did
 */
public record Answer(
        Outcome outcome, @Nullable RawJson result, @Nullable CallError error) {

    public static Answer succeeded(RawJson result) {
        return new Answer(Outcome.SUCCEEDED, result, null);
    }

    public static Answer failed(CallError error) {
        return new Answer(Outcome.FAILED, null, error);
    }

    /** The upstream ran it, or refused it, and what it said of that is kept. */
    public static Answer failed(CallError error, RawJson result) {
        return new Answer(Outcome.FAILED, result, error);
    }

    /** The call was cleared and is not run all the same. */
    public static Answer denied(CallError error) {
        return new Answer(Outcome.DENIED, null, error);
    }

    /** The call ends without a result. */
    public static Answer of(Outcome outcome, CallError error) {
        return new Answer(outcome, null, error);
    }

    /** The agent no longer wanted the call, and nobody had started it. */
    public static Answer cancelledBeforeItRan() {
        return of(Outcome.CANCELLED, CallError.of("cancelled", "The agent withdrew this call before it was started."));
    }

    /** The agent no longer wanted the call while it ran. */
    public static Answer cancelledWhileItRan() {
        return of(
                Outcome.CANCELLED,
                CallError.of(
                        "cancelled",
                        "The agent withdrew this call after it had begun, and it was not carried on. What it did until"
                                + " then may have taken effect."));
    }

    /** The call was started, and nobody can say whether it finished. */
    public static Answer unknown(String why) {
        return new Answer(
                Outcome.UNKNOWN,
                null,
                CallError.of(
                        "outcome_unknown",
                        why + " The call may or may not have taken effect; it was not run again. Look at the upstream"
                                + " before you ask for it again."));
    }
}

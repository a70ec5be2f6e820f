package io.openclaw.gateway.executor.core;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.event.FreezeChanged;
import io.openclaw.gateway.common.policy.Freezes;
import java.time.Instant;
import java.util.Optional;

/**
 * A call that this executor has claimed, and the last look at it before each attempt: a freeze, a withdrawal or the deadline stops it. An
 * attempt begins, or the call is withdrawn before it; never both. Safe for use by several threads.
 */
public final class ClaimedCall {
    private final ToolCall call;
    private boolean mayHaveStartedBefore;
    private boolean mayHaveStarted;
    private boolean withdrawn;

    private ClaimedCall(ToolCall call, boolean mayHaveStarted, boolean withdrawn) {
        this.call = call;
        this.mayHaveStarted = mayHaveStarted;
        this.mayHaveStartedBefore = mayHaveStarted;
        this.withdrawn = withdrawn;
    }

    /** Returns a call that nobody has started. */
    public static ClaimedCall notStarted(ToolCall call, boolean withdrawn) {
        return new ClaimedCall(call, false, withdrawn);
    }

    /** Returns a call whose executor died, which may have started it. */
    public static ClaimedCall ofAnEndedProcess(ToolCall call, boolean withdrawn) {
        return new ClaimedCall(call, true, withdrawn);
    }

    /** Returns the call. */
    public ToolCall call() {
        return call;
    }

    /** Begins an attempt; or returns how the call ends, because it must not be begun now. */
    public synchronized Optional<Answer> begin(Instant now, Freezes freezes) {
        Optional<Answer> refusal = refusal(now, freezes);
        if (refusal.isEmpty()) {
            mayHaveStartedBefore = mayHaveStarted;
            mayHaveStarted = true;
        }
        return refusal;
    }

    /** Notes that the attempt which was begun last did not reach the upstream. */
    public synchronized void didNotStart() {
        mayHaveStarted = mayHaveStartedBefore;
    }

    /** Tells whether the call may have taken effect, or begin to at this moment. */
    public synchronized boolean mayHaveStarted() {
        return mayHaveStarted;
    }

    /** Notes that the agent no longer wants the call: no further attempt begins. */
    public synchronized void withdraw() {
        withdrawn = true;
    }

    /** Returns how the call ends if nothing of it may begin now; empty if it may. */
    public synchronized Optional<Answer> refusal(Instant now, Freezes freezes) {
        if (withdrawn) {
            return Optional.of(mayHaveStarted ? Answer.cancelledWhileItRan() : Answer.cancelledBeforeItRan());
        }
        Optional<FreezeChanged> freeze = freezes.of(call);
        if (freeze.isPresent()) {
            String words = freeze.get().words();
            return Optional.of(
                    mayHaveStarted ? notCarriedOn(words) : Answer.denied(CallError.of("frozen", words + ".")));
        }
        if (call.expiredAt(now)) {
            return Optional.of(
                    mayHaveStarted
                            ? notCarriedOn("its deadline, " + call.deadline() + ", has passed")
                            : Answer.of(
                                    Outcome.EXPIRED,
                                    CallError.of(
                                            "deadline_passed",
                                            "The call was not started before its deadline, " + call.deadline() + ".")));
        }
        return Optional.empty();
    }

    private static Answer notCarriedOn(String why) {
        return Answer.unknown("An attempt to run this call had begun, and it was not carried on: " + why + ".");
    }
}

package io.openclaw.gateway.executor.kafka;

import io.openclaw.gateway.common.event.CallCleared;
import io.openclaw.gateway.common.kafka.DeadLetters;
import io.openclaw.gateway.common.kafka.LogContext;
import io.openclaw.gateway.common.kafka.Received;
import io.openclaw.gateway.common.kafka.WorkQueue;
import io.openclaw.gateway.executor.core.ClaimRules;
import io.openclaw.gateway.executor.core.ClaimRules.Step;
import io.openclaw.gateway.executor.core.Evidence;
import io.openclaw.gateway.executor.core.Evidence.Refusal;
import io.openclaw.gateway.executor.persistence.ClaimStore;
import io.openclaw.gateway.executor.persistence.ClaimStore.Position;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Claims cleared calls and starts them. A record is acknowledged once its call is claimed in the database: from then on the claim
 * stands for it, so that a call of minutes holds up no record behind it.
 */
final class ClearedCalls implements WorkQueue.Claims<CallCleared> {
    private final DeadLetters deadLetters;
    private final Evidence evidence;
    private final ClaimStore claims;
    private final Executions executions;
    private final String claimer;

    ClearedCalls(DeadLetters deadLetters, Evidence evidence, ClaimStore claims, Executions executions, String claimer) {
        this.deadLetters = deadLetters;
        this.evidence = evidence;
        this.claims = claims;
        this.executions = executions;
        this.claimer = claimer;
    }

    @Override
    public void claim(List<Received<CallCleared>> batch) {
        Map<UUID, Position> positions = new LinkedHashMap<>();
        for (Received<CallCleared> received : batch) {
            // Before it is claimed, so that a withdrawal which comes after the claim finds it.
            if (LogContext.during(received.event(), () -> isAllowed(received) && executions.hold(received.event()))) {
                UUID callId = received.event().call().callId();
                positions.putIfAbsent(
                        callId,
                        new Position(
                                callId,
                                received.record().partition(),
                                received.record().offset()));
            }
        }
        if (positions.isEmpty()) {
            return;
        }
        Set<UUID> mine = claims.claim(positions.values(), claimer);
        for (UUID callId : positions.keySet()) {
            if (ClaimRules.onRead(mine.contains(callId), false) == Step.START) {
                executions.start(callId);
            } else {
                executions.release(callId);
            }
        }
    }

    @Override
    public void released() {
        executions.releaseUnclaimed();
    }

    /** Tells whether everybody who has to allow a call did; else ends it, or puts the record aside. */
    private boolean isAllowed(Received<CallCleared> received) {
        Optional<Refusal> refusal;
        try {
            refusal = evidence.check(received.signed());
        } catch (RuntimeException | StackOverflowError e) {
            deadLetters
                    .put(received.record(), "its evidence cannot be checked: " + e)
                    .join();
            return false;
        }
        refusal.ifPresent(why -> refuse(received, why));
        return refusal.isEmpty();
    }

    /** Ends a call that nobody has claimed; one that has a claim, or an end, is not ended by a further record. */
    private void refuse(Received<CallCleared> received, Refusal refusal) {
        CallCleared cleared = received.event();
        if (claims.endUnclaimed(cleared.call().callId(), claimer, refusal.outcome())) {
            executions.refuse(cleared, refusal.outcome(), refusal.error());
        } else {
            deadLetters
                    .put(received.record(), "refused: " + refusal.error().message())
                    .join();
        }
    }
}

package io.openclaw.gateway.executor.kafka;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallWithdrawn;
import io.openclaw.gateway.common.kafka.BatchHandler;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.Received;
import io.openclaw.gateway.executor.core.Answer;
import io.openclaw.gateway.executor.persistence.ClaimStore;
import java.time.Clock;
import java.util.List;

/** Ends calls that were withdrawn before anybody started them; one executor of all handles each withdrawal. */
final class Withdrawals implements BatchHandler<CallWithdrawn> {
    private final ClaimStore claims;
    private final EventPublisher publisher;
    private final String claimer;
    private final Clock clock;

    Withdrawals(ClaimStore claims, EventPublisher publisher, String claimer, Clock clock) {
        this.claims = claims;
        this.publisher = publisher;
        this.claimer = claimer;
        this.clock = clock;
    }

    @Override
    public void handle(List<Received<CallWithdrawn>> batch) {
        for (Received<CallWithdrawn> received : batch) {
            ToolCall call = received.event().call();
            if (claims.endUnclaimed(call.callId(), claimer, Outcome.CANCELLED)) {
                Answer answer = Answer.cancelledBeforeItRan();
                publisher
                        .publish(CallCompleted.of(
                                call,
                                List.of(),
                                answer.outcome(),
                                null,
                                answer.error(),
                                Stage.EXECUTOR,
                                clock.instant()))
                        .join();
            } else {
                // Its executor hears of it, too, and ends it; unless that one dies before.
                claims.markWithdrawn(call.callId());
            }
        }
    }
}

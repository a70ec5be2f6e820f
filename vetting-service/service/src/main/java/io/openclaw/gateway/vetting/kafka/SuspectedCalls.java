package io.openclaw.gateway.vetting.kafka;

import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallEvent;
import io.openclaw.gateway.common.event.CallSuspected;
import io.openclaw.gateway.common.event.Signed;
import io.openclaw.gateway.common.kafka.EventHandler;
import io.openclaw.gateway.common.routing.StageStep;
import io.openclaw.gateway.vetting.judge.Settlement;
import java.time.Clock;

/** The model's lane: each suspected call that vetting offered is settled, and becomes the event that follows. */
public final class SuspectedCalls implements EventHandler<CallSuspected> {
    private final StageStep step;
    private final Settlement settlement;
    private final Clock clock;

    public SuspectedCalls(StageStep step, Settlement settlement, Clock clock) {
        this.step = step;
        this.settlement = settlement;
        this.clock = clock;
    }

    @Override
    public CallEvent handle(Signed<CallSuspected> event) {
        return step.settled(event, settlement.of(step.offered(event)));
    }

    @Override
    public CallCompleted failed(Signed<CallSuspected> event, Throwable problem) {
        return step.failed(event, Stage.VETTING, clock.instant());
    }
}

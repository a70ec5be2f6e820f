package io.openclaw.gateway.policy.kafka;

import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallEvent;
import io.openclaw.gateway.common.event.CallRequested;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.Signed;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.kafka.EventHandler;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.policy.PermittedTools;
import io.openclaw.gateway.common.policy.PlanApproval;
import io.openclaw.gateway.common.policy.PolicyState;
import io.openclaw.gateway.common.routing.StageStep;
import io.openclaw.gateway.common.topic.Topic;
import io.openclaw.gateway.policy.core.PolicyDecision;
import io.openclaw.gateway.policy.core.PolicyEngine;
import io.openclaw.gateway.policy.persistence.ChargeStore;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.scheduling.annotation.Scheduled;

/** Decides about every requested call by the policy in force; there has to be one before the first call is read. */
public final class PolicyStage implements EventHandler<CallRequested>, AutoCloseable {
    /** Longer than the day of a budget, and than the longest deadline of a call. */
    private static final Duration REMEMBERED = Duration.ofDays(2);

    private final StageStep step;
    private final ChargeStore charges;
    private final StoredLedger ledger;
    private final CallEnds ends;
    private final Shadow shadow;
    private final String instance;
    private final Clock clock;
    private volatile @Nullable PolicyEngine engine;

    public PolicyStage(
            ConsumerFactory<String, byte[]> consumers,
            EventCodec codec,
            Topics topics,
            StageStep step,
            ChargeStore charges,
            Shadow shadow,
            GatewayProperties properties,
            Clock clock) {
        this.step = step;
        this.charges = charges;
        this.ends = new CallEnds(consumers, codec, charges, topics.name(Topic.CALLS_COMPLETED), clock);
        this.ledger = new StoredLedger(charges, clock, ends::catchUp);
        this.shadow = shadow;
        this.instance = "policy-" + properties.instanceName();
        this.clock = clock;
    }

    /** Returns what decides now; {@code null} before the first policy. */
    public @Nullable PolicyEngine engine() {
        return engine;
    }

    @Override
    public CallEvent handle(Signed<CallRequested> requested) {
        PolicyEngine now = engine;
        if (now == null) {
            throw new IllegalStateException("no policy yet");
        }
        ToolCall call = requested.event().call();
        if (PermittedTools.areAskedForBy(call)) {
            return step.answered(requested, RawJson.from(now.permittedTools(call)), Stage.POLICY, clock.instant());
        }
        if (PlanApproval.isAskedForBy(call)) {
            // Each step is decided about when it runs; this asks people for their yes to all of them.
            return step.after(
                    requested,
                    Verdict.of(
                            Stage.POLICY,
                            Decision.ESCALATE,
                            List.of(new Reason(
                                    "plan/approval", "A person is asked about a plan as a whole.", Severity.MEDIUM)),
                            instance,
                            clock.instant(),
                            null));
        }
        PolicyDecision decision = now.decide(call, ledger);
        ledger.charge(decision.charges());
        if (call.mode() != Mode.DRY_RUN) {
            shadow.compare(call, decision, now);
        }
        return step.after(requested, decision.by(instance, clock.instant()));
    }

    @Override
    public CallCompleted failed(Signed<CallRequested> requested, Throwable problem) {
        return step.failed(requested, Stage.POLICY, clock.instant());
    }

    @Override
    public void beforePublishing() {
        ledger.write();
    }

    /** Forgets what agents were charged with, because others are this instance's from now on; between two batches. */
    public void forgetAgents() {
        ledger.forget();
    }

    /** Goes by a state of policy from now on. */
    public synchronized void use(PolicyState state) {
        PolicyEngine next = PolicyEngine.of(state, engine);
        engine = next;
        if (next.policy().countsRunningCalls()) {
            ends.start(ledger::ended);
        } else {
            ends.stop();
        }
    }

    @Scheduled(fixedDelay = 3_600_000, initialDelay = 60_000)
    void forgetTheOld() {
        charges.forgetBefore(clock.instant().minus(REMEMBERED));
    }

    @Override
    public synchronized void close() {
        ends.stop();
    }
}

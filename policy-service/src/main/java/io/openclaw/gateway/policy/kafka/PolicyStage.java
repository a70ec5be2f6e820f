package io.openclaw.gateway.policy.kafka;

import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallEvent;
import io.openclaw.gateway.common.event.CallRequested;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.kafka.PipelineLifecycle;
import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.policy.PermittedTools;
import io.openclaw.gateway.common.policy.PolicyState;
import io.openclaw.gateway.common.routing.StageStep;
import io.openclaw.gateway.common.topic.Topic;
import io.openclaw.gateway.policy.core.PolicyDecision;
import io.openclaw.gateway.policy.core.PolicyEngine;
import io.openclaw.gateway.policy.persistence.ChargeStore;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.scheduling.annotation.Scheduled;

/** Decides about every requested call by the policy in force. It waits for the first policy before it reads any call. */
public final class PolicyStage implements PipelineLifecycle {
    /** Longer than the day of a budget, and than the longest deadline of a call. */
    private static final Duration REMEMBERED = Duration.ofDays(2);

    private final ConcurrentMessageListenerContainer<String, byte[]> container;
    private final StageStep step;
    private final ChargeStore charges;
    private final StoredLedger ledger;
    private final CallEnds ends;
    private final Shadow shadow;
    private final String instance;
    private final Clock clock;
    private volatile boolean started;
    private volatile @Nullable PolicyEngine engine;

    public PolicyStage(
            EventListeners listeners,
            ConsumerFactory<String, byte[]> consumers,
            EventCodec codec,
            Topics topics,
            PolicyFollower follower,
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
        this.container = listeners.stage(
                "openclaw-policy",
                Topic.CALLS_REQUESTED,
                CallRequested.class,
                this::decide,
                (requested, problem) -> step.failed(requested, Stage.POLICY, clock.instant()),
                ledger::write);
        container.getContainerProperties().setConsumerRebalanceListener(new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                // Called by the stage's own thread, between two batches.
                ledger.forget();
            }

            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                ledger.forget();
            }
        });
        follower.onChange(this::use);
    }

    /** Returns what decides now; {@code null} before the first policy. */
    public @Nullable PolicyEngine engine() {
        return engine;
    }

    private CallEvent decide(CallRequested requested) {
        PolicyEngine now = engine;
        if (now == null) {
            throw new IllegalStateException("no policy yet");
        }
        ToolCall call = step.trusted(requested).call();
        if (PermittedTools.areAskedForBy(call)) {
            return step.answered(requested, RawJson.from(now.permittedTools(call)), Stage.POLICY, clock.instant());
        }
        PolicyDecision decision = now.decide(call, ledger);
        ledger.charge(decision.charges());
        shadow.compare(call, decision, now);
        return step.after(requested, decision.by(instance, clock.instant()));
    }

    private synchronized void use(PolicyState state) {
        PolicyEngine next = PolicyEngine.of(state, engine);
        engine = next;
        if (next.policy().countsRunningCalls()) {
            ends.start(ledger::ended);
        } else {
            ends.stop();
        }
        startIfReady();
    }

    @Scheduled(fixedDelay = 3_600_000, initialDelay = 60_000)
    void forgetTheOld() {
        charges.forgetBefore(clock.instant().minus(REMEMBERED));
    }

    private void startIfReady() {
        if (started && engine != null && !container.isRunning()) {
            container.start();
        }
    }

    @Override
    public synchronized void start() {
        started = true;
        startIfReady();
    }

    @Override
    public synchronized void stop() {
        started = false;
        container.stop();
        ends.stop();
    }

    @Override
    public boolean isRunning() {
        return started;
    }
}

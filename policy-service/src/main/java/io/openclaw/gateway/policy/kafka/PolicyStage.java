package io.openclaw.gateway.policy.kafka;

import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.event.CallEvent;
import io.openclaw.gateway.common.event.CallRequested;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.policy.PolicyFollower;
import io.openclaw.gateway.common.policy.PolicyInForce;
import io.openclaw.gateway.common.routing.StageStep;
import io.openclaw.gateway.common.topic.Topic;
import io.openclaw.gateway.policy.core.Policy;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.kafka.listener.MessageListenerContainer;

/** Decides about every requested call by the policy in force. It waits for the first policy before it reads any call. */
public final class PolicyStage implements SmartLifecycle {
    private final MessageListenerContainer container;
    private final StageStep step;
    private final String instance;
    private final Clock clock;
    private volatile boolean started;
    private volatile @Nullable Policy policy;

    public PolicyStage(
            EventListeners listeners,
            PolicyFollower follower,
            StageStep step,
            GatewayProperties properties,
            Clock clock) {
        this.step = step;
        this.instance = "policy-" + properties.instanceName();
        this.clock = clock;
        this.container = listeners.stage("openclaw-policy", Topic.CALLS_REQUESTED, CallRequested.class, this::decide);
        follower.onChange(this::use);
    }

    private CallEvent decide(CallRequested requested) {
        Policy now = policy;
        if (now == null) {
            throw new IllegalStateException("no policy yet");
        }
        return step.after(step.trusted(requested), now.decide(requested.call()).by(instance, clock.instant()));
    }

    private synchronized void use(PolicyInForce next) {
        policy = Policy.of(next);
        startIfReady();
    }

    private void startIfReady() {
        if (started && policy != null && !container.isRunning()) {
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
    }

    @Override
    public boolean isRunning() {
        return started;
    }
}

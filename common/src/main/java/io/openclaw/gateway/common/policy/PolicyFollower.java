package io.openclaw.gateway.common.policy;

import io.openclaw.gateway.common.event.PolicyPublished;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.common.topic.Topic;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.kafka.listener.MessageListenerContainer;

/** Follows the topic of policies and always has the one in force. One that the policy stage did not sign is ignored. */
public final class PolicyFollower implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(PolicyFollower.class);

    private final AtomicReference<@Nullable PolicyInForce> inForce = new AtomicReference<>();
    private final List<Consumer<PolicyInForce>> listeners = new CopyOnWriteArrayList<>();
    private final MessageListenerContainer container;
    private final SignatureChain chain;

    public PolicyFollower(EventListeners eventListeners, SignatureChain chain) {
        this.chain = chain;
        this.container = eventListeners.latest(Topic.POLICY_VERSIONS, PolicyPublished.class, this::accept);
    }

    /** Returns the policy in force; empty until the first one was read. */
    public Optional<PolicyInForce> current() {
        return Optional.ofNullable(inForce.get());
    }

    /** Has a listener told of the policy in force, now if there is one, and whenever it changes. */
    public synchronized void onChange(Consumer<PolicyInForce> listener) {
        listeners.add(listener);
        current().ifPresent(listener);
    }

    private synchronized void accept(PolicyPublished published) {
        if (!chain.verifies(published)) {
            log.error("policy {} is not signed by the policy stage; it is ignored", published.version());
            return;
        }
        var policy = new PolicyInForce(published.version(), published.document().as(PolicyDocument.class));
        inForce.set(policy);
        listeners.forEach(listener -> listener.accept(policy));
    }

    @Override
    public void start() {
        container.start();
    }

    @Override
    public void stop() {
        container.stop();
    }

    @Override
    public boolean isRunning() {
        return container.isRunning();
    }
}

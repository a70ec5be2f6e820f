package io.openclaw.gateway.common.kafka;

import io.openclaw.gateway.common.event.PolicyEvent;
import io.openclaw.gateway.common.policy.PolicyInForce;
import io.openclaw.gateway.common.policy.PolicyState;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.common.topic.Topic;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.listener.MessageListenerContainer;

/**
 * Follows the topic of what policy decides by, and always has the newest state of it. What the policy stage did not sign is
 * ignored. Nobody is told anything before the whole of the topic was read: a key that was revoked, or a tool that was
 * frozen, must not come back for the first moments after a start.
 */
public final class PolicyFollower implements PipelineLifecycle {
    private static final Logger log = LoggerFactory.getLogger(PolicyFollower.class);

    private final List<Consumer<PolicyState>> listeners = new CopyOnWriteArrayList<>();
    private final MessageListenerContainer container;
    private final SignatureChain chain;
    private volatile PolicyState state = PolicyState.EMPTY;
    private volatile boolean complete;

    public PolicyFollower(EventListeners eventListeners, SignatureChain chain) {
        this.chain = chain;
        this.container =
                eventListeners.latest(Topic.POLICY_STATE, PolicyEvent.class, this::accept, this::becomeComplete);
    }

    /** Returns the policy in force; empty until one was read. */
    public Optional<PolicyInForce> current() {
        return complete ? Optional.ofNullable(state.active()) : Optional.empty();
    }

    /** Returns the state as it is now. */
    public PolicyState state() {
        return state;
    }

    /** Has a listener told of the state, now if there is a policy in force, and whenever it changes. */
    public synchronized void onChange(Consumer<PolicyState> listener) {
        listeners.add(listener);
        if (complete && state.active() != null) {
            listener.accept(state);
        }
    }

    private synchronized void accept(PolicyEvent event) {
        if (!chain.verifies(event)) {
            log.error("{} is not signed by the policy stage; it is ignored", event.subject());
            return;
        }
        state = state.after(event);
        tell();
    }

    private synchronized void becomeComplete() {
        complete = true;
        tell();
    }

    private void tell() {
        if (complete && state.active() != null) {
            listeners.forEach(listener -> listener.accept(state));
        }
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

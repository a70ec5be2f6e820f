package io.openclaw.gateway.common.kafka;

import io.openclaw.gateway.common.event.PolicyEvent;
import io.openclaw.gateway.common.event.Signed;
import io.openclaw.gateway.common.policy.PolicyInForce;
import io.openclaw.gateway.common.policy.PolicyState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * What policy decides by, in its newest state. Nobody is told anything before the whole of the topic was read: a key that was revoked, or a tool that was
 * frozen, must not come back for the first moments after a start.
 */
public final class PolicyFollower implements StateHandler<PolicyEvent> {
    private final List<Consumer<PolicyState>> listeners = new CopyOnWriteArrayList<>();
    private final Map<String, Signed<PolicyEvent>> latest = new LinkedHashMap<>();
    private volatile PolicyState state = PolicyState.EMPTY;
    private volatile boolean complete;

    /** Returns the policy in force; empty until one was read. */
    public Optional<PolicyInForce> current() {
        return complete ? Optional.ofNullable(state.active()) : Optional.empty();
    }

    /** Returns the state as it is now. */
    public PolicyState state() {
        return state;
    }

    /** Returns the newest event of each key, in the order in which they came; none before all of the topic was read. */
    public synchronized List<Signed<PolicyEvent>> events() {
        return complete ? List.copyOf(latest.values()) : List.of();
    }

    /** Has a listener told of the state, now if there is a policy in force, and whenever it changes. */
    public synchronized void onChange(Consumer<PolicyState> listener) {
        listeners.add(listener);
        if (complete && state.active() != null) {
            listener.accept(state);
        }
    }

    @Override
    public synchronized void accept(Signed<PolicyEvent> signed) {
        state = state.after(signed.event());
        latest.put(signed.event().key(), signed);
        tell();
    }

    @Override
    public synchronized void caughtUp() {
        complete = true;
        tell();
    }

    private void tell() {
        if (complete && state.active() != null) {
            listeners.forEach(listener -> listener.accept(state));
        }
    }
}

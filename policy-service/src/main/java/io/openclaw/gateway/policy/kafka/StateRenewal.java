package io.openclaw.gateway.policy.kafka;

import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.PolicyEvent;
import io.openclaw.gateway.common.event.Signed;
import io.openclaw.gateway.common.kafka.PolicyFollower;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the state of policy again that is not signed with the keys in use, once after a start: compacted topics keep events for
 * ever, and keys that were replaced are forgotten some day.
 */
public final class StateRenewal {
    private static final Logger log = LoggerFactory.getLogger(StateRenewal.class);

    private final PolicyFollower follower;
    private final EventCodec codec;
    private final PolicyPublisher publisher;
    private final AtomicBoolean isDone = new AtomicBoolean();

    public StateRenewal(PolicyFollower follower, EventCodec codec, PolicyPublisher publisher) {
        this.follower = follower;
        this.codec = codec;
        this.publisher = publisher;
        follower.onChange(state -> renew());
    }

    private void renew() {
        if (!isDone.compareAndSet(false, true)) {
            return;
        }
        List<PolicyEvent> stale = follower.events().stream()
                .filter(signed -> !codec.isCurrent(signed))
                .map(Signed::event)
                .map(event -> event.signed(null))
                .toList();
        if (stale.isEmpty()) {
            return;
        }
        try {
            publisher.publishAll(stale);
            log.info("{} events of the state of policy are signed with the keys in use now", stale.size());
        } catch (CompletionException e) {
            isDone.set(false);
            log.warn("the state of policy is not signed with the keys in use yet: {}", e.toString());
        }
    }
}

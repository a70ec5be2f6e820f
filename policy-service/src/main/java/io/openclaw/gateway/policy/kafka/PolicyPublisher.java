package io.openclaw.gateway.policy.kafka;

import io.openclaw.gateway.common.event.PolicyEvent;
import io.openclaw.gateway.common.kafka.EventPublisher;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Tells every instance what policy decides by from now on; what it tells is on record like any other event. */
public final class PolicyPublisher {
    private final EventPublisher publisher;

    public PolicyPublisher(EventPublisher publisher) {
        this.publisher = publisher;
    }

    /**
     * Publishes an event.
     *
     * @throws java.util.concurrent.CompletionException if the broker does not take it
     */
    public void publish(PolicyEvent event) {
        publishAll(List.of(event));
    }

    /**
     * Publishes events, in their order.
     *
     * @throws java.util.concurrent.CompletionException if the broker does not take one of them
     */
    public void publishAll(List<? extends PolicyEvent> events) {
        events.stream().map(publisher::publish).toList().forEach(CompletableFuture::join);
    }
}

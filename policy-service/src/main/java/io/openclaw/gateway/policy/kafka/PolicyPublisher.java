package io.openclaw.gateway.policy.kafka;

import io.openclaw.gateway.common.event.PolicyEvent;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.signing.SignatureChain;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Tells every instance what policy decides by from now on; what it tells is on record like any other event. */
public final class PolicyPublisher {
    private final EventPublisher publisher;
    private final SignatureChain chain;

    public PolicyPublisher(EventPublisher publisher, SignatureChain chain) {
        this.publisher = publisher;
        this.chain = chain;
    }

    /**
     * Signs and publishes an event.
     *
     * @throws java.util.concurrent.CompletionException if the broker does not take it
     */
    public void publish(PolicyEvent event) {
        publishAll(List.of(event));
    }

    /**
     * Signs and publishes events, in their order.
     *
     * @throws java.util.concurrent.CompletionException if the broker does not take one of them
     */
    public void publishAll(List<? extends PolicyEvent> events) {
        events.stream()
                .map(event -> publisher.publish(chain.sign(event)))
                .toList()
                .forEach(CompletableFuture::join);
    }
}

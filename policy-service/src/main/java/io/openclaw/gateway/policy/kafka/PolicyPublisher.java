package io.openclaw.gateway.policy.kafka;

import io.openclaw.gateway.common.event.PolicyEvent;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.signing.SignatureChain;

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
        publisher.publish(chain.sign(event)).join();
    }
}

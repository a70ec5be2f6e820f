package io.openclaw.gateway.executor.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.kafka.DeadLetters;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.kafka.RecordReader;
import io.openclaw.gateway.common.kafka.ShareQueues;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.common.topic.Topic;
import io.openclaw.gateway.executor.core.Evidence;
import io.openclaw.gateway.executor.persistence.ClaimStore;
import io.openclaw.gateway.executor.upstream.Upstreams;
import java.time.Clock;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts the executor together. */
@Configuration(proxyBeanMethods = false)
public class ExecutorWiring {
    private static final String GROUP = "openclaw-executor";
    private static final int MOST_PER_POLL = 128;
    private static final Duration LOCK = Duration.ofSeconds(30);

    @Bean
    Executor executor(
            @Value("${openclaw.executor.max-running:256}") int maxRunning,
            GatewayProperties properties,
            Upstreams upstreams,
            ShareQueues queues,
            EventListeners listeners,
            EventPublisher publisher,
            EventCodec codec,
            DeadLetters deadLetters,
            RecordReader reader,
            Topics topics,
            PolicyFollower policy,
            SignatureChain chain,
            ClaimStore claims,
            Clock clock,
            MeterRegistry meters) {
        String instance = "executor-" + properties.instanceName();
        String topic = topics.name(Topic.CALLS_CLEARED);
        var conversations = new Conversations(publisher, chain, clock);
        var executions =
                new Executions(maxRunning, upstreams, conversations, policy, publisher, chain, claims, clock, meters);
        var cleared = new ClearedCalls(
                () -> queues.consumer(GROUP, MOST_PER_POLL, LOCK),
                topic,
                codec,
                deadLetters,
                new Evidence(chain),
                claims,
                executions,
                instance,
                clock);
        return new Executor(
                upstreams,
                cleared,
                executions,
                conversations,
                claims,
                listeners,
                reader,
                publisher,
                deadLetters,
                chain,
                topic,
                instance,
                clock);
    }
}

package io.openclaw.gateway.executor.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.health.BackgroundWork;
import io.openclaw.gateway.common.kafka.DeadLetters;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.Outbox;
import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.kafka.RecordReader;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.executor.core.Evidence;
import io.openclaw.gateway.executor.core.FairSlots;
import io.openclaw.gateway.executor.persistence.ClaimStore;
import io.openclaw.gateway.executor.upstream.Upstreams;
import java.time.Clock;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;

/** Puts the executor together. */
@Configuration(proxyBeanMethods = false)
public class ExecutorWiring {
    @Bean
    Executor executor(
            @Value("${openclaw.executor.max-running:#{null}}") @Nullable Integer maxRunning,
            @Value("${openclaw.executor.max-waiting:1000}") int maxWaiting,
            @Value("${openclaw.executor.max-waiting-bytes:64MB}") DataSize maxWaitingBytes,
            GatewayProperties properties,
            Upstreams upstreams,
            EventListeners listeners,
            EventPublisher publisher,
            EventCodec codec,
            DeadLetters deadLetters,
            RecordReader reader,
            Topics topics,
            PolicyFollower policy,
            SignatureChain chain,
            ClaimStore claims,
            BackgroundWork work,
            Clock clock,
            MeterRegistry meters) {
        String instance = "executor-" + properties.instanceName();
        // Two starts under one name, one after the other or at once, are two claimers.
        String claimer = instance + "-" + UUID.randomUUID().toString().substring(0, 13);
        var slots = new FairSlots(
                maxWaiting, maxWaitingBytes.toBytes(), maxRunning == null ? Integer.MAX_VALUE : maxRunning);
        var lease = new Lease(claims, claimer, System::nanoTime);
        var conversations = new Conversations(publisher, clock);
        var executions = new Executions(
                slots, upstreams, conversations, new Outbox(publisher), claims, lease, claimer, clock, meters);
        policy.onChange(executions::use);
        var cleared = new ClearedCalls(deadLetters, new Evidence(chain), claims, executions, claimer);
        return new Executor(
                upstreams,
                cleared,
                executions,
                conversations,
                claims,
                lease,
                listeners,
                reader,
                publisher,
                codec,
                topics,
                instance,
                claimer,
                work,
                clock);
    }
}

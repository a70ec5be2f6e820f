package io.openclaw.gateway.executor.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.kafka.DeadLetters;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.RecordReader;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.policy.PolicyFollower;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.common.topic.Topic;
import io.openclaw.gateway.executor.core.Evidence;
import io.openclaw.gateway.executor.persistence.ClaimStore;
import io.openclaw.gateway.executor.upstream.GuardedUpstream;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.config.ConfigResource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultShareConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;

/** Puts the executor together. */
@Configuration(proxyBeanMethods = false)
public class ExecutorWiring {
    private static final String GROUP = "openclaw-executor";
    private static final int MOST_PER_POLL = 128;

    @Bean
    Executor executor(
            @Value("${openclaw.executor.max-running:256}") int maxRunning,
            GatewayProperties properties,
            List<GuardedUpstream> upstreams,
            ConsumerFactory<String, byte[]> consumerFactory,
            KafkaAdmin kafkaAdmin,
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
        Map<String, GuardedUpstream> byName =
                upstreams.stream().collect(Collectors.toMap(GuardedUpstream::name, Function.identity()));
        var executions = new Executions(maxRunning, byName, policy, publisher, chain, claims, clock, meters);
        var cleared = new ClearedCalls(
                () -> shareConsumer(consumerFactory, kafkaAdmin),
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

    private static ShareConsumer<String, byte[]> shareConsumer(
            ConsumerFactory<String, byte[]> consumerFactory, KafkaAdmin kafkaAdmin) {
        readFromTheBeginning(kafkaAdmin);
        Map<String, Object> settings = new HashMap<>(consumerFactory.getConfigurationProperties());
        // What only an ordinary consumer group knows.
        List.of("auto.offset.reset", "enable.auto.commit", "group.protocol", "group.instance.id", "isolation.level")
                .forEach(settings::remove);
        settings.putAll(ClearedCalls.consumerSettings(MOST_PER_POLL));
        return new DefaultShareConsumerFactory<String, byte[]>(settings).createShareConsumer(GROUP, GROUP);
    }

    /** A share group begins at the end of its topics unless its own setting says otherwise (KIP-932). */
    private static void readFromTheBeginning(KafkaAdmin kafkaAdmin) {
        try (Admin admin = Admin.create(kafkaAdmin.getConfigurationProperties())) {
            var group = new ConfigResource(ConfigResource.Type.GROUP, GROUP);
            var earliest =
                    new AlterConfigOp(new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(group, List.of(earliest)))
                    .all()
                    .get(10, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the share group " + GROUP + " cannot be set up", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}

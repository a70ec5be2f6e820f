package io.openclaw.gateway.common.boot;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.openclaw.gateway.common.console.ConsoleConfiguration;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.PolicyEvent;
import io.openclaw.gateway.common.health.BackgroundWork;
import io.openclaw.gateway.common.identity.KnownAgents;
import io.openclaw.gateway.common.kafka.DeadLetters;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.kafka.PolicyMeters;
import io.openclaw.gateway.common.kafka.QueueLag;
import io.openclaw.gateway.common.kafka.RecordReader;
import io.openclaw.gateway.common.kafka.ShareQueues;
import io.openclaw.gateway.common.kafka.TopicReader;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.metrics.ScrapeFilters;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.routing.StageStep;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.common.topic.Topic;
import io.openclaw.gateway.common.web.Connections;
import io.openclaw.gateway.common.web.ConsoleSecurity;
import io.openclaw.gateway.common.web.ProblemPages;
import io.openclaw.gateway.common.web.WebAddresses;
import io.openclaw.gateway.common.web.WebAnswers;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.webmvc.autoconfigure.error.ErrorMvcAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.KafkaTemplate;

/** What every service is given. */
@AutoConfiguration(before = ErrorMvcAutoConfiguration.class)
@EnableConfigurationProperties({GatewayProperties.class, WebAddresses.class})
@Import({Connections.class, ConsoleSecurity.class, ConsoleConfiguration.class, ProblemPages.class, WebAnswers.class})
public class GatewayAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    Topics topics(GatewayProperties properties) {
        return new Topics(properties.kafka().topicPrefix());
    }

    @Bean
    @ConditionalOnProperty(name = "openclaw.kafka.create-topics", matchIfMissing = true)
    KafkaAdmin.NewTopics newTopics(GatewayProperties properties, Topics topics) {
        return new KafkaAdmin.NewTopics(newTopics(topics, properties.kafka()).toArray(NewTopic[]::new));
    }

    /** Returns the topics as they are created where they are missing. */
    public static List<NewTopic> newTopics(Topics topics, GatewayProperties.Kafka kafka) {
        return Arrays.stream(Topic.values())
                .map(topic -> newTopic(topic, topics.name(topic), kafka))
                .toList();
    }

    private static NewTopic newTopic(Topic topic, String name, GatewayProperties.Kafka kafka) {
        TopicBuilder builder = TopicBuilder.name(name)
                .replicas(kafka.replicationFactor())
                .config("max.message.bytes", Integer.toString(GatewayApplication.MAX_RECORD_BYTES));
        return switch (topic.kind()) {
            case QUEUE -> builder.partitions(kafka.partitions()).build();
            // What came late, or once more, is told by when it came, which its writer does not say.
            case INBOX ->
                builder.partitions(kafka.partitions())
                        .config("message.timestamp.type", "LogAppendTime")
                        .build();
            case LATEST -> builder.partitions(1).compact().build();
        };
    }

    @Bean
    EventCodec eventCodec(GatewayProperties properties, Keyring keyring) {
        return new EventCodec("/openclaw-gateway/" + properties.instanceName(), keyring);
    }

    @Bean
    EventPublisher eventPublisher(
            KafkaTemplate<String, byte[]> template, EventCodec codec, Topics topics, Clock clock) {
        return new EventPublisher(template, codec, topics, clock);
    }

    @Bean
    DeadLetters deadLetters(KafkaTemplate<String, byte[]> template, Topics topics, MeterRegistry meters) {
        return new DeadLetters(template, topics, meters);
    }

    @Bean
    EventListeners eventListeners(
            ConsumerFactory<String, byte[]> consumers,
            ShareQueues shareQueues,
            Topics topics,
            EventCodec codec,
            EventPublisher publisher,
            DeadLetters deadLetters,
            BackgroundWork work,
            QueueLag lag,
            MeterRegistry meters,
            Clock clock) {
        return new EventListeners(
                consumers, shareQueues, topics, codec, publisher, deadLetters, work, lag, meters, clock);
    }

    @Bean
    BackgroundWork backgroundWork(MeterRegistry meters) {
        var work = new BackgroundWork();
        Gauge.builder(
                        "openclaw.background.problems",
                        work,
                        now -> now.problems().size())
                .description("How much of what this process does in the background fails now")
                .register(meters);
        return work;
    }

    @Bean
    QueueLag queueLag(MeterRegistry meters, KafkaAdmin kafkaAdmin, BackgroundWork work) {
        return new QueueLag(meters, () -> Admin.create(kafkaAdmin.getConfigurationProperties()), work);
    }

    @Bean
    static MeterFilter kafkaClientMeters() {
        return ScrapeFilters.kafkaClients();
    }

    @Bean
    PolicyMeters policyMeters(MeterRegistry meters, PolicyFollower follower) {
        return new PolicyMeters(meters, follower);
    }

    /** Is in {@code /actuator/health}, and in ingress's own {@code /health}. */
    @Bean
    HealthIndicator backgroundHealthIndicator(BackgroundWork work) {
        return () -> {
            Map<String, String> problems = work.problems();
            return (problems.isEmpty() ? Health.up() : Health.down())
                    .withDetails(problems)
                    .build();
        };
    }

    @Bean
    ShareQueues shareQueues(ConsumerFactory<String, byte[]> consumers, KafkaAdmin kafkaAdmin) {
        return new ShareQueues(consumers, kafkaAdmin);
    }

    @Bean
    RecordReader recordReader(ConsumerFactory<String, byte[]> consumers, EventCodec codec) {
        return new RecordReader(consumers, codec);
    }

    @Bean
    Redactor redactor() {
        return new Redactor();
    }

    @Bean
    Keyring keyring(GatewayProperties properties) {
        return properties.signing().keyring();
    }

    @Bean
    SignatureChain signatureChain(Keyring keyring) {
        return new SignatureChain(keyring);
    }

    @Bean
    StageStep stageStep(SignatureChain chain) {
        return new StageStep(chain);
    }

    @Bean
    PolicyFollower policyFollower() {
        return new PolicyFollower();
    }

    @Bean
    TopicReader policyStateReader(EventListeners listeners, PolicyFollower follower) {
        return listeners.latest(Topic.POLICY_STATE, PolicyEvent.class, follower);
    }

    @Bean
    KnownAgents knownAgents(PolicyFollower follower, Clock clock) {
        return new KnownAgents(follower, clock);
    }
}

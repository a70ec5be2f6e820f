package io.openclaw.gateway.ingress.inbox;

import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.identity.KnownAgents;
import io.openclaw.gateway.common.kafka.DeadLetters;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.kafka.TopicReader;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.topic.Topic;
import io.openclaw.gateway.ingress.IngressConfiguration;
import io.openclaw.gateway.ingress.core.AgentRates;
import io.openclaw.gateway.ingress.core.JsonLimits;
import io.openclaw.gateway.ingress.core.ParsingPool;
import io.openclaw.gateway.ingress.inbox.core.InboxWindow;
import io.openclaw.gateway.ingress.kafka.Calls;
import io.openclaw.gateway.ingress.kafka.LimitsInForce;
import io.openclaw.gateway.ingress.persistence.CallStore;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.KafkaTemplate;

/** Puts the way in by Kafka together. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(InboxSettings.class)
public class InboxConfiguration {
    private static final int TIMEOUT_SECONDS = 10;

    @Bean
    Replies inboxReplies(
            KafkaTemplate<String, byte[]> template,
            KafkaAdmin kafkaAdmin,
            Topics topics,
            CallStore store,
            Calls calls,
            GatewayProperties properties,
            Clock clock,
            MeterRegistry meters) {
        var replies = new Replies(
                template,
                new ReplyTopics(topics.replies(), topic -> has(kafkaAdmin, topic), clock),
                store::keysOf,
                "/openclaw-gateway/" + properties.instanceName(),
                clock,
                meters);
        calls.onEnds(replies::ended);
        return replies;
    }

    /** Rarely asked, so no connection is kept for it. */
    private static boolean has(KafkaAdmin kafkaAdmin, String topic) {
        try (Admin admin = Admin.create(kafkaAdmin.getConfigurationProperties())) {
            admin.describeTopics(List.of(topic)).allTopicNames().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return false;
            }
            throw new IllegalStateException("the broker does not say whether there is a topic " + topic, e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("the broker does not say whether there is a topic " + topic, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Bean
    TopicReader inboxReader(
            InboxSettings settings,
            IngressConfiguration.Properties properties,
            Calls calls,
            KnownAgents agents,
            AgentRates rates,
            LimitsInForce limits,
            ParsingPool parsing,
            Replies inboxReplies,
            DeadLetters deadLetters,
            EventListeners listeners,
            Clock clock,
            MeterRegistry meters) {
        String directory = settings.secrets();
        var secrets = new InboxSecrets(directory == null || directory.isBlank() ? null : Path.of(directory));
        var inbox = new Inbox(
                calls,
                agents,
                secrets,
                new InboxWindow(settings.window()),
                rates,
                limits::of,
                new JsonLimits(properties.maxJsonTokens()),
                parsing,
                inboxReplies,
                deadLetters,
                clock,
                meters);
        return listeners.records("openclaw-ingress-inbox", Topic.CALLS_INBOX, inbox);
    }
}

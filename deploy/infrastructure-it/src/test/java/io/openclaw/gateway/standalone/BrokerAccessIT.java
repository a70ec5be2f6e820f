package io.openclaw.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclaw.gateway.common.boot.GatewayAutoConfiguration;
import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.kafka.TopicAcls;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.topic.Service;
import io.openclaw.gateway.common.topic.Topic;
import io.openclaw.gateway.embedded.EmbeddedKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each service is a user of the broker, which may do what {@link Service} says and nothing else. */
class BrokerAccessIT {
    private static final Topics TOPICS = new Topics("openclaw.");

    @TempDir
    private static Path directory;

    private static EmbeddedKafka broker;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedKafka.start(
                directory, Arrays.stream(Service.values()).map(Service::label).collect(Collectors.toSet()));
        try (var admin = Admin.create(Map.copyOf(broker.clientProperties()))) {
            admin.createTopics(GatewayAutoConfiguration.newTopics(
                            TOPICS, new GatewayProperties.Kafka("openclaw.", 1, (short) 1, true)))
                    .all()
                    .get();
        }
        broker.allow(TopicAcls.all(TOPICS));
        // The broker learns of ACLs after its controller.
        try (var admin = Admin.create(Map.copyOf(broker.clientProperties()))) {
            await().until(() -> Set.copyOf(
                            admin.describeAcls(AclBindingFilter.ANY).values().get())
                    .equals(Set.copyOf(TopicAcls.all(TOPICS))));
        }
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static Map<String, Object> client(Service service) {
        return new HashMap<>(broker.clientProperties(service.label()));
    }

    private static boolean mayWrite(KafkaProducer<String, String> producer, Topic topic) throws InterruptedException {
        try {
            producer.send(new ProducerRecord<>(TOPICS.name(topic), "k", "v")).get();
            return true;
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(AuthorizationException.class);
            return false;
        }
    }

    private static boolean mayRead(Service service, Topic topic) {
        try (var consumer = new KafkaConsumer<>(client(service), new StringDeserializer(), new StringDeserializer())) {
            var partition = new TopicPartition(TOPICS.name(topic), 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            consumer.position(partition);
            consumer.poll(Duration.ofMillis(500));
            return true;
        } catch (AuthorizationException e) {
            return false;
        }
    }

    @ParameterizedTest
    @EnumSource(Service.class)
    void aServiceWritesItsOwnTopicsAndIsRefusedOnEachOther(Service service) throws InterruptedException {
        try (var producer = new KafkaProducer<>(client(service), new StringSerializer(), new StringSerializer())) {
            for (Topic topic : Topic.values()) {
                assertThat(mayWrite(producer, topic))
                        .as(service + " writes " + topic)
                        .isEqualTo(service.writes().contains(topic));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Service.class)
    void aServiceReadsItsOwnTopicsAndIsRefusedOnEachOther(Service service) {
        for (Topic topic : Topic.values()) {
            assertThat(mayRead(service, topic))
                    .as(service + " reads " + topic)
                    .isEqualTo(service.reads().contains(topic));
        }
    }

    @Test
    void aServiceJoinsNoGroupOfAnother() {
        Map<String, Object> ingress = client(Service.INGRESS);
        assertThat(joins(ingress, "openclaw-ingress")).isTrue();
        assertThat(joins(ingress, "openclaw-policy")).isFalse();
    }

    private static boolean joins(Map<String, Object> client, String group) {
        Map<String, Object> settings = new HashMap<>(client);
        settings.put("group.id", group);
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(TOPICS.name(Topic.CALLS_COMPLETED)));
            consumer.poll(Duration.ofSeconds(2));
            return true;
        } catch (AuthorizationException e) {
            return false;
        }
    }

    @Test
    void aServiceSetsItsShareGroupUpAndChangesNothingElse() throws Exception {
        assertThat(alters(Service.EXECUTOR, new ConfigResource(ConfigResource.Type.GROUP, "openclaw-executor")))
                .isTrue();
        assertThat(alters(Service.EXECUTOR, new ConfigResource(ConfigResource.Type.GROUP, "openclaw-judge")))
                .isFalse();
        try (var admin = Admin.create(client(Service.INGRESS))) {
            assertThat(isRefused(admin.deleteTopics(List.of(TOPICS.name(Topic.CALLS_REQUESTED)))
                            .all()
                            .toCompletionStage()
                            .toCompletableFuture()::get))
                    .isTrue();
            assertThat(isRefused(admin.createAcls(TopicAcls.all(TOPICS))
                            .all()
                            .toCompletionStage()
                            .toCompletableFuture()::get))
                    .isTrue();
        }
    }

    private interface Request {
        Object send() throws Exception;
    }

    private static boolean isRefused(Request request) throws Exception {
        try {
            request.send();
            return false;
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(AuthorizationException.class);
            return true;
        }
    }

    private static boolean alters(Service service, ConfigResource group) throws Exception {
        Collection<AlterConfigOp> set = List.of(
                new AlterConfigOp(new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET));
        try (var admin = Admin.create(client(service))) {
            return !isRefused(admin.incrementalAlterConfigs(Map.of(group, set))
                    .all()
                    .toCompletionStage()
                    .toCompletableFuture()::get);
        }
    }
}

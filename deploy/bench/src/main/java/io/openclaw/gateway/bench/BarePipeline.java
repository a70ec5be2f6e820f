package io.openclaw.gateway.bench;

import io.openclaw.gateway.common.kafka.ShareQueues;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;

/**
 * Four Kafka hops that do nothing: what any pipeline of this shape could reach. Each of the three stages hands every record
 * on to the next topic; the fourth topic is read by the callers. The clients are set up as the gateway's are: the third
 * stage reads as a share group, as the executor does, and the others are consumer groups.
 */
final class BarePipeline implements AutoCloseable {
    private static final int HOPS = 4;
    private static final int SHARED = 3;
    private static final int PARTITIONS = 4;
    /** About what a sealed call weighs with its verdicts. */
    private static final byte[] VALUE = "x".repeat(1_000).getBytes(StandardCharsets.US_ASCII);

    private static final Duration POLL = Duration.ofMillis(200);

    private final Map<String, String> broker;
    private final KafkaProducer<String, byte[]> producer;
    private final Map<String, CompletableFuture<Void>> waiting = new ConcurrentHashMap<>();
    private final List<Thread> stages = new ArrayList<>();
    private volatile boolean running = true;

    /**
     * @param broker the properties of its clients
     */
    BarePipeline(Map<String, String> broker) throws Exception {
        this.broker = broker;
        try (Admin admin = Admin.create(with(Map.of()))) {
            List<NewTopic> topics = new ArrayList<>();
            for (int hop = 1; hop <= HOPS; hop++) {
                topics.add(new NewTopic(topic(hop), PARTITIONS, (short) 1));
            }
            admin.createTopics(topics).all().get();
        }
        producer = producer();
        for (int hop = 1; hop < HOPS; hop++) {
            int from = hop;
            stages.add(Thread.ofPlatform()
                    .name("bare-stage-" + hop)
                    .start(from == SHARED ? this::handOnShared : () -> handOn(from)));
        }
        stages.add(Thread.ofPlatform().name("bare-replies").start(this::readReplies));
    }

    /** Returns a caller whose call is one record through all hops. */
    @SuppressWarnings("FutureReturnValueIgnored") // The callback tells what the future would.
    Load.Caller caller() {
        return () -> {
            String id = UUID.randomUUID().toString();
            var reply = new CompletableFuture<Void>();
            waiting.put(id, reply);
            producer.send(new ProducerRecord<>(topic(1), id, VALUE), (metadata, problem) -> {
                if (problem != null) {
                    reply.completeExceptionally(problem);
                }
            });
            reply.get(60, TimeUnit.SECONDS);
        };
    }

    private void handOn(int from) {
        try (var consumer = consumer(from);
                var next = producer()) {
            while (running) {
                ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
                sendOn(records, topic(from + 1), next);
                if (!records.isEmpty()) {
                    consumer.commitSync();
                }
            }
        } catch (Exception e) {
            System.err.println("bare stage " + from + " broke: " + e);
        }
    }

    private void handOnShared() {
        try (var consumer = shareConsumer();
                var next = producer()) {
            consumer.subscribe(List.of(topic(SHARED)));
            while (running) {
                ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
                sendOn(records, topic(SHARED + 1), next);
                records.forEach(record -> consumer.acknowledge(record, AcknowledgeType.ACCEPT));
            }
        } catch (Exception e) {
            System.err.println("bare stage " + SHARED + " broke: " + e);
        }
    }

    /** Sends records on, and returns when the broker has them all. */
    private static void sendOn(
            ConsumerRecords<String, byte[]> records, String topic, KafkaProducer<String, byte[]> producer)
            throws InterruptedException, ExecutionException {
        List<Future<?>> sent = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> record : records) {
            sent.add(producer.send(new ProducerRecord<>(topic, record.key(), record.value())));
        }
        for (var future : sent) {
            future.get();
        }
    }

    private void readReplies() {
        try (var consumer = consumer(HOPS)) {
            while (running) {
                boolean any = false;
                for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                    any = true;
                    CompletableFuture<Void> reply = waiting.remove(record.key());
                    if (reply != null) {
                        reply.complete(null);
                    }
                }
                if (any) {
                    consumer.commitSync();
                }
            }
        }
    }

    private KafkaProducer<String, byte[]> producer() {
        return new KafkaProducer<>(
                with(Map.of("acks", "all", "linger.ms", "0", "max.in.flight.requests.per.connection", "1")),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    private KafkaConsumer<String, byte[]> consumer(int hop) {
        var consumer = new KafkaConsumer<>(
                with(Map.of(
                        "group.id", "bare-" + hop,
                        "group.protocol", "consumer",
                        "auto.offset.reset", "earliest",
                        "enable.auto.commit", "false",
                        "max.poll.records", "1000")),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        consumer.subscribe(List.of(topic(hop)));
        return consumer;
    }

    private ShareConsumer<String, byte[]> shareConsumer() {
        Map<String, Object> settings = with(Map.of(
                "key.deserializer", StringDeserializer.class, "value.deserializer", ByteArrayDeserializer.class));
        return new ShareQueues(new DefaultKafkaConsumerFactory<>(settings), new KafkaAdmin(settings))
                .consumer("bare-" + SHARED, 128, Duration.ofSeconds(30));
    }

    private Map<String, Object> with(Map<String, ?> settings) {
        Map<String, Object> all = new HashMap<>(broker);
        all.putAll(settings);
        return all;
    }

    private static String topic(int hop) {
        return "bare." + hop;
    }

    @Override
    public void close() {
        running = false;
        for (Thread stage : stages) {
            try {
                stage.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        producer.close();
    }
}

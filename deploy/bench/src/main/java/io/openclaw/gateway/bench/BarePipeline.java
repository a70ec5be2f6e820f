package io.openclaw.gateway.bench;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Four Kafka hops that do nothing: what any pipeline of this shape could reach. Each of the three stages hands every record
 * on to the next topic; the fourth topic is read by the callers. All of them are consumer groups.
 */
final class BarePipeline implements AutoCloseable {
    private static final int HOPS = 4;
    private static final int PARTITIONS = 4;
    /** About what a sealed call weighs with its verdicts. */
    private static final byte[] VALUE = "x".repeat(1_000).getBytes(StandardCharsets.US_ASCII);

    private final String bootstrapServers;
    private final KafkaProducer<String, byte[]> producer;
    private final Map<String, CompletableFuture<Void>> waiting = new ConcurrentHashMap<>();
    private final List<Thread> stages = new ArrayList<>();
    private volatile boolean running = true;

    BarePipeline(String bootstrapServers) throws Exception {
        this.bootstrapServers = bootstrapServers;
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", bootstrapServers))) {
            List<NewTopic> topics = new ArrayList<>();
            for (int hop = 1; hop <= HOPS; hop++) {
                topics.add(new NewTopic(topic(hop), PARTITIONS, (short) 1));
            }
            admin.createTopics(topics).all().get();
        }
        producer = producer();
        for (int hop = 1; hop < HOPS; hop++) {
            int from = hop;
            stages.add(Thread.ofPlatform().name("bare-stage-" + hop).start(() -> handOn(from)));
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
                List<Future<?>> sent = new ArrayList<>();
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    sent.add(next.send(new ProducerRecord<>(topic(from + 1), record.key(), record.value())));
                }
                for (var future : sent) {
                    future.get();
                }
                if (!sent.isEmpty()) {
                    consumer.commitSync();
                }
            }
        } catch (Exception e) {
            System.err.println("bare stage " + from + " broke: " + e);
        }
    }

    private void readReplies() {
        try (var consumer = consumer(HOPS)) {
            while (running) {
                boolean any = false;
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
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
                Map.of("bootstrap.servers", bootstrapServers, "acks", "all", "linger.ms", "0"),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    private KafkaConsumer<String, byte[]> consumer(int hop) {
        var consumer = new KafkaConsumer<>(
                Map.<String, Object>of(
                        "bootstrap.servers", bootstrapServers,
                        "group.id", "bare-" + hop,
                        "group.protocol", "consumer",
                        "auto.offset.reset", "earliest",
                        "enable.auto.commit", "false",
                        "max.poll.records", "1000"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        consumer.subscribe(List.of(topic(hop)));
        return consumer;
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

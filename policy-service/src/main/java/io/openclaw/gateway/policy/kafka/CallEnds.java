package io.openclaw.gateway.policy.kafka;

import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.EventType;
import io.openclaw.gateway.common.event.UnreadableEventException;
import io.openclaw.gateway.policy.persistence.ChargeStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.core.ConsumerFactory;

/**
 * Learns which calls have ended, for limits of calls that run at once. Every instance reads all of {@code calls.completed},
 * because an agent's calls end on any of its partitions; and only while a policy has such a limit.
 */
final class CallEnds {
    private static final Logger log = LoggerFactory.getLogger(CallEnds.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration TIMEOUT = Duration.ofMillis(500);

    private final ConsumerFactory<String, byte[]> consumers;
    private final EventCodec codec;
    private final ChargeStore store;
    private final String topic;
    private final Clock clock;
    private final Queue<CompletableFuture<Void>> waiting = new ConcurrentLinkedQueue<>();
    private @Nullable Thread thread;
    private volatile @Nullable Consumer<String, byte[]> consumer;
    private volatile boolean running;

    /** Is told of a call that has ended. */
    interface Listener {
        void ended(UUID callId, String agent, Instant at);
    }

    CallEnds(
            ConsumerFactory<String, byte[]> consumers, EventCodec codec, ChargeStore store, String topic, Clock clock) {
        this.consumers = consumers;
        this.codec = codec;
        this.store = store;
        this.topic = topic;
        this.clock = clock;
    }

    synchronized void start(Listener listener) {
        if (!running) {
            running = true;
            thread = Thread.ofPlatform().name("policy-call-ends").start(() -> run(listener));
        }
    }

    synchronized void stop() {
        running = false;
        wakeUp();
        if (thread != null) {
            try {
                thread.join(TIMEOUT);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            thread = null;
        }
    }

    /** Returns when every end was told that was there when this was called, or after half a second. */
    void catchUp() {
        if (!running) {
            return;
        }
        var caughtUp = new CompletableFuture<Void>();
        waiting.add(caughtUp);
        wakeUp();
        try {
            caughtUp.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            log.warn("the ends of calls are not known yet: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void wakeUp() {
        Consumer<String, byte[]> current = consumer;
        if (current != null) {
            current.wakeup();
        }
    }

    private void run(Listener listener) {
        while (running) {
            try (Consumer<String, byte[]> opened = open()) {
                consumer = opened;
                while (running) {
                    follow(opened, listener);
                }
            } catch (RuntimeException | Error e) {
                // An error, too: without this thread, limits of calls that run at once would count calls that ended.
                if (running) {
                    log.warn("the ends of calls cannot be read, and will be tried again: {}", e.toString());
                    pause();
                }
            } finally {
                consumer = null;
            }
        }
    }

    private Consumer<String, byte[]> open() {
        var settings = new Properties();
        // See EventListeners.latest: the new protocol's client spins while it is assigned partitions by hand.
        settings.setProperty(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
        // A broker answers one request of a connection after the other: a fetch that waits for records keeps the
        // question for
        // the end of the topic waiting.
        settings.setProperty(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "10");
        Consumer<String, byte[]> opened = consumers.createConsumer("openclaw-policy-ends", null, null, settings);
        List<TopicPartition> partitions = opened.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        opened.assign(partitions);
        opened.seekToEnd(partitions);
        partitions.forEach(opened::position);
        // What ended while nobody looked is looked for from the first call on that may still run.
        store.oldestRunning(clock.instant()).ifPresent(oldest -> {
            Map<TopicPartition, Long> times = new HashMap<>();
            partitions.forEach(partition -> times.put(partition, oldest.toEpochMilli()));
            opened.offsetsForTimes(times).forEach((partition, position) -> seek(opened, partition, position));
        });
        return opened;
    }

    private static void seek(
            Consumer<String, byte[]> consumer, TopicPartition partition, @Nullable OffsetAndTimestamp position) {
        if (position != null) {
            consumer.seek(partition, position.offset());
        }
    }

    private void follow(Consumer<String, byte[]> opened, Listener listener) {
        Map<TopicPartition, Long> wanted = Map.of();
        CompletableFuture<Void> first = waiting.peek();
        try {
            if (first != null) {
                wanted = opened.endOffsets(opened.assignment());
            }
            do {
                tell(opened.poll(first == null ? POLL : Duration.ofMillis(5)), listener);
            } while (running && first != null && !isAt(opened, wanted));
            if (first != null) {
                waiting.poll();
                first.complete(null);
            }
        } catch (WakeupException e) {
            // Somebody waits, or it is time to stop.
        }
    }

    private static boolean isAt(Consumer<String, byte[]> consumer, Map<TopicPartition, Long> wanted) {
        return wanted.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    private void tell(Iterable<ConsumerRecord<String, byte[]>> records, Listener listener) {
        Map<UUID, Instant> ends = new HashMap<>();
        for (ConsumerRecord<String, byte[]> record : records) {
            try {
                EventCodec.Glance glance = codec.glance(record);
                UUID callId = glance.callId();
                String agent = glance.agent();
                if (glance.type() == EventType.CALL_COMPLETED
                        && glance.proof().writer() != null
                        && callId != null
                        && agent != null) {
                    Instant at = Instant.ofEpochMilli(record.timestamp());
                    ends.put(callId, at);
                    listener.ended(callId, agent, at);
                }
            } catch (UnreadableEventException e) {
                // Ingress puts it aside.
            }
        }
        store.end(ends);
    }

    private static void pause() {
        try {
            Thread.sleep(1_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

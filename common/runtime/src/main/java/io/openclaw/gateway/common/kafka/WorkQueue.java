package io.openclaw.gateway.common.kafka;

import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.Signed;
import io.openclaw.gateway.common.event.UnreadableEventException;
import io.openclaw.gateway.common.health.BackgroundWork;
import io.openclaw.gateway.common.health.KeptLoop;
import io.openclaw.gateway.common.metrics.StageMeters;
import io.openclaw.gateway.common.signing.UntrustedCallException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a topic as a member of a share group (KIP-932): a record is its reader's alone until it is acknowledged, one whose reader
 * dies comes again to another, and a slow one holds up no other. A consumer that broke is replaced.
 *
 * <p>The share container of spring-kafka 4.1 hands its listener one record after the other. Claims are made for all records of a poll
 * in one statement, and a model is asked about all of them at once; so this has a loop of its own.
 */
public final class WorkQueue implements PipelineLifecycle {
    private static final Logger log = LoggerFactory.getLogger(WorkQueue.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
    /** One less than a broker delivers a record by default ({@code group.share.delivery.count.limit}). */
    private static final int MAX_DELIVERIES = 4;

    private final String name;
    private final Supplier<ShareConsumer<String, byte[]>> consumers;
    private final String topic;
    private final Taker taker;
    private final Gate gate;
    private final BackgroundWork work;
    private @Nullable ShareConsumer<String, byte[]> consumer;
    private volatile @Nullable KeptLoop loop;

    /** What may keep a queue from being read for now. */
    public interface Gate {
        /** Waits until records may be read; returns false if they may not after that long. */
        boolean await(Duration timeout) throws InterruptedException;
    }

    /** What claims the calls of a batch; from then on the claim stands for the record. */
    public interface Claims<E extends GatewayEvent> {
        /** Claims a batch; throws if it cannot now, and is then called again with the same. */
        void claim(List<Received<E>> batch);

        /** Lets go of what is not claimed: the consumer is gone, and others are given its records. */
        void released();
    }

    /** What is done with the records of a poll; all of them are acknowledged when it returns. */
    interface Taker {
        void take(ShareConsumer<String, byte[]> from, ConsumerRecords<String, byte[]> records)
                throws InterruptedException;

        default void released() {}
    }

    WorkQueue(
            String name,
            Supplier<ShareConsumer<String, byte[]>> consumers,
            String topic,
            Taker taker,
            Gate gate,
            BackgroundWork work) {
        this.name = name;
        this.consumers = consumers;
        this.topic = topic;
        this.taker = taker;
        this.gate = gate;
        this.work = work;
    }

    private void read() throws InterruptedException {
        if (!gate.await(PAUSE)) {
            return;
        }
        try {
            ShareConsumer<String, byte[]> now = consumer;
            if (now == null) {
                now = consumers.get();
                consumer = now;
                now.subscribe(List.of(topic));
            }
            ConsumerRecords<String, byte[]> records = now.poll(POLL);
            if (!records.isEmpty()) {
                taker.take(now, records);
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void close() {
        ShareConsumer<String, byte[]> broken = consumer;
        consumer = null;
        taker.released();
        if (broken != null) {
            broken.close();
        }
    }

    @Override
    public void start() {
        loop = KeptLoop.start(name, work, Duration.ZERO, this::read);
    }

    /** Lets the records that are in hand be handled, and leaves the group. */
    @Override
    public void stop() {
        KeptLoop now = loop;
        if (now != null) {
            loop = null;
            now.stop(STOP_TIMEOUT);
            close();
        }
    }

    @Override
    public boolean isRunning() {
        return loop != null;
    }

    /**
     * Handles each record on a thread of its own, and publishes what follows. One that fails comes again, and is given up before the
     * broker would drop it.
     */
    static final class Each<E extends GatewayEvent> implements Taker {
        private final Class<E> eventClass;
        private final EventHandler<E> handler;
        private final EventCodec codec;
        private final EventPublisher publisher;
        private final DeadLetters deadLetters;
        private final StageMeters meters;
        private final Clock clock;
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

        Each(
                Class<E> eventClass,
                EventHandler<E> handler,
                EventCodec codec,
                EventPublisher publisher,
                DeadLetters deadLetters,
                StageMeters meters,
                Clock clock) {
            this.eventClass = eventClass;
            this.handler = handler;
            this.codec = codec;
            this.publisher = publisher;
            this.deadLetters = deadLetters;
            this.meters = meters;
            this.clock = clock;
        }

        @Override
        public void take(ShareConsumer<String, byte[]> from, ConsumerRecords<String, byte[]> records) {
            List<CompletableFuture<AcknowledgeType>> ends = new ArrayList<>();
            for (ConsumerRecord<String, byte[]> record : records) {
                ends.add(CompletableFuture.supplyAsync(() -> handle(record), threads));
            }
            int next = 0;
            for (ConsumerRecord<String, byte[]> record : records) {
                from.acknowledge(record, ends.get(next++).join());
            }
        }

        AcknowledgeType handle(ConsumerRecord<String, byte[]> record) {
            Signed<E> event;
            try {
                event = codec.decode(record, eventClass);
            } catch (UnreadableEventException e) {
                deadLetters.put(record, e).join();
                return AcknowledgeType.ACCEPT;
            }
            meters.taken(record, clock.millis());
            long start = System.nanoTime();
            try {
                return LogContext.during(event.event(), () -> handle(record, event));
            } finally {
                meters.worked(System.nanoTime() - start);
            }
        }

        private AcknowledgeType handle(ConsumerRecord<String, byte[]> record, Signed<E> event) {
            try {
                GatewayEvent next = handler.handle(event);
                publisher.publish(next).join();
                meters.decided(event.event(), next);
                return AcknowledgeType.ACCEPT;
            } catch (UntrustedCallException e) {
                deadLetters.put(record, String.valueOf(e.getMessage())).join();
                return AcknowledgeType.ACCEPT;
            } catch (RuntimeException | Error e) {
                if (record.deliveryCount().map(Short::intValue).orElse(1) < MAX_DELIVERIES) {
                    log.warn("{} is not handled yet and comes again: {}", event, e.toString());
                    return AcknowledgeType.RELEASE;
                }
                log.error("{} could not be handled in {} deliveries", event, MAX_DELIVERIES, e);
                deadLetters.put(record, "failed on it: " + e).join();
                publisher.publish(handler.failed(event, e)).join();
                return AcknowledgeType.ACCEPT;
            }
        }
    }

    /** Has all records of a poll claimed at once; while they cannot be, they are kept, and their locks renewed. */
    static final class All<E extends GatewayEvent> implements Taker {
        private final Class<E> eventClass;
        private final Claims<E> claims;
        private final EventCodec codec;
        private final DeadLetters deadLetters;
        private final StageMeters meters;
        private final Clock clock;

        All(
                Class<E> eventClass,
                Claims<E> claims,
                EventCodec codec,
                DeadLetters deadLetters,
                StageMeters meters,
                Clock clock) {
            this.eventClass = eventClass;
            this.claims = claims;
            this.codec = codec;
            this.deadLetters = deadLetters;
            this.meters = meters;
            this.clock = clock;
        }

        @Override
        public void take(ShareConsumer<String, byte[]> from, ConsumerRecords<String, byte[]> records)
                throws InterruptedException {
            AcknowledgeType acknowledgement;
            try {
                claim(records);
                acknowledgement = AcknowledgeType.ACCEPT;
            } catch (RuntimeException e) {
                log.warn("{} records cannot be claimed now, and are kept: {}", records.count(), e.toString());
                acknowledgement = AcknowledgeType.RENEW;
                Thread.sleep(PAUSE);
            }
            for (ConsumerRecord<String, byte[]> record : records) {
                from.acknowledge(record, acknowledgement);
            }
        }

        void claim(Iterable<ConsumerRecord<String, byte[]>> records) {
            List<Received<E>> batch = new ArrayList<>();
            for (ConsumerRecord<String, byte[]> record : records) {
                try {
                    batch.add(new Received<>(codec.decode(record, eventClass), record));
                } catch (UnreadableEventException e) {
                    deadLetters.put(record, e).join();
                }
            }
            long taken = clock.millis();
            claims.claim(batch);
            batch.forEach(received -> meters.taken(received.record(), taken));
        }

        @Override
        public void released() {
            claims.released();
        }
    }
}

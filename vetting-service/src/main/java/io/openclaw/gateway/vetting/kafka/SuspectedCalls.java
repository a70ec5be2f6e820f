package io.openclaw.gateway.vetting.kafka;

import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.event.CallSuspected;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.UnreadableEventException;
import io.openclaw.gateway.common.health.BackgroundWork;
import io.openclaw.gateway.common.health.KeptLoop;
import io.openclaw.gateway.common.kafka.DeadLetters;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.PipelineLifecycle;
import io.openclaw.gateway.common.routing.StageStep;
import io.openclaw.gateway.common.signing.UntrustedCallException;
import io.openclaw.gateway.vetting.judge.Settlement;
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
 * The model's lane: a share group, so that a call which waits for a model holds up nobody else. A record is acknowledged when
 * the verdict on it is published; one whose reader dies comes again, to another.
 */
public final class SuspectedCalls implements PipelineLifecycle {
    private static final Logger log = LoggerFactory.getLogger(SuspectedCalls.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
    /** One less than a broker delivers a record by default ({@code group.share.delivery.count.limit}). */
    private static final int MAX_DELIVERIES = 4;

    private final Supplier<ShareConsumer<String, byte[]>> consumers;
    private final String topic;
    private final EventCodec codec;
    private final DeadLetters deadLetters;
    private final EventPublisher publisher;
    private final StageStep step;
    private final Settlement settlement;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final BackgroundWork work;
    private final Clock clock;
    private @Nullable ShareConsumer<String, byte[]> consumer;
    private volatile boolean running;
    private volatile @Nullable KeptLoop reader;

    public SuspectedCalls(
            Supplier<ShareConsumer<String, byte[]>> consumers,
            String topic,
            EventCodec codec,
            DeadLetters deadLetters,
            EventPublisher publisher,
            StageStep step,
            Settlement settlement,
            BackgroundWork work,
            Clock clock) {
        this.consumers = consumers;
        this.topic = topic;
        this.codec = codec;
        this.deadLetters = deadLetters;
        this.publisher = publisher;
        this.step = step;
        this.settlement = settlement;
        this.work = work;
        this.clock = clock;
    }

    /** Reads some records and settles them; a consumer that broke is replaced in the next pass. */
    private void read() {
        try {
            ShareConsumer<String, byte[]> now = consumer;
            if (now == null) {
                now = consumers.get();
                consumer = now;
                now.subscribe(List.of(topic));
            }
            settle(now, now.poll(POLL));
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void close() {
        ShareConsumer<String, byte[]> broken = consumer;
        consumer = null;
        if (broken != null) {
            broken.close();
        }
    }

    private void settle(ShareConsumer<String, byte[]> consumer, ConsumerRecords<String, byte[]> records) {
        List<CompletableFuture<AcknowledgeType>> ends = new ArrayList<>();
        List<ConsumerRecord<String, byte[]>> read = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> record : records) {
            read.add(record);
            ends.add(CompletableFuture.supplyAsync(() -> settle(record), threads));
        }
        for (int i = 0; i < read.size(); i++) {
            consumer.acknowledge(read.get(i), ends.get(i).join());
        }
    }

    private AcknowledgeType settle(ConsumerRecord<String, byte[]> record) {
        CallSuspected trusted = null;
        try {
            GatewayEvent event = codec.decode(record);
            if (!(event instanceof CallSuspected suspected)) {
                throw new UnreadableEventException(
                        "a " + event.getClass().getSimpleName() + " does not belong on " + topic);
            }
            trusted = step.offered(suspected);
            publisher.publish(step.settled(trusted, settlement.of(trusted))).join();
            return AcknowledgeType.ACCEPT;
        } catch (UnreadableEventException | UntrustedCallException e) {
            deadLetters.put(record, String.valueOf(e.getMessage())).join();
            return AcknowledgeType.ACCEPT;
        } catch (RuntimeException | Error e) {
            if (record.deliveryCount().map(Short::intValue).orElse(1) < MAX_DELIVERIES) {
                log.warn("a suspected call is not settled yet and comes again: {}", e.toString());
                return AcknowledgeType.RELEASE;
            }
            return givenUp(record, trusted, e);
        }
    }

    /** The broker would forget the record after its next delivery, and the call would have no end. */
    private AcknowledgeType givenUp(
            ConsumerRecord<String, byte[]> record, @Nullable CallSuspected suspected, Throwable problem) {
        log.error("a suspected call could not be settled in {} deliveries", MAX_DELIVERIES, problem);
        deadLetters.put(record, "vetting failed on it: " + problem).join();
        if (suspected != null) {
            step.failed(suspected, Stage.VETTING, clock.instant())
                    .ifPresent(end -> publisher.publish(end).join());
        }
        return AcknowledgeType.ACCEPT;
    }

    @Override
    public void start() {
        running = true;
        reader = KeptLoop.start("vetting-suspects", work, Duration.ZERO, this::read);
    }

    @Override
    public void stop() {
        running = false;
        if (reader != null) {
            reader.stop(STOP_TIMEOUT);
        }
        close();
        threads.close();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}

package io.openclaw.gateway.vetting.kafka;

import io.openclaw.gateway.common.event.CallSuspected;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.UnreadableEventException;
import io.openclaw.gateway.common.kafka.DeadLetters;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.PipelineLifecycle;
import io.openclaw.gateway.common.routing.StageStep;
import io.openclaw.gateway.common.signing.UntrustedCallException;
import io.openclaw.gateway.vetting.judge.Settlement;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The model's lane: a share group, so that a call which waits for a model holds up nobody else. A record is acknowledged when
 * the verdict on it is published; one whose reader dies comes again, to another.
 */
public final class SuspectedCalls implements PipelineLifecycle {
    private static final Logger log = LoggerFactory.getLogger(SuspectedCalls.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Supplier<ShareConsumer<String, byte[]>> consumers;
    private final String topic;
    private final EventCodec codec;
    private final DeadLetters deadLetters;
    private final EventPublisher publisher;
    private final StageStep step;
    private final Settlement settlement;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile boolean running;
    private volatile Thread reader = Thread.ofPlatform().unstarted(() -> {});

    public SuspectedCalls(
            Supplier<ShareConsumer<String, byte[]>> consumers,
            String topic,
            EventCodec codec,
            DeadLetters deadLetters,
            EventPublisher publisher,
            StageStep step,
            Settlement settlement) {
        this.consumers = consumers;
        this.topic = topic;
        this.codec = codec;
        this.deadLetters = deadLetters;
        this.publisher = publisher;
        this.step = step;
        this.settlement = settlement;
    }

    private void read() {
        while (running) {
            try (ShareConsumer<String, byte[]> consumer = consumers.get()) {
                consumer.subscribe(List.of(topic));
                while (running) {
                    settle(consumer, consumer.poll(POLL));
                }
            } catch (RuntimeException e) {
                if (running) {
                    log.error("the consumer of {} broke and is replaced", topic, e);
                    pause();
                }
            }
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
        try {
            GatewayEvent event = codec.decode(record);
            if (!(event instanceof CallSuspected suspected)) {
                throw new UnreadableEventException(
                        "a " + event.getClass().getSimpleName() + " does not belong on " + topic);
            }
            publisher
                    .publish(step.settled(step.trusted(suspected), settlement.of(suspected)))
                    .join();
            return AcknowledgeType.ACCEPT;
        } catch (UnreadableEventException | UntrustedCallException e) {
            deadLetters.put(record, String.valueOf(e.getMessage())).join();
            return AcknowledgeType.ACCEPT;
        } catch (RuntimeException e) {
            log.warn("a suspected call is not settled yet and comes again: {}", e.toString());
            return AcknowledgeType.RELEASE;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void start() {
        running = true;
        reader = Thread.ofPlatform().name("vetting-suspects").start(this::read);
    }

    @Override
    public void stop() {
        running = false;
        try {
            reader.join(Duration.ofSeconds(30));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        threads.close();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}

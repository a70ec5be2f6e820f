package io.openclaw.gateway.executor.kafka;

import io.openclaw.gateway.common.event.CallCleared;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.UnreadableEventException;
import io.openclaw.gateway.common.kafka.DeadLetters;
import io.openclaw.gateway.executor.core.Evidence;
import io.openclaw.gateway.executor.persistence.ClaimStore;
import io.openclaw.gateway.executor.persistence.ClaimStore.Position;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads {@code calls.cleared} as a member of a share group. A record is acknowledged once its call is claimed in the
 * database: from then on the claim stands for it, so that a call of minutes holds up no record behind it. While the
 * database is away the records are kept, and their locks renewed.
 */
final class ClearedCalls {
    private static final Logger log = LoggerFactory.getLogger(ClearedCalls.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Supplier<ShareConsumer<String, byte[]>> consumers;
    private final String topic;
    private final EventCodec codec;
    private final DeadLetters deadLetters;
    private final Evidence evidence;
    private final ClaimStore claims;
    private final Executions executions;
    private final String instance;
    private final Clock clock;

    ClearedCalls(
            Supplier<ShareConsumer<String, byte[]>> consumers,
            String topic,
            EventCodec codec,
            DeadLetters deadLetters,
            Evidence evidence,
            ClaimStore claims,
            Executions executions,
            String instance,
            Clock clock) {
        this.consumers = consumers;
        this.topic = topic;
        this.codec = codec;
        this.deadLetters = deadLetters;
        this.evidence = evidence;
        this.claims = claims;
        this.executions = executions;
        this.instance = instance;
        this.clock = clock;
    }

    /** Reads until told to stop; a consumer that breaks is replaced. */
    void readWhile(BooleanSupplier running) {
        while (running.getAsBoolean()) {
            try (ShareConsumer<String, byte[]> consumer = consumers.get()) {
                consumer.subscribe(List.of(topic));
                while (running.getAsBoolean()) {
                    if (executions.awaitPlace(PATIENCE)) {
                        acknowledge(consumer, consumer.poll(POLL));
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                log.error("the consumer of {} broke and is replaced", topic, e);
                pause();
            }
        }
    }

    private void acknowledge(ShareConsumer<String, byte[]> consumer, ConsumerRecords<String, byte[]> records) {
        if (records.isEmpty()) {
            return;
        }
        AcknowledgeType acknowledgement;
        try {
            take(records);
            acknowledgement = AcknowledgeType.ACCEPT;
        } catch (RuntimeException e) {
            log.warn("{} cleared calls cannot be claimed now, and are kept: {}", records.count(), e.toString());
            acknowledgement = AcknowledgeType.RENEW;
            pause();
        }
        for (ConsumerRecord<String, byte[]> record : records) {
            consumer.acknowledge(record, acknowledgement);
        }
    }

    private void take(ConsumerRecords<String, byte[]> records) {
        List<Position> positions = new ArrayList<>();
        List<CallCleared> runnable = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> record : records) {
            try {
                GatewayEvent event = codec.decode(record);
                if (!(event instanceof CallCleared cleared)) {
                    throw new UnreadableEventException(
                            "a " + event.getClass().getSimpleName() + " does not belong on " + topic);
                }
                evidence.check(cleared, clock.instant())
                        .ifPresentOrElse(
                                refusal -> executions.refuse(cleared, refusal.outcome(), refusal.error()), () -> {
                                    runnable.add(cleared);
                                    positions.add(
                                            new Position(cleared.call().callId(), record.partition(), record.offset()));
                                });
            } catch (UnreadableEventException e) {
                deadLetters.put(record, String.valueOf(e.getMessage())).join();
            }
        }
        if (runnable.isEmpty()) {
            return;
        }
        Set<UUID> mine = new java.util.HashSet<>(claims.claim(positions, instance));
        runnable.stream()
                .filter(cleared -> mine.remove(cleared.call().callId()))
                .forEach(executions::start);
    }

    private static void pause() {
        try {
            Thread.sleep(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package io.openclaw.gateway.executor.kafka;

import io.openclaw.gateway.common.event.CallCleared;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.UnreadableEventException;
import io.openclaw.gateway.common.kafka.DeadLetters;
import io.openclaw.gateway.executor.core.ClaimRules;
import io.openclaw.gateway.executor.core.ClaimRules.Step;
import io.openclaw.gateway.executor.core.Evidence;
import io.openclaw.gateway.executor.core.Evidence.Refusal;
import io.openclaw.gateway.executor.persistence.ClaimStore;
import io.openclaw.gateway.executor.persistence.ClaimStore.Position;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads {@code calls.cleared} as a member of a share group. A record is acknowledged once its call is claimed in the
 * database: from then on the claim stands for it, so that a call of minutes holds up no record behind it. While the
 * database is away the records are kept, and their locks renewed. For use by one thread.
 */
final class ClearedCalls {
    private static final Logger log = LoggerFactory.getLogger(ClearedCalls.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Supplier<ShareConsumer<String, byte[]>> consumers;
    private final String topic;
    private final EventCodec codec;
    private final DeadLetters deadLetters;
    private final Evidence evidence;
    private final ClaimStore claims;
    private final Executions executions;
    private final String claimer;
    private @Nullable ShareConsumer<String, byte[]> consumer;

    ClearedCalls(
            Supplier<ShareConsumer<String, byte[]>> consumers,
            String topic,
            EventCodec codec,
            DeadLetters deadLetters,
            Evidence evidence,
            ClaimStore claims,
            Executions executions,
            String claimer) {
        this.consumers = consumers;
        this.topic = topic;
        this.codec = codec;
        this.deadLetters = deadLetters;
        this.evidence = evidence;
        this.claims = claims;
        this.executions = executions;
        this.claimer = claimer;
    }

    /** Reads some records, once calls can be run; a consumer that broke is replaced the next time. */
    void read() throws InterruptedException {
        if (!executions.awaitReady(PAUSE)) {
            return;
        }
        try {
            ShareConsumer<String, byte[]> now = consumer;
            if (now == null) {
                now = consumers.get();
                consumer = now;
                now.subscribe(List.of(topic));
            }
            acknowledge(now, now.poll(POLL));
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** Leaves the share group; what is not acknowledged goes to another reader. */
    void close() {
        ShareConsumer<String, byte[]> broken = consumer;
        consumer = null;
        executions.releaseUnclaimed();
        if (broken != null) {
            broken.close();
        }
    }

    private void acknowledge(ShareConsumer<String, byte[]> from, ConsumerRecords<String, byte[]> records)
            throws InterruptedException {
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
            Thread.sleep(PAUSE);
        }
        for (ConsumerRecord<String, byte[]> record : records) {
            from.acknowledge(record, acknowledgement);
        }
    }

    /** Claims and starts the calls of some records; throws if they cannot be claimed now, and may be called again. */
    void take(Iterable<ConsumerRecord<String, byte[]>> records) {
        Map<UUID, Position> positions = new LinkedHashMap<>();
        for (ConsumerRecord<String, byte[]> record : records) {
            CallCleared cleared = trusted(record);
            if (cleared == null) {
                continue;
            }
            UUID callId = cleared.call().callId();
            // Before it is claimed, so that a withdrawal which comes after the claim finds it.
            if (executions.hold(cleared)) {
                positions.putIfAbsent(callId, new Position(callId, record.partition(), record.offset()));
            }
        }
        if (positions.isEmpty()) {
            return;
        }
        Set<UUID> mine = claims.claim(positions.values(), claimer);
        for (UUID callId : positions.keySet()) {
            if (ClaimRules.onRead(mine.contains(callId), false) == Step.START) {
                executions.start(callId);
            } else {
                executions.release(callId);
            }
        }
    }

    /** Returns the call of a record if everybody who has to allow it did; else ends it, or puts the record aside. */
    private @Nullable CallCleared trusted(ConsumerRecord<String, byte[]> record) {
        try {
            GatewayEvent event = codec.decode(record);
            if (!(event instanceof CallCleared cleared)) {
                throw new UnreadableEventException(
                        "a " + event.getClass().getSimpleName() + " does not belong on " + topic);
            }
            Optional<Refusal> refusal = refusal(cleared);
            if (refusal.isEmpty()) {
                return cleared;
            }
            refuse(cleared, refusal.get(), record);
        } catch (UnreadableEventException e) {
            deadLetters.put(record, String.valueOf(e.getMessage())).join();
        }
        return null;
    }

    private Optional<Refusal> refusal(CallCleared cleared) throws UnreadableEventException {
        try {
            return evidence.check(cleared);
        } catch (RuntimeException | StackOverflowError e) {
            throw new UnreadableEventException("its evidence cannot be checked: " + e, e);
        }
    }

    /** Ends a call that nobody has claimed; one that has a claim, or an end, is not ended by a record that anybody can write. */
    private void refuse(CallCleared cleared, Refusal refusal, ConsumerRecord<String, byte[]> record) {
        if (claims.endUnclaimed(cleared.call().callId(), claimer, refusal.outcome())) {
            executions.refuse(cleared, refusal.outcome(), refusal.error());
        } else {
            deadLetters.put(record, "refused: " + refusal.error().message()).join();
        }
    }
}

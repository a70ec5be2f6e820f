package io.openclaw.gateway.common.kafka;

import io.openclaw.gateway.common.event.CallEvent;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.Signed;
import io.openclaw.gateway.common.event.UnreadableEventException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.springframework.kafka.core.ConsumerFactory;

/**
 * Reads a single record again, by its position.
 *
 * <p>Services that hold a call back keep its position, not its arguments: a credential among them is then in Kafka alone.
 */
public final class RecordReader {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final ConsumerFactory<String, byte[]> consumers;
    private final EventCodec codec;

    public RecordReader(ConsumerFactory<String, byte[]> consumers, EventCodec codec) {
        this.consumers = consumers;
        this.codec = codec;
    }

    /**
     * Reads the event of a call at a position.
     *
     * @throws UnreadableEventException if the record is gone (its retention is over, or the broker lost it), is no event, its writer is not
     *     proven, or another one stands there
     * @throws org.apache.kafka.common.KafkaException if the broker does not answer
     */
    public <E extends CallEvent> Signed<E> read(
            String topic, int partition, long offset, Class<E> eventClass, UUID callId)
            throws UnreadableEventException {
        return read(new TopicPartition(topic, partition), offset)
                .as(eventClass)
                .filter(signed -> signed.event().call().callId().equals(callId))
                .orElseThrow(
                        () -> new UnreadableEventException("another record stands where call " + callId + " stood"));
    }

    private Signed<GatewayEvent> read(TopicPartition position, long offset) throws UnreadableEventException {
        // The group is never joined; a name is only asked for by the factory.
        try (Consumer<String, byte[]> consumer = consumers.createConsumer(
                "openclaw-record-reader",
                null,
                null,
                asProperties(Map.of(
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        "1",
                        ConsumerConfig.GROUP_PROTOCOL_CONFIG,
                        "classic")))) {
            long first = consumer.beginningOffsets(List.of(position)).getOrDefault(position, 0L);
            long end = consumer.endOffsets(List.of(position)).getOrDefault(position, 0L);
            if (offset < first || offset >= end) {
                throw gone(position, offset);
            }
            consumer.assign(List.of(position));
            consumer.seek(position, offset);
            long until = System.nanoTime() + TIMEOUT.toNanos();
            while (System.nanoTime() < until) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    if (record.offset() == offset) {
                        return codec.decode(record);
                    }
                    throw gone(position, offset);
                }
            }
            throw new org.apache.kafka.common.errors.TimeoutException(
                    "no record at " + position + "@" + offset + " within " + TIMEOUT.toSeconds() + " s");
        }
    }

    private static UnreadableEventException gone(TopicPartition position, long offset) {
        return new UnreadableEventException("the record at " + position + "@" + offset
                + " is gone: its topic's retention is over, or its broker has lost it");
    }

    private static java.util.Properties asProperties(Map<String, String> map) {
        var properties = new java.util.Properties();
        properties.putAll(map);
        return properties;
    }
}

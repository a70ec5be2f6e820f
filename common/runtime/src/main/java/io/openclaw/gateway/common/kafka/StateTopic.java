package io.openclaw.gateway.common.kafka;

import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.UnreadableEventException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.listener.AcknowledgingConsumerAwareMessageListener;
import org.springframework.kafka.support.Acknowledgment;

/**
 * Follows a topic that keeps the latest record of each key, from its beginning, in every instance and at every start. A record that
 * is no event, or that nobody is proven to have written, is skipped, with a line in the log.
 */
final class StateTopic<E extends GatewayEvent> implements AcknowledgingConsumerAwareMessageListener<String, byte[]> {
    private static final Logger log = LoggerFactory.getLogger(StateTopic.class);

    private final Class<E> eventClass;
    private final StateHandler<E> handler;
    private final EventCodec codec;
    private final DeadLetters deadLetters;
    private final AtomicLong end = new AtomicLong(-1);
    private final AtomicBoolean isCaughtUp = new AtomicBoolean();

    StateTopic(Class<E> eventClass, StateHandler<E> handler, EventCodec codec, DeadLetters deadLetters) {
        this.eventClass = eventClass;
        this.handler = handler;
        this.codec = codec;
        this.deadLetters = deadLetters;
    }

    @Override
    public void onMessage(
            ConsumerRecord<String, byte[]> record,
            @Nullable Acknowledgment acknowledgment,
            @Nullable Consumer<?, ?> consumer) {
        if (end.get() < 0 && consumer != null) {
            var partition = new TopicPartition(record.topic(), record.partition());
            end.set(consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L));
        }
        try {
            handler.accept(codec.decode(record, eventClass));
        } catch (UnreadableEventException e) {
            deadLetters.refused(record, e);
            log.error("skipped {}: {}", DeadLetters.positionOf(record), e.getMessage());
        }
        if (record.offset() + 1 >= end.get() && isCaughtUp.compareAndSet(false, true)) {
            handler.caughtUp();
        }
    }
}

package io.openclaw.gateway.common.kafka;

import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.UnreadableEventException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.listener.BatchMessageListener;

/** Hands on the events of a batch; records that are none, or that nobody is proven to have written, are put aside. */
final class Batch<E extends GatewayEvent> implements BatchMessageListener<String, byte[]> {
    private static final Logger log = LoggerFactory.getLogger(Batch.class);

    private final Class<E> eventClass;
    private final BatchHandler<E> handler;
    private final EventCodec codec;
    private final DeadLetters deadLetters;
    private final boolean putsAside;

    /**
     * @param putsAside false for one of several readers of the same records, of which another puts them aside
     */
    Batch(Class<E> eventClass, BatchHandler<E> handler, EventCodec codec, DeadLetters deadLetters, boolean putsAside) {
        this.eventClass = eventClass;
        this.handler = handler;
        this.codec = codec;
        this.deadLetters = deadLetters;
        this.putsAside = putsAside;
    }

    @Override
    public void onMessage(List<ConsumerRecord<String, byte[]>> records) {
        List<Received<E>> events = new ArrayList<>(records.size());
        for (ConsumerRecord<String, byte[]> record : records) {
            try {
                events.add(new Received<>(codec.decode(record, eventClass), record));
            } catch (UnreadableEventException e) {
                if (putsAside) {
                    deadLetters.put(record, e).join();
                } else {
                    log.warn("skipped {}: {}", DeadLetters.positionOf(record), e.getMessage());
                }
            }
        }
        handler.handle(events);
    }
}

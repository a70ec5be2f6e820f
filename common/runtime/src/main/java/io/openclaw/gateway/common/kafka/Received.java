package io.openclaw.gateway.common.kafka;

import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.Signed;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** An event whose writer is proven, and the record it came in. */
public record Received<E extends GatewayEvent>(Signed<E> signed, ConsumerRecord<String, byte[]> record) {
    /** Returns the event. */
    public E event() {
        return signed.event();
    }

    /** Returns this as an event of a type; empty if it is of another. */
    public <F extends GatewayEvent> Optional<Received<F>> as(Class<F> type) {
        return signed.as(type).map(event -> new Received<>(event, record));
    }
}

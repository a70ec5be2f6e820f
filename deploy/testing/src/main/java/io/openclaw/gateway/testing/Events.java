package io.openclaw.gateway.testing;

import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.EventType;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.Signed;
import io.openclaw.gateway.common.event.UnreadableEventException;
import io.openclaw.gateway.common.signing.Keyring;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Events as they come from their topics, to test with. */
public final class Events {
    private Events() {}

    /** Returns an event as it comes from its topic, signed by the service that says it. */
    @SuppressWarnings("unchecked") // An event comes back as what it was.
    public static <E extends GatewayEvent> Signed<E> signed(Keyring keyring, E event) {
        try {
            return (Signed<E>) new EventCodec("/test", keyring).decode(record(keyring, event, 0));
        } catch (UnreadableEventException e) {
            throw new AssertionError("this event is not readable", e);
        }
    }

    /** Returns the record of an event, as its topic has it. */
    public static ConsumerRecord<String, byte[]> record(Keyring keyring, GatewayEvent event, long offset) {
        String topic = "openclaw." + EventType.of(event).topic().suffix();
        return received(new EventCodec("/test", keyring).encode(event, topic, null, Instant.EPOCH), offset);
    }

    /** Returns what a consumer is given of a record that was sent. */
    public static ConsumerRecord<String, byte[]> received(ProducerRecord<String, byte[]> sent, long offset) {
        var record = new ConsumerRecord<>(sent.topic(), 0, offset, sent.key(), sent.value());
        sent.headers().forEach(record.headers()::add);
        return record;
    }
}

package io.openclaw.gateway.audit.kafka;

import io.openclaw.gateway.audit.core.RecordedEvent;
import io.openclaw.gateway.audit.core.Recorder;
import io.openclaw.gateway.audit.persistence.AuditStore;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.UnreadableEventException;
import io.openclaw.gateway.common.kafka.DeadLetters;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.kafka.TopicReader;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.topic.Service;
import io.openclaw.gateway.common.topic.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads every topic of the services into the record. A batch is committed to Kafka after it is in the database. */
public final class AuditTrail {
    private final AuditStore store;
    private final Recorder recorder;
    private final EventCodec codec;
    private final String deadLetterTopic;

    public AuditTrail(AuditStore store, Recorder recorder, EventCodec codec, Topics topics) {
        this.store = store;
        this.recorder = recorder;
        this.codec = codec;
        this.deadLetterTopic = topics.name(Topic.CALLS_DEAD_LETTER);
    }

    /** Makes the reader of all topics but that of checkpoints: each would be an event, and make another one due. */
    public TopicReader reader(EventListeners listeners, Topics topics) {
        List<String> names = topics.readBy(Service.AUDIT).stream()
                .filter(name -> !name.equals(topics.name(Topic.AUDIT_CHECKPOINTS)))
                .toList();
        return listeners.inBatches("openclaw-audit", names, this::record);
    }

    void record(List<ConsumerRecord<String, byte[]>> records) {
        List<RecordedEvent> batch = new ArrayList<>(records.size());
        for (ConsumerRecord<String, byte[]> record : records) {
            batch.add(recorded(record));
        }
        // A batch comes topic by topic; the record is read by time.
        batch.sort(Comparator.comparing(RecordedEvent::occurredAt));
        store.add(batch);
    }

    private RecordedEvent recorded(ConsumerRecord<String, byte[]> record) {
        var origin = new Recorder.Origin(
                record.topic(), record.partition(), record.offset(), Instant.ofEpochMilli(record.timestamp()));
        if (record.topic().equals(deadLetterTopic)) {
            return recorder.other(
                    origin,
                    "dead.letter",
                    record.key(),
                    record.value(),
                    Map.of(
                            "reason", header(record, DeadLetters.REASON),
                            "position", header(record, DeadLetters.POSITION)));
        }
        try {
            return recorder.event(origin, codec.glance(record), record.value());
        } catch (UnreadableEventException e) {
            return recorder.other(
                    origin,
                    "unreadable",
                    record.key(),
                    record.value(),
                    Map.of("reason", String.valueOf(e.getMessage())));
        }
    }

    private static String header(ConsumerRecord<String, byte[]> record, String name) {
        return String.valueOf(EventCodec.header(record.headers(), name));
    }
}

package io.openclaw.gateway.common.kafka;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.common.event.UnreadableEventException;
import io.openclaw.gateway.common.event.UntrustedEventException;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.topic.Topic;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.support.SendResult;

/** Puts records that cannot be processed aside, whole, with the reason, masked, and where they came from in headers. */
public final class DeadLetters {
    /** Why the record was put aside. */
    public static final String REASON = "openclaw-reason";
    /** Where the record came from: topic, partition and offset, as {@code topic-partition@offset}. */
    public static final String POSITION = "openclaw-position";

    private static final Logger log = LoggerFactory.getLogger(DeadLetters.class);

    private static final Redactor REDACTOR = new Redactor();

    private final KafkaTemplate<String, byte[]> template;
    private final Topics topics;
    private final MeterRegistry meters;

    public DeadLetters(KafkaTemplate<String, byte[]> template, Topics topics, MeterRegistry meters) {
        this.template = template;
        this.topics = topics;
        this.meters = meters;
        // From the start, so that the first one is an increase.
        for (Topic topic : Topic.values()) {
            if (topic != Topic.CALLS_DEAD_LETTER) {
                counter("openclaw.dead.letters", topics.name(topic));
                counter("openclaw.signatures.refused", topics.name(topic));
            }
        }
    }

    private Counter counter(String name, String topic) {
        return meters.counter(name, "topic", topic);
    }

    /** Puts a record aside that is no event, or one whose writer is not proven. */
    public CompletableFuture<SendResult<String, byte[]>> put(
            ConsumerRecord<String, byte[]> record, UnreadableEventException problem) {
        refused(record, problem);
        return put(record, problem.getMessage() == null ? "unreadable" : problem.getMessage());
    }

    static String positionOf(ConsumerRecord<?, ?> record) {
        return record.topic() + "-" + record.partition() + "@" + record.offset();
    }

    /** Counts a record whose writer is not proven. */
    void refused(ConsumerRecord<String, byte[]> record, UnreadableEventException problem) {
        if (problem instanceof UntrustedEventException) {
            counter("openclaw.signatures.refused", record.topic()).increment();
        }
    }

    /** Puts a record aside. */
    public CompletableFuture<SendResult<String, byte[]>> put(ConsumerRecord<String, byte[]> record, String reason) {
        String position = positionOf(record);
        // A reason may quote the record.
        String said = REDACTOR.redact(reason);
        log.warn("dead letter {}: {}", position, said);
        counter("openclaw.dead.letters", record.topic()).increment();
        var letter = new ProducerRecord<>(topics.name(Topic.CALLS_DEAD_LETTER), null, record.key(), record.value());
        record.headers().forEach(letter.headers()::add);
        letter.headers().add(REASON, said.getBytes(StandardCharsets.UTF_8));
        letter.headers().add(POSITION, position.getBytes(StandardCharsets.UTF_8));
        return template.send(letter);
    }
}

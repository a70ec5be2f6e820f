package io.openclaw.gateway.common.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.event.CallWithdrawn;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.testing.Calls;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.core.KafkaTemplate;

class OutboxTest {
    private final Broker broker = new Broker();
    private final Outbox outbox = new Outbox(new EventPublisher(
            new KafkaTemplate<>(() -> broker),
            new EventCodec("/test", Keyring.generated()),
            new Topics("openclaw."),
            Clock.systemUTC()));
    private final CallWithdrawn event = withdrawn();
    private final CallWithdrawn smaller = withdrawn();

    private static final class Broker extends MockProducer<String, byte[]> {
        private final Deque<RuntimeException> problems = new ArrayDeque<>();

        Broker() {
            super(true, null, new StringSerializer(), new ByteArraySerializer());
        }

        @Override
        public synchronized Future<RecordMetadata> send(
                ProducerRecord<String, byte[]> record, @Nullable Callback callback) {
            RuntimeException problem = problems.poll();
            if (problem != null) {
                throw problem;
            }
            return super.send(record, callback);
        }

        @Override
        public void close(Duration timeout) {
            // A template closes what it was given for one record.
        }
    }

    private static CallWithdrawn withdrawn() {
        return new CallWithdrawn(Calls.call("demo", "openclaw", "exec", RawJson.EMPTY_OBJECT, Instant.EPOCH));
    }

    private List<String> published() {
        return broker.history().stream().map(ProducerRecord::key).toList();
    }

    @Test
    void publishesWhenTheBrokerIsBack() {
        broker.problems.add(new TimeoutException("no broker"));
        broker.problems.add(new TimeoutException("no broker"));
        assertThat(outbox.publish(event, problem -> smaller)).isSameAs(event);
        assertThat(published()).containsExactly(event.key());
    }

    @Test
    void replacesWhatTheBrokerWillNeverTake() {
        broker.problems.add(new RecordTooLargeException("5 MB"));
        assertThat(outbox.publish(event, problem -> smaller)).isSameAs(smaller);
        assertThat(published()).containsExactly(smaller.key());
    }

    @Test
    void givesUpIfTheBrokerTakesNotEvenTheReplacement() {
        broker.problems.add(new RecordTooLargeException("5 MB"));
        broker.problems.add(new RecordTooLargeException("5 MB"));
        assertThat(outbox.publish(event, problem -> smaller)).isSameAs(smaller);
        assertThat(published()).isEmpty();
    }
}

package io.openclaw.gateway.common.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallRequested;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.UnreadableEventException;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.testing.Calls;
import java.time.Instant;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;

class RecordReaderTest {
    private static final TopicPartition PLACE = new TopicPartition("openclaw.calls.requested", 3);

    private final EventCodec codec = new EventCodec("/test", Keyring.generated());
    private final CallRequested event =
            new CallRequested(Calls.call("demo", "openclaw", "exec", RawJson.EMPTY_OBJECT, Instant.EPOCH));
    private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
    private final RecordReader reader = new RecordReader(
            new DefaultKafkaConsumerFactory<>(Map.of()) {
                @Override
                public Consumer<String, byte[]> createConsumer(
                        @Nullable String groupId,
                        @Nullable String clientIdPrefix,
                        @Nullable String clientIdSuffix,
                        @Nullable Properties properties) {
                    return consumer;
                }
            },
            codec);

    /** The topic keeps the records from 5 to 9. */
    @BeforeEach
    void fillTheTopic() {
        consumer.updateBeginningOffsets(Map.of(PLACE, 5L));
        consumer.updateEndOffsets(Map.of(PLACE, 10L));
        consumer.schedulePollTask(() -> {
            for (long offset = Math.max(5, consumer.position(PLACE)); offset < 10; offset++) {
                consumer.addRecord(record(offset));
            }
        });
    }

    private ConsumerRecord<String, byte[]> record(long offset) {
        var sent = codec.encode(event, PLACE.topic(), null, Instant.EPOCH);
        var record = new ConsumerRecord<>(PLACE.topic(), 3, offset, sent.key(), sent.value());
        sent.headers().forEach(header -> record.headers().add(header));
        return record;
    }

    private CallRequested read(long offset) throws UnreadableEventException {
        return reader.read(
                        PLACE.topic(),
                        3,
                        offset,
                        CallRequested.class,
                        event.call().callId())
                .event();
    }

    @Test
    void aRecordIsReadAgainByItsPosition() throws Exception {
        assertThat(read(7)).isEqualTo(event);
    }

    @Test
    void theRecordOfAnotherCallIsNotTakenForIt() {
        UUID other = UUID.randomUUID();
        assertThatThrownBy(() -> reader.read(PLACE.topic(), 3, 7, CallRequested.class, other))
                .isInstanceOf(UnreadableEventException.class)
                .hasMessage("another record stands where call " + other + " stood");
    }

    @Test
    void norIsAnotherEventOfTheCall() {
        UUID callId = event.call().callId();
        assertThatThrownBy(() -> reader.read(PLACE.topic(), 3, 7, CallCompleted.class, callId))
                .isInstanceOf(UnreadableEventException.class)
                .hasMessageStartingWith("another record stands");
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 10})
    void oneOfWhichTheTopicKnowsNothingIsGoneAndNobodyWaitsForIt(long offset) {
        assertThatThrownBy(() -> read(offset))
                .isInstanceOf(UnreadableEventException.class)
                .hasMessageStartingWith("the record at openclaw.calls.requested-3@" + offset + " is gone");
        assertThat(consumer.lastPollTimeout()).as("nobody waited for it").isNull();
    }
}

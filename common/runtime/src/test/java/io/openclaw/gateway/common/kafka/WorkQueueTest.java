package io.openclaw.gateway.common.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.event.CallSuspected;
import io.openclaw.gateway.common.event.CallWithdrawn;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.Signed;
import io.openclaw.gateway.common.health.BackgroundWork;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.metrics.StageMeters;
import io.openclaw.gateway.common.routing.StageStep;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.common.signing.UntrustedCallException;
import io.openclaw.gateway.testing.Calls;
import io.openclaw.gateway.testing.Events;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.core.KafkaTemplate;

class WorkQueueTest {
    private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");

    private final Keyring keyring = Keyring.generated();
    private final StageStep step = new StageStep(new SignatureChain(keyring));
    private final EventCodec codec = new EventCodec("/test", keyring);
    private final Topics topics = new Topics("openclaw.");
    private final Broker broker = new Broker();
    private final KafkaTemplate<String, byte[]> template = new KafkaTemplate<>(() -> broker);
    private final EventPublisher publisher = new EventPublisher(template, codec, topics, Clock.systemUTC());
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final StageMeters stage = new StageMeters(meters, "judge");
    private final DeadLetters deadLetters = new DeadLetters(template, topics, new SimpleMeterRegistry());
    private final CallSuspected suspected =
            new CallSuspected(Calls.call("demo", "openclaw", "exec", RawJson.EMPTY_OBJECT, NOW), List.of(), Map.of());

    private static final class Broker extends MockProducer<String, byte[]> {
        Broker() {
            super(true, null, new StringSerializer(), new ByteArraySerializer());
        }

        @Override
        public void close(Duration timeout) {
            // A template closes what it was given for one record.
        }
    }

    private ConsumerRecord<String, byte[]> record(int delivery) {
        ConsumerRecord<String, byte[]> record = Events.record(keyring, suspected, 7);
        return new ConsumerRecord<>(
                record.topic(),
                0,
                7,
                0,
                TimestampType.CREATE_TIME,
                -1,
                -1,
                record.key(),
                record.value(),
                new RecordHeaders(record.headers()),
                Optional.empty(),
                Optional.of((short) delivery));
    }

    private List<String> sent() {
        return broker.history().stream().map(record -> record.topic()).toList();
    }

    @Nested
    class OfSingleRecords {

        private WorkQueue.Each<CallSuspected> each(Function<Signed<CallSuspected>, GatewayEvent> handle) {
            return new WorkQueue.Each<>(
                    CallSuspected.class,
                    new EventHandler<>() {
                        @Override
                        public GatewayEvent handle(Signed<CallSuspected> event) {
                            return handle.apply(event);
                        }

                        @Override
                        public GatewayEvent failed(Signed<CallSuspected> event, Throwable problem) {
                            return step.failed(event, Stage.VETTING, NOW);
                        }
                    },
                    codec,
                    publisher,
                    deadLetters,
                    stage,
                    Clock.systemUTC());
        }

        @Test
        void publishesWhatFollowsAndThenAcknowledges() {
            var each = each(event -> new CallWithdrawn(event.event().call()));
            assertThat(each.handle(record(1))).isEqualTo(AcknowledgeType.ACCEPT);
            assertThat(sent()).containsExactly("openclaw.calls.withdrawn");
        }

        @Test
        void givesARecordBackThatFailsAndEndsItsCallBeforeTheBrokerWouldDropIt() {
            var each = each(event -> {
                throw new IllegalStateException("no model");
            });
            assertThat(each.handle(record(1))).isEqualTo(AcknowledgeType.RELEASE);
            assertThat(each.handle(record(3))).isEqualTo(AcknowledgeType.RELEASE);
            assertThat(sent()).isEmpty();
            assertThat(each.handle(record(4))).isEqualTo(AcknowledgeType.ACCEPT);
            assertThat(sent()).containsExactly("openclaw.calls.dead-letter", "openclaw.calls.completed");
        }

        @Test
        void putsAsideWhatIsNotOfferedAndEndsNothing() {
            var each = each(event -> {
                throw new UntrustedCallException("refused: not offered");
            });
            assertThat(each.handle(record(1))).isEqualTo(AcknowledgeType.ACCEPT);
            assertThat(sent()).containsExactly("openclaw.calls.dead-letter");
        }

        @Test
        void putsAsideWhatNobodySignedAndEndsNothing() {
            var each = each(event -> {
                throw new AssertionError("it is not believed");
            });
            ConsumerRecord<String, byte[]> record = record(4);
            record.headers().remove(EventCodec.SIGNATURE);
            assertThat(each.handle(record)).isEqualTo(AcknowledgeType.ACCEPT);
            assertThat(sent()).containsExactly("openclaw.calls.dead-letter");
        }
    }

    @Test
    void claimsWhatIsSignedAndPutsAsideTheRest() {
        List<Received<CallSuspected>> claimed = new ArrayList<>();
        var all = new WorkQueue.All<>(
                CallSuspected.class,
                new WorkQueue.Claims<>() {
                    @Override
                    public void claim(List<Received<CallSuspected>> batch) {
                        claimed.addAll(batch);
                    }

                    @Override
                    public void released() {}
                },
                codec,
                deadLetters,
                stage,
                Clock.systemUTC());
        ConsumerRecord<String, byte[]> unsigned = record(1);
        unsigned.headers().remove(EventCodec.SIGNATURE);
        all.claim(List.of(unsigned, record(1)));
        assertThat(claimed).hasSize(1);
        assertThat(claimed.getFirst().record().offset()).isEqualTo(7);
        assertThat(sent()).containsExactly("openclaw.calls.dead-letter");
    }

    @Test
    void asksForAConsumerAgainAfterOneThatBroke() {
        var work = new BackgroundWork();
        var asked = new AtomicInteger();
        var queue = new WorkQueue(
                "group",
                () -> {
                    asked.incrementAndGet();
                    throw new IllegalStateException("no broker");
                },
                "openclaw.calls.suspect",
                (from, records) -> {},
                timeout -> true,
                work);
        queue.start();
        await().until(() -> asked.get() > 1);
        assertThat(work.problems()).containsKey("group");
        queue.stop();
        assertThat(queue.isRunning()).isFalse();
    }
}

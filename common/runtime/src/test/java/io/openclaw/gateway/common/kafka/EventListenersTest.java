package io.openclaw.gateway.common.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallRequested;
import io.openclaw.gateway.common.event.CallWithdrawn;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.Signed;
import io.openclaw.gateway.common.health.BackgroundWork;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.routing.StageStep;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.common.topic.Topic;
import io.openclaw.gateway.testing.Calls;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.BatchMessageListener;

class EventListenersTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    private final Broker broker = new Broker();
    private final KafkaTemplate<String, byte[]> template = new KafkaTemplate<>(() -> broker);
    private final Topics topics = new Topics("openclaw.");
    private final Keyring keyring = Keyring.generated();
    private final EventCodec codec = new EventCodec("/test", keyring);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final BackgroundWork work = new BackgroundWork();
    private final SignatureChain chain = new SignatureChain(keyring);
    private final StageStep step = new StageStep(chain);
    private final EventListeners listeners = new EventListeners(
            new DefaultKafkaConsumerFactory<>(Map.of()),
            new ShareQueues(new DefaultKafkaConsumerFactory<>(Map.of()), new KafkaAdmin(Map.of())),
            topics,
            codec,
            new EventPublisher(template, codec, topics, Clock.systemUTC()),
            new DeadLetters(template, topics, meters),
            work,
            new QueueLag(
                    meters,
                    () -> {
                        throw new IllegalStateException("there is no broker here");
                    },
                    work),
            meters,
            Clock.fixed(NOW, ZoneOffset.UTC));

    private static final class Broker extends MockProducer<String, byte[]> {
        private @Nullable String refused;

        Broker() {
            super(true, null, new StringSerializer(), new ByteArraySerializer());
        }

        @Override
        public synchronized Future<RecordMetadata> send(
                ProducerRecord<String, byte[]> record, @Nullable Callback callback) {
            if (record.topic().equals(refused)) {
                throw new RecordTooLargeException("too large");
            }
            return super.send(record, callback);
        }

        @Override
        public void close(Duration timeout) {
            // A template closes what it was given for one record.
        }
    }

    private CallRequested requested() {
        return new CallRequested(
                chain.seal(Calls.call("demo", "openclaw", "exec", RawJson.EMPTY_OBJECT, Instant.EPOCH)));
    }

    private TopicReader stage(Function<Signed<CallRequested>, GatewayEvent> handle) {
        return listeners.stage("group", Topic.CALLS_REQUESTED, CallRequested.class, new EventHandler<>() {
            @Override
            public GatewayEvent handle(Signed<CallRequested> event) {
                return handle.apply(event);
            }

            @Override
            public GatewayEvent failed(Signed<CallRequested> event, Throwable problem) {
                return step.failed(event, Stage.POLICY, NOW);
            }
        });
    }

    private void deliver(TopicReader to, GatewayEvent... events) {
        listener(to).onMessage(records(events));
    }

    @SuppressWarnings("unchecked")
    private static BatchMessageListener<String, byte[]> listener(TopicReader of) {
        return (BatchMessageListener<String, byte[]>)
                Objects.requireNonNull(of.container().getContainerProperties().getMessageListener());
    }

    private List<ConsumerRecord<String, byte[]>> records(GatewayEvent... events) {
        return Arrays.stream(events)
                .map(event -> codec.encode(event, "openclaw.calls.requested", null, NOW))
                .map(sent -> {
                    var record = new ConsumerRecord<>(sent.topic(), 0, 0, sent.key(), sent.value());
                    sent.headers().forEach(record.headers()::add);
                    return record;
                })
                .toList();
    }

    private List<ProducerRecord<String, byte[]>> sentTo(String topic) {
        return broker.history().stream()
                .filter(record -> record.topic().equals(topic))
                .toList();
    }

    private CallCompleted onlyEnd() {
        assertThat(sentTo("openclaw.calls.completed")).hasSize(1);
        return Json.readEvent(sentTo("openclaw.calls.completed").getFirst().value(), CallCompleted.class);
    }

    @Test
    void aCallThatAStageThrowsOnIsPutAsideAndEndsAndTheOthersGoOn() {
        CallRequested bad = requested();
        CallRequested good = requested();
        deliver(
                stage(event -> {
                    if (event.event().subject().equals(bad.subject())) {
                        throw new IllegalArgumentException("cannot");
                    }
                    return new CallWithdrawn(event.event().call());
                }),
                bad,
                good);
        assertThat(sentTo("openclaw.calls.dead-letter")).hasSize(1);
        assertThat(onlyEnd().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(onlyEnd().call().callId()).isEqualTo(bad.call().callId());
        assertThat(sentTo("openclaw.calls.withdrawn")).hasSize(1);
        assertThat(work.problems()).isEmpty();
    }

    /** Nobody ends another's call by a record that nobody signed. */
    @Test
    void anEventThatIsNotSignedIsPutAsideCountedAndEndsNothing() {
        List<ConsumerRecord<String, byte[]>> records = records(requested());
        records.getFirst().headers().remove(EventCodec.SIGNATURE);
        listener(stage(event -> {
                    throw new AssertionError("it is not believed");
                }))
                .onMessage(records);
        assertThat(sentTo("openclaw.calls.dead-letter")).hasSize(1);
        assertThat(EventCodec.header(
                        sentTo("openclaw.calls.dead-letter").getFirst().headers(), DeadLetters.REASON))
                .isEqualTo("refused: it is not signed");
        assertThat(sentTo("openclaw.calls.completed")).isEmpty();
        assertThat(meters.counter("openclaw.signatures.refused", "topic", "openclaw.calls.requested")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void aCallThatOverflowsAStagesStackEndsToo() {
        deliver(
                stage(event -> {
                    throw new StackOverflowError();
                }),
                requested());
        assertThat(onlyEnd().outcome()).isEqualTo(Outcome.FAILED);
    }

    @Test
    void aCallWhoseNextEventIsTooLargeForTheBrokerEnds() {
        broker.refused = "openclaw.calls.withdrawn";
        deliver(stage(event -> new CallWithdrawn(event.event().call())), requested());
        assertThat(sentTo("openclaw.calls.dead-letter")).hasSize(1);
        assertThat(onlyEnd().outcome()).isEqualTo(Outcome.FAILED);
    }

    @Test
    void aFailureThatMayPassMakesTheBatchComeAgainAndIsSeenUntilItHasPassed() {
        boolean[] away = {true};
        var stage = stage(event -> {
            if (away[0]) {
                throw new TransientFailureException("the database is away", new IllegalStateException());
            }
            return new CallWithdrawn(event.event().call());
        });
        CallRequested requested = requested();
        assertThatThrownBy(() -> deliver(stage, requested)).isInstanceOf(TransientFailureException.class);
        assertThat(work.problems())
                .hasEntrySatisfying("group", why -> assertThat(why).contains("the database is away"));
        assertThat(broker.history()).isEmpty();
        away[0] = false;
        deliver(stage, requested);
        assertThat(work.problems()).isEmpty();
    }

    /** A container ends by itself when its listener throws an error, and nobody would read its topic any more. */
    @Test
    void anErrorIsAFailureOfTheBatchAndDoesNotEndTheContainer() {
        var container = listeners.batches("group", Topic.CALLS_REQUESTED, CallRequested.class, batch -> {
            throw new OutOfMemoryError("for a test");
        });
        assertThatThrownBy(() -> deliver(container, requested()))
                .isInstanceOf(RuntimeException.class)
                .hasCauseInstanceOf(OutOfMemoryError.class);
        assertThat(work.problems()).containsKey("group");
    }

    @Test
    void theCallThatAStageWorksOnIsInTheLogContext() {
        List<@Nullable String> seen = new ArrayList<>();
        CallRequested requested = requested();
        deliver(
                stage(event -> {
                    seen.add(MDC.get(LogContext.CALL_ID));
                    return new CallWithdrawn(event.event().call());
                }),
                requested);
        assertThat(seen).containsExactly(requested.subject());
        assertThat(MDC.get(LogContext.CALL_ID)).isNull();
    }

    /** Of several readers of the same records one puts aside what is none. */
    @Test
    void aReaderOfAllForItselfSkipsWhatNobodySigned() {
        List<GatewayEvent> handled = new ArrayList<>();
        BatchHandler<CallRequested> handler = batch -> batch.forEach(received -> handled.add(received.event()));
        var records = records(requested());
        records.getFirst().headers().remove(EventCodec.SIGNATURE);
        listener(listeners.alone("mine", Topic.CALLS_REQUESTED, CallRequested.class, handler))
                .onMessage(records);
        assertThat(broker.history()).isEmpty();
        listener(listeners.batches("all", Topic.CALLS_REQUESTED, CallRequested.class, handler))
                .onMessage(records);
        assertThat(sentTo("openclaw.calls.dead-letter")).hasSize(1);
        assertThat(handled).isEmpty();
    }

    @Test
    void aReaderThatIsNotOpenReadsNothingThoughItIsStarted() {
        TopicReader reader = stage(event -> event.event()).closed();
        reader.start();
        assertThat(reader.isRunning()).isTrue();
        assertThat(reader.container().isRunning()).isFalse();
        reader.stop();
        assertThat(reader.isRunning()).isFalse();
        reader.open();
        assertThat(reader.container().isRunning()).isFalse();
    }
}

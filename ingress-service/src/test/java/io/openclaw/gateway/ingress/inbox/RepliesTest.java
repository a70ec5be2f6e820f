package io.openclaw.gateway.ingress.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.testing.Calls;
import io.openclaw.gateway.testing.MutableClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.core.KafkaTemplate;
import tools.jackson.databind.JsonNode;

class RepliesTest {
    private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");
    private static final String TOPIC = "openclaw.replies.crm-bot";

    private final MutableClock clock = new MutableClock(NOW);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Broker broker = new Broker();
    private boolean isThere = true;
    private final Replies replies = new Replies(
            new KafkaTemplate<>(() -> broker),
            new ReplyTopics("openclaw.replies.", topic -> isThere, clock),
            ids -> ids.stream().collect(Collectors.toMap(id -> id, id -> "nonce-of-" + id)),
            "/test",
            clock,
            meters);

    private static final class Broker extends MockProducer<String, byte[]> {
        private int largest = Integer.MAX_VALUE;
        private @Nullable RuntimeException problem;

        Broker() {
            super(true, null, new StringSerializer(), new ByteArraySerializer());
        }

        @Override
        public synchronized Future<RecordMetadata> send(
                ProducerRecord<String, byte[]> record, @Nullable Callback callback) {
            if (problem != null) {
                throw problem;
            }
            if (record.value().length > largest) {
                throw new RecordTooLargeException("too large");
            }
            return super.send(record, callback);
        }

        @Override
        public void close(Duration timeout) {
            // A template closes the producer of a factory that keeps none.
        }
    }

    private static CallCompleted end(Origin origin, String agent, String result) {
        ToolCall asked = Calls.call(agent, "openclaw", "clock", RawJson.EMPTY_OBJECT, NOW);
        var call = new ToolCall(
                asked.callId(),
                agent,
                asked.upstream(),
                asked.tool(),
                null,
                origin,
                asked.mode(),
                asked.requestedAt(),
                asked.deadline(),
                null,
                null,
                null,
                null,
                0,
                asked.digest(),
                null,
                Map.of());
        return CallCompleted.of(call, List.of(), Outcome.SUCCEEDED, RawJson.of(result), null, Stage.EXECUTOR, NOW);
    }

    private double counted(String outcome) {
        var counter =
                meters.find("openclaw.inbox.replies").tag("outcome", outcome).counter();
        return counter == null ? 0 : counter.count();
    }

    @Test
    void anEndIsToldOnTheAgentsOwnTopicUnderTheNonceOfItsRecord() {
        CallCompleted end = end(Origin.KAFKA, "crm-bot", "{\"now\":1}");
        replies.ended(List.of(end));
        assertThat(broker.history()).singleElement().satisfies(record -> {
            assertThat(record.topic()).isEqualTo(TOPIC);
            assertThat(record.key()).isEqualTo("nonce-of-" + end.call().callId());
            assertThat(new String(record.headers().lastHeader("ce_id").value(), StandardCharsets.UTF_8))
                    .isEqualTo(end.call().callId() + "/COMPLETED");
        });
        assertThat(counted("sent")).isEqualTo(1);
    }

    @Test
    void whatCameInByAnotherDoorIsNotTold() {
        replies.ended(List.of(end(Origin.REST, "crm-bot", "{}")));
        assertThat(broker.history()).isEmpty();
    }

    @Test
    void anAgentWhoseNameIsNoNameOfATopicIsNotTold() {
        replies.ended(List.of(end(Origin.KAFKA, "corp:alice", "{}")));
        assertThat(broker.history()).isEmpty();
    }

    @Test
    void aResultThatTheTopicDoesNotTakeIsLeftOutAndTheOutcomeIsTold() {
        broker.largest = 1_000;
        replies.ended(List.of(end(Origin.KAFKA, "crm-bot", "{\"text\":\"" + "x".repeat(2_000) + "\"}")));
        assertThat(broker.history()).singleElement().satisfies(record -> {
            JsonNode reply = Json.MAPPER.readTree(record.value());
            assertThat(reply.path("outcome").asString()).isEqualTo("SUCCEEDED");
            assertThat(reply.at("/error/type").asString()).isEqualTo("result_too_large");
            assertThat(reply.has("result")).isFalse();
        });
    }

    @Test
    void aBrokerThatIsAwayMakesTheBatchComeAgain() {
        broker.problem = new TimeoutException("away");
        assertThatThrownBy(() -> replies.ended(List.of(end(Origin.KAFKA, "crm-bot", "{}"))))
                .isInstanceOf(CompletionException.class);
    }

    @Test
    void aTopicThatIsGoneHoldsUpNothing() {
        replies.ended(List.of(end(Origin.KAFKA, "crm-bot", "{}")));
        isThere = false;
        broker.problem = new TimeoutException("no such topic");
        replies.ended(List.of(end(Origin.KAFKA, "crm-bot", "{}")));
        assertThat(counted("lost")).isEqualTo(1);
    }

    @Test
    void aTopicThatIngressMayNotWriteHoldsUpNothing() {
        broker.problem = new TopicAuthorizationException(TOPIC);
        replies.ended(List.of(end(Origin.KAFKA, "crm-bot", "{}")));
        assertThat(counted("lost")).isEqualTo(1);
    }

    @Test
    void aTopicThatIsMadeLaterIsFoundWithinHalfAMinute() {
        isThere = false;
        replies.ended(List.of(end(Origin.KAFKA, "crm-bot", "{}")));
        isThere = true;
        clock.advance(Duration.ofSeconds(31));
        replies.ended(List.of(end(Origin.KAFKA, "crm-bot", "{}")));
        assertThat(broker.history()).hasSize(1);
    }
}

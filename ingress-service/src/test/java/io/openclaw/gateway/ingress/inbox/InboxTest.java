package io.openclaw.gateway.ingress.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.identity.AgentDirectory;
import io.openclaw.gateway.common.identity.KnownAgents;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.kafka.DeadLetters;
import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.ingress.core.AgentLimits;
import io.openclaw.gateway.ingress.core.AgentRates;
import io.openclaw.gateway.ingress.core.JsonLimits;
import io.openclaw.gateway.ingress.core.ParsingPool;
import io.openclaw.gateway.ingress.core.PipelineDouble;
import io.openclaw.gateway.ingress.core.PipelineUnavailableException;
import io.openclaw.gateway.ingress.inbox.core.InboxProof;
import io.openclaw.gateway.ingress.inbox.core.InboxWindow;
import io.openclaw.gateway.testing.MutableClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.kafka.core.KafkaTemplate;
import tools.jackson.databind.JsonNode;

class InboxTest {
    private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");
    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final String CLOCK = "{\"tool\":\"clock\"}";

    @TempDir
    private Path secrets;

    private final MutableClock clock = new MutableClock(NOW);
    private final PipelineDouble pipeline = new PipelineDouble(clock);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ParsingPool parsing = new ParsingPool(1);
    private final MockProducer<String, byte[]> broker =
            new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer()) {
                @Override
                public void close(Duration timeout) {
                    // A template closes the producer of a factory that keeps none.
                }
            };
    private final KafkaTemplate<String, byte[]> template = new KafkaTemplate<>(() -> broker);
    private boolean hasReplyTopic = true;
    private long bytesPerMinute = 1_000_000;

    private Inbox inbox(KnownAgents agents) {
        return new Inbox(
                pipeline,
                agents,
                new InboxSecrets(secrets),
                new InboxWindow(Duration.ofMinutes(5)),
                new AgentRates(clock),
                caller -> new AgentLimits(100, bytesPerMinute, 100),
                new JsonLimits(1_000),
                parsing,
                new Replies(
                        template,
                        new ReplyTopics("openclaw.replies.", topic -> hasReplyTopic, clock),
                        ids -> Map.of(),
                        "/test",
                        clock,
                        meters),
                new DeadLetters(template, new Topics("openclaw."), meters),
                clock,
                meters);
    }

    private Inbox inbox() {
        var agent = new PolicyDocument.Agent("crm-bot", null, null, Map.of(), List.of(), List.of(), List.of());
        var upstream =
                Json.read("{\"name\":\"openclaw\"}".getBytes(StandardCharsets.UTF_8), PolicyDocument.Upstream.class);
        var policy = new PolicyDocument(
                List.of(agent),
                List.of(),
                List.of(),
                List.of(),
                List.of(upstream),
                List.of(),
                PolicyDocument.Defaults.NONE,
                PolicyDocument.Results.FLAGGED,
                List.of());
        return inbox(new KnownAgents(AgentDirectory.of(policy, List.of()), clock));
    }

    @BeforeEach
    void theAgentHasASecret() throws IOException {
        Files.writeString(secrets.resolve("crm-bot"), SECRET + "\n");
    }

    @AfterEach
    void close() {
        parsing.close();
    }

    private static ConsumerRecord<String, byte[]> signed(String agent, String body, String nonce, Instant arrived) {
        byte[] value = body.getBytes(StandardCharsets.UTF_8);
        var headers = new RecordHeaders();
        Map.of(
                        InboxProof.AGENT,
                        agent,
                        InboxProof.TIMESTAMP,
                        NOW.toString(),
                        InboxProof.NONCE,
                        nonce,
                        InboxProof.SIGNATURE,
                        InboxProof.sign(SECRET, agent, NOW.toString(), nonce, value))
                .forEach((name, text) -> headers.add(name, text.getBytes(StandardCharsets.UTF_8)));
        return new ConsumerRecord<>(
                "openclaw.calls.inbox",
                0,
                7,
                arrived.toEpochMilli(),
                TimestampType.LOG_APPEND_TIME,
                -1,
                value.length,
                agent,
                value,
                headers,
                Optional.empty());
    }

    private static ConsumerRecord<String, byte[]> signed(String body) {
        return signed("crm-bot", body, UUID.randomUUID().toString(), NOW);
    }

    private List<ProducerRecord<String, byte[]>> sentTo(String topic) {
        return broker.history().stream()
                .filter(record -> record.topic().equals(topic))
                .toList();
    }

    private String onlyDeadLetter() {
        assertThat(sentTo("openclaw.calls.dead-letter")).hasSize(1);
        ProducerRecord<String, byte[]> letter =
                sentTo("openclaw.calls.dead-letter").getFirst();
        assertThat(letter.headers().lastHeader(InboxProof.SIGNATURE)).isNull();
        assertThat(letter.headers().lastHeader(InboxProof.TOKEN)).isNull();
        return new String(letter.headers().lastHeader(DeadLetters.REASON).value(), StandardCharsets.UTF_8);
    }

    private JsonNode onlyReply() {
        assertThat(sentTo("openclaw.replies.crm-bot")).hasSize(1);
        return Json.MAPPER.readTree(
                sentTo("openclaw.replies.crm-bot").getFirst().value());
    }

    @Test
    void aRecordWhoseWriterIsProvenBecomesACall() {
        inbox().onMessage(List.of(
                signed("{\"tool\":\"clock\",\"arguments\":{\"zone\":\"UTC\"},\"session\":\"s-1\",\"run\":\"r-1\"}")));

        ToolCall call = pipeline.lastAsked();
        assertThat(call.agent()).isEqualTo("crm-bot");
        assertThat(call.origin()).isEqualTo(Origin.KAFKA);
        assertThat(call.mode()).isEqualTo(Mode.EXECUTE);
        assertThat(call.address()).isEqualTo("openclaw/clock");
        assertThat(call.run()).isNotNull();
        assertThat(call.run().session()).isEqualTo("s-1");
        assertThat(broker.history()).isEmpty();
        assertThat(meters.get("openclaw.inbox.records")
                        .tag("outcome", "taken")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void aRecordThatNobodySignedIsPutAsideWithoutAReply() {
        ConsumerRecord<String, byte[]> record = signed(CLOCK);
        record.headers().remove(InboxProof.SIGNATURE);
        inbox().onMessage(List.of(record));

        assertThat(onlyDeadLetter()).startsWith("unsigned: ").contains(InboxProof.SIGNATURE);
        assertThat(sentTo("openclaw.replies.crm-bot")).isEmpty();
        assertThat(pipeline.asked()).isEmpty();
    }

    @Test
    void aSignatureOfAnotherSecretIsPutAside() throws IOException {
        Files.writeString(secrets.resolve("crm-bot"), "another-secret-another-secret-another");
        inbox().onMessage(List.of(signed(CLOCK)));
        assertThat(onlyDeadLetter()).startsWith("wrong-signature: ");
        assertThat(pipeline.asked()).isEmpty();
    }

    @Test
    void aShortSecretProvesNothing() throws IOException {
        Files.writeString(secrets.resolve("crm-bot"), "short");
        inbox().onMessage(List.of(signed(CLOCK)));
        assertThat(onlyDeadLetter()).startsWith("wrong-signature: ");
    }

    @Test
    void anAgentThatThePolicyDoesNotNameIsPutAsideThoughItHasASecret() throws IOException {
        Files.writeString(secrets.resolve("gone"), SECRET);
        inbox().onMessage(List.of(signed("gone", CLOCK, UUID.randomUUID().toString(), NOW)));
        assertThat(onlyDeadLetter()).startsWith("unknown-agent: ").contains("gone");
    }

    @Test
    void aCopyThatComesAfterTheWindowIsPutAside() {
        ConsumerRecord<String, byte[]> first = signed(CLOCK);
        String nonce = new String(first.headers().lastHeader(InboxProof.NONCE).value(), StandardCharsets.UTF_8);
        inbox().onMessage(List.of(first, signed("crm-bot", CLOCK, nonce, NOW.plus(Duration.ofMinutes(6)))));
        assertThat(pipeline.asked()).hasSize(1);
        assertThat(onlyDeadLetter()).startsWith("too-old: ");
    }

    @Test
    void aRecordThatWaitedInItsTopicForLongIsTakenAllTheSame() {
        clock.advance(Duration.ofHours(3));
        inbox().onMessage(List.of(signed(CLOCK)));
        assertThat(pipeline.asked()).hasSize(1);
    }

    @Test
    void whereTheBrokerDoesNotSayWhenARecordCameTheClockDoes() {
        ConsumerRecord<String, byte[]> record = signed(CLOCK);
        var asItsWriterSays = new ConsumerRecord<>(
                record.topic(),
                0,
                7,
                NOW.toEpochMilli(),
                TimestampType.CREATE_TIME,
                -1,
                -1,
                record.key(),
                record.value(),
                record.headers(),
                Optional.<Integer>empty());
        clock.advance(Duration.ofHours(3));
        inbox().onMessage(List.of(asItsWriterSays));
        assertThat(onlyDeadLetter()).startsWith("too-old: ");
    }

    @Test
    void theWriterIsToldWhyItsRecordBecameNoCall() {
        inbox().onMessage(List.of(signed("{\"tool\":\"clock\",\"colour\":\"red\"}")));
        assertThat(onlyDeadLetter()).startsWith("invalid-request: ").contains("colour");
        JsonNode reply = onlyReply();
        assertThat(reply.path("status").asString()).isEqualTo("REFUSED");
        assertThat(reply.at("/error/type").asString()).isEqualTo("invalid-request");
        assertThat(reply.path("nonce").asString()).hasSize(36);
    }

    @Test
    void anAgentIsHeldToItsLimitsAsByHttp() {
        bytesPerMinute = 50;
        Inbox inbox = inbox();
        inbox.onMessage(List.of(signed(CLOCK), signed(CLOCK), signed(CLOCK)));
        assertThat(pipeline.asked()).hasSize(1);
        assertThat(sentTo("openclaw.calls.dead-letter")).hasSize(2);
        JsonNode reply = Json.MAPPER.readTree(
                sentTo("openclaw.replies.crm-bot").getFirst().value());
        assertThat(reply.at("/error/type").asString()).isEqualTo("too-many-bytes");
        assertThat(reply.path("retryAfterSeconds").asLong()).isPositive();
    }

    @Test
    void aBadRecordDoesNotHoldUpTheOthers() {
        inbox().onMessage(List.of(signed("no json"), signed(CLOCK)));
        assertThat(pipeline.asked()).hasSize(1);
        assertThat(onlyDeadLetter()).startsWith("invalid-request: ");
    }

    @Test
    void aRecordOfACallThatIsOverIsAnsweredAgain() {
        pipeline.onCall(call -> pipeline.succeeds(call, "{\"now\":1}"));
        inbox().onMessage(List.of(signed(CLOCK)));
        JsonNode reply = onlyReply();
        assertThat(reply.path("status").asString()).isEqualTo("COMPLETED");
        assertThat(reply.path("outcome").asString()).isEqualTo("SUCCEEDED");
        assertThat(reply.at("/result/now").asInt()).isEqualTo(1);
        assertThat(reply.path("callId").asString())
                .isEqualTo(pipeline.lastAsked().callId().toString());
    }

    @Test
    void anAgentWithoutATopicOfItsOwnIsToldNothing() {
        hasReplyTopic = false;
        pipeline.onCall(call -> pipeline.succeeds(call, "{}"));
        inbox().onMessage(List.of(signed(CLOCK)));
        assertThat(broker.history()).isEmpty();
    }

    @Test
    void nothingIsTakenBeforeThereIsAPolicy() {
        Inbox inbox = inbox(new KnownAgents(new PolicyFollower(), clock));
        assertThatThrownBy(() -> inbox.onMessage(List.of(signed(CLOCK))))
                .isInstanceOf(PipelineUnavailableException.class);
        assertThat(broker.history()).isEmpty();
    }

    @Test
    void aSecretThatIsReplacedHoldsFromThenOn() throws IOException {
        Inbox inbox = inbox();
        Files.writeString(secrets.resolve("crm-bot"), "a-new-secret-a-new-secret-a-new-secret\n" + SECRET + "\n");
        inbox.onMessage(List.of(signed(CLOCK)));
        assertThat(pipeline.asked()).hasSize(1);
        Files.writeString(secrets.resolve("crm-bot"), "a-new-secret-a-new-secret-a-new-secret\n");
        inbox.onMessage(List.of(signed(CLOCK)));
        assertThat(pipeline.asked()).hasSize(1);
    }
}

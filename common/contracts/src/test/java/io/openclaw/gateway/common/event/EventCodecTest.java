package io.openclaw.gateway.common.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.Calls;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.LeftOut;
import io.openclaw.gateway.common.policy.ToolDefinition;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventCodecTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:01Z");
    private static final ToolDefinition TOOL = new ToolDefinition(
            "exec",
            null,
            "Runs a command.",
            RawJson.of("{\"type\":\"object\"}"),
            new ToolDefinition.Annotations(false, true, null, null),
            Map.of());
    private static final Verdict VERDICT = Verdict.of(
                    Stage.POLICY,
                    Decision.ALLOW,
                    List.of(new Reason("role/demo", "may use openclaw/*", Severity.INFO)),
                    "policy-1",
                    NOW,
                    "abc")
            .signed("00ff");
    private final EventCodec codec = new EventCodec("/openclaw-gateway/test");

    static Stream<GatewayEvent> oneOfEach() {
        ToolCall call = Calls.call("{\"command\":\"ls\"}").sealed("seal");
        List<Verdict> verdicts = List.of(VERDICT);
        return Stream.of(
                new CallRequested(call),
                new CallAuthorized(call, verdicts, Map.of()),
                new CallSuspected(call, verdicts, Map.of()),
                new CallEscalated(call, verdicts, Map.of()),
                new CallCleared(call, verdicts, Map.of()),
                CallCompleted.of(
                                call,
                                verdicts,
                                Outcome.FAILED,
                                RawJson.of("{\"a\":[1]}"),
                                CallError.of("tool_error", "no"),
                                Stage.EXECUTOR,
                                NOW)
                        .noticing(List.of(new Reason("results/injection", "it speaks to a model", Severity.HIGH))),
                new CallWithdrawn(call.withoutArguments()),
                new ApprovalChanged(
                        call.withoutArguments(), ApprovalChanged.Status.DENIED, NOW, NOW, "eve", "no", Map.of()),
                new CallProgressed(
                        call.withoutArguments(),
                        1,
                        "notifications/progress",
                        RawJson.of("{\"progress\":1}"),
                        NOW,
                        "00",
                        Map.of()),
                new InputRequested(
                        call.withoutArguments(),
                        1,
                        Map.of("name", RawJson.of("{\"method\":\"elicitation/create\"}")),
                        NOW,
                        "00",
                        Map.of()),
                new InputGiven(
                        call.withoutArguments(),
                        1,
                        Map.of("name", RawJson.of("{\"action\":\"accept\"}")),
                        Map.of("root", RawJson.of("{\"code\":-1}")),
                        true,
                        NOW,
                        "00",
                        Map.of()),
                new PolicyPublished(
                        PolicyPublished.Slot.CANDIDATE,
                        "abc",
                        RawJson.of("{\"agents\":[]}"),
                        NOW,
                        "policy-1",
                        "00",
                        Map.of()),
                new FreezeChanged("agent:demo", true, "it runs wild", NOW, "admin", "00", Map.of()),
                new KeyChanged("0123", "demo", "0123ab", NOW, NOW, true, NOW, "admin", "00", Map.of()),
                new ToolPinned("openclaw", TOOL, TOOL.hash(), TOOL, List.of("odd"), NOW, "admin", "00", Map.of()),
                new ToolsReported(
                        "openclaw",
                        List.of(TOOL),
                        List.of(new LeftOut("x", "its name is empty")),
                        NOW,
                        "executor-1",
                        Map.of()),
                new UpstreamReported("openclaw", false, "connection refused", NOW, "executor-1", Map.of()),
                new OffersReported(
                        "files",
                        List.of(RawJson.of("{\"name\":\"p\"}")),
                        List.of(RawJson.of("{\"uri\":\"file:///a\"}")),
                        List.of(),
                        NOW,
                        "executor-1",
                        Map.of()),
                new ResourceUpdated("files", "file:///a", NOW, "executor-1", Map.of()),
                new SignInFailed("admin", "192.0.2.7", 10, NOW, "approval-1", Map.of()));
    }

    private static ConsumerRecord<String, byte[]> received(ProducerRecord<String, byte[]> sent) {
        var record = new ConsumerRecord<>(sent.topic(), 0, 0L, sent.key(), sent.value());
        sent.headers().forEach(record.headers()::add);
        return record;
    }

    @ParameterizedTest
    @MethodSource("oneOfEach")
    void everyEventComesBackAsItWasSent(GatewayEvent event) throws UnreadableEventException {
        assertThat(codec.decode(received(codec.encode(event, "t", null, NOW)))).isEqualTo(event);
    }

    @ParameterizedTest
    @MethodSource("oneOfEach")
    void aGlanceSeesWhatTheEventSays(GatewayEvent event) throws UnreadableEventException {
        EventCodec.Glance glance = codec.glance(received(codec.encode(event, "t", null, NOW)));

        assertThat(glance.type()).isEqualTo(EventType.of(event));
        ToolCall call = switch (event) {
            case CallEvent of -> of.call();
            case ApprovalChanged changed -> changed.call();
            case ConversationEvent said -> said.call();
            default -> null;
        };
        assertThat(glance.callId()).isEqualTo(call == null ? null : call.callId());
        assertThat(glance.agent()).isEqualTo(call == null ? null : call.agent());
        assertThat(glance.tool()).isEqualTo(call == null ? null : call.tool());
        assertThat(glance.upstream())
                .isEqualTo(
                        switch (event) {
                            case UpstreamReported report -> report.upstream();
                            case ToolsReported report -> report.upstream();
                            case ToolPinned pinned -> pinned.upstream();
                            case OffersReported report -> report.upstream();
                            case ResourceUpdated report -> report.upstream();
                            default -> call == null ? null : call.upstream();
                        });
        assertThat(glance.outcome()).isEqualTo(event instanceof CallCompleted ? "FAILED" : null);
    }

    @Test
    void everyTypeHasAnExampleHere() {
        assertThat(oneOfEach().map(EventType::of)).containsExactlyInAnyOrder(EventType.values());
    }

    @Test
    void theRecordIsACloudEventInBinaryMode() {
        ToolCall call = Calls.call("{}");
        ProducerRecord<String, byte[]> record =
                codec.encode(new CallAuthorized(call, List.of(), Map.of()), "openclaw.calls.authorized", 2, NOW);

        assertThat(record.partition()).isEqualTo(2);
        assertThat(record.key()).isEqualTo(call.callId().toString());
        assertThat(EventCodec.header(record.headers(), "ce_specversion")).isEqualTo("1.0");
        assertThat(EventCodec.header(record.headers(), "ce_type")).isEqualTo("io.openclaw.gateway.call.authorized.v1");
        assertThat(EventCodec.header(record.headers(), "ce_id")).isEqualTo(call.callId() + "/call.authorized");
        assertThat(EventCodec.header(record.headers(), "ce_source")).isEqualTo("/openclaw-gateway/test");
        assertThat(EventCodec.header(record.headers(), "ce_subject"))
                .isEqualTo(call.callId().toString());
        assertThat(EventCodec.header(record.headers(), "ce_time")).isEqualTo("2026-11-24T10:00:01Z");
        assertThat(EventCodec.header(record.headers(), "content-type")).isEqualTo("application/json");
    }

    @Test
    void aRequestIsKeyedByItsAgent() {
        assertThat(codec.encode(new CallRequested(Calls.call("{}")), "t", null, NOW)
                        .key())
                .isEqualTo("demo");
    }

    @Nested
    class WhatAStageDoesNotKnow {

        @Test
        void argumentsKeepTheirSpellingToTheLastByte() throws UnreadableEventException {
            String spelled = "{ \"b\" : 1.0,\n\t\"a\": \"\\u00e9é😀\", \"c\": [ 1e3 ] }";

            var event = (CallRequested)
                    codec.decode(received(codec.encode(new CallRequested(Calls.call(spelled)), "t", null, NOW)));

            assertThat(event.call().arguments()).isEqualTo(RawJson.of(spelled));
        }

        @Test
        void unknownFieldsAreKeptAtEveryLevel() throws UnreadableEventException {
            var sent = codec.encode(
                    new CallAuthorized(Calls.call("{}").sealed("s"), List.of(VERDICT), Map.of()), "t", null, NOW);
            String widened = new String(sent.value(), StandardCharsets.UTF_8)
                    .replaceFirst("\\{\"call\":\\{", "{\"tomorrow\":{\"x\":[1,2]},\"call\":{\"also\":\"kept\",")
                    .replaceFirst("\"verdicts\":\\[\\{", "\"verdicts\":[{\"too\":7,");
            var record = new ConsumerRecord<>("t", 0, 0L, "k", widened.getBytes(StandardCharsets.UTF_8));
            sent.headers().forEach(record.headers()::add);

            GatewayEvent event = codec.decode(record);
            String again = new String(Json.write(event), StandardCharsets.UTF_8);

            assertThat(again)
                    .contains("\"tomorrow\":{\"x\":[1,2]}")
                    .contains("\"also\":\"kept\"")
                    .contains("\"too\":7");
        }
    }

    @Nested
    class WhatCannotBeRead {

        private void assertUnreadable(String typeName, String value, String reason) {
            var record = new ConsumerRecord<>("t", 0, 0L, "k", value.getBytes(StandardCharsets.UTF_8));
            record.headers().add("ce_type", typeName.getBytes(StandardCharsets.UTF_8));
            assertThatThrownBy(() -> codec.decode(record))
                    .isInstanceOf(UnreadableEventException.class)
                    .hasMessageContaining(reason);
        }

        @Test
        void anotherVersionIsNamed() {
            assertUnreadable("io.openclaw.gateway.call.requested.v2", "{}", "io.openclaw.gateway.call.requested.v2");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"", "not json", "[]", "{}", "{\"call\":{}}", "{\"call\":null}", "{\"call\":{\"callId\":7}}"})
        void whatIsNoCallHasAReason(String value) {
            assertUnreadable("io.openclaw.gateway.call.requested.v1", value, "");
        }

        @Test
        void aVerdictWithoutAnOutcomeIsNamed() {
            String json = new String(
                    Json.write(new CallCleared(Calls.call("{}"), List.of(VERDICT), Map.of())), StandardCharsets.UTF_8);
            assertUnreadable(
                    "io.openclaw.gateway.call.cleared.v1",
                    json.replace("\"outcome\":\"ALLOW\",", ""),
                    "verdict.outcome");
        }

        @Test
        void aRecordWithoutHeadersIsNoCloudEvent() {
            var record = new ConsumerRecord<>("t", 0, 0L, "k", new byte[] {'{', '}'});
            assertThatThrownBy(() -> codec.decode(record)).hasMessageContaining("ce_type");
        }
    }

    /** The last look: whatever a stage overlooked, no text enters a topic that its readers would read differently. */
    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":\"\\ud800\"}", "{\"\\udc00\":1}", "{\"a\":\"\ud800\"}"})
    void textThatUtf8CannotCarryEntersNoTopic(String arguments) {
        ToolCall call = Calls.call("{}").showing(RawJson.of(arguments), null);
        assertThatThrownBy(() -> codec.encode(new CallRequested(call), "topic", null, NOW))
                .isInstanceOf(RuntimeException.class)
                .hasMessageContaining("urrogate");
    }
}

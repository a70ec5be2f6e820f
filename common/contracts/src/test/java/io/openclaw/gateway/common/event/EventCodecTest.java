package io.openclaw.gateway.common.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.Calls;
import io.openclaw.gateway.common.Events;
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
import io.openclaw.gateway.common.signing.Keyring;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventCodecTest {
    private static final UUID RUN = UUID.fromString("0198c0de-0000-7000-8000-000000000001");
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
    private final EventCodec codec = new EventCodec("/openclaw-gateway/test", Keyring.generated());

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
                        call.withoutArguments(),
                        ApprovalChanged.Status.DENIED,
                        NOW,
                        NOW,
                        "eve",
                        "no",
                        "console",
                        Map.of()),
                new ConsoleActed("eve", "grant.created", "g1", "10 min", "192.0.2.1", NOW, "i1", Map.of()),
                new CheckpointSigned("log.example", 7, "AA==", "log.example\n7\n…", NOW, "i1", Map.of()),
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
                new CallReported(
                        call.withoutArguments(),
                        CallReported.Ran.FAILED,
                        12L,
                        "00",
                        RawJson.of("{\"a\":1}"),
                        "no such file",
                        NOW,
                        "00",
                        Map.of()),
                new CallDiverged(call.withoutArguments(), "00", NOW, "00", Map.of()),
                new HookReported(
                        "demo",
                        "host-1",
                        HookReported.Status.MISSING_CALLS,
                        "1 of 2 calls",
                        "s",
                        2,
                        List.of("exec"),
                        NOW,
                        "ingress-1",
                        Map.of()),
                new RunStarted(RUN, "demo", "alice", "ACT", "list my sessions", NOW, Map.of()),
                new RunPlanned(
                        RUN,
                        "demo",
                        1,
                        "d1",
                        RawJson.of("[{\"tool\":\"message\"}]"),
                        List.of(new Reason("plan/secret-then-send", "It may.", Severity.HIGH)),
                        "alice",
                        NOW,
                        Map.of()),
                new ModelAsked(
                        RUN,
                        "demo",
                        1,
                        2,
                        "gpt",
                        "list my sessions",
                        RawJson.of("{\"text\":\"two\"}"),
                        CallError.of("model_timeout", "It did not answer."),
                        100,
                        10,
                        0.25,
                        1_200,
                        NOW,
                        Map.of()),
                new RunStepEnded(
                        RUN,
                        "demo",
                        1,
                        RUN,
                        "openclaw/message",
                        "d1",
                        "DENIED",
                        CallError.of("denied", "no"),
                        NOW,
                        Map.of()),
                new RunEnded(RUN, "demo", "SUCCEEDED", "Two.", null, 1, 100, 10, 0.25, NOW, Map.of()),
                new SignInFailed("admin", "192.0.2.7", 10, NOW, "approval-1", Map.of()));
    }

    private static ConsumerRecord<String, byte[]> received(ProducerRecord<String, byte[]> sent) {
        return Events.received(sent, 0);
    }

    private ProducerRecord<String, byte[]> encoded(GatewayEvent event) {
        return codec.encode(event, "openclaw." + EventType.of(event).topic().suffix(), null, NOW);
    }

    @ParameterizedTest
    @MethodSource("oneOfEach")
    void everyEventComesBackAsItWasSent(GatewayEvent event) throws UnreadableEventException {
        Signed<GatewayEvent> signed = codec.decode(received(encoded(event)));
        assertThat(signed.event()).isEqualTo(event);
        assertThat(EventType.of(event).writers()).contains(signed.writer());
        assertThat(codec.isCurrent(signed)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("oneOfEach")
    void aGlanceSeesWhatTheEventSays(GatewayEvent event) throws UnreadableEventException {
        EventCodec.Glance glance = codec.glance(received(encoded(event)));
        assertThat(glance.proof().writer()).isIn(EventType.of(event).writers());

        assertThat(glance.type()).isEqualTo(EventType.of(event));
        ToolCall call = switch (event) {
            case CallEvent of -> of.call();
            case ApprovalChanged changed -> changed.call();
            case ConversationEvent said -> said.call();
            default -> null;
        };
        RunEvent run = event instanceof RunEvent ofRun ? ofRun : null;
        UUID id = run != null ? run.runId() : call == null ? null : call.callId();
        String agent = run != null ? run.agent() : call == null ? null : call.agent();
        assertThat(glance.callId()).isEqualTo(id);
        assertThat(glance.agent()).isEqualTo(agent);
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
        assertThat(glance.outcome())
                .isEqualTo(event instanceof CallCompleted ? "FAILED" : event instanceof RunEnded ? "SUCCEEDED" : null);
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
        assertThat(encoded(new CallRequested(Calls.call("{}"))).key()).isEqualTo("demo");
    }

    @Nested
    class WhatAStageDoesNotKnow {

        @Test
        void argumentsKeepTheirSpellingToTheLastByte() throws UnreadableEventException {
            String spelled = "{ \"b\" : 1.0,\n\t\"a\": \"\\u00e9é😀\", \"c\": [ 1e3 ] }";

            CallRequested event = codec.decode(
                            received(encoded(new CallRequested(Calls.call(spelled)))), CallRequested.class)
                    .event();

            assertThat(event.call().arguments()).isEqualTo(RawJson.of(spelled));
        }

        @Test
        void unknownFieldsAreKeptAtEveryLevel() throws UnreadableEventException {
            byte[] value = Json.write(new CallAuthorized(Calls.call("{}").sealed("s"), List.of(VERDICT), Map.of()));
            String widened = new String(value, StandardCharsets.UTF_8)
                    .replaceFirst("\\{\"call\":\\{", "{\"tomorrow\":{\"x\":[1,2]},\"call\":{\"also\":\"kept\",")
                    .replaceFirst("\"verdicts\":\\[\\{", "\"verdicts\":[{\"too\":7,");
            GatewayEvent wider = Json.readEvent(widened.getBytes(StandardCharsets.UTF_8), CallAuthorized.class);

            GatewayEvent event = codec.decode(received(encoded(wider))).event();
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

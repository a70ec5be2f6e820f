package io.openclaw.gateway.e2e;

import static io.openclaw.gateway.e2e.RunningGateway.eventually;
import static io.openclaw.gateway.e2e.RunningGateway.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.CallIds;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallCleared;
import io.openclaw.gateway.common.event.CallWithdrawn;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.ToolsReported;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.common.topic.Topic;
import io.openclaw.gateway.e2e.RunningGateway.Answer;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Order(2)
class FaultsIT {
    private RunningGateway gateway = RunningGateway.get();
    private final TestWorker worker = TestWorker.get();
    private final String mark = UUID.randomUUID().toString();

    private void write(ProducerRecord<String, byte[]> record) throws Exception {
        try (var producer = new KafkaProducer<>(gateway.kafka(), new StringSerializer(), new ByteArraySerializer())) {
            producer.send(record).get();
        }
    }

    private static ToolCall forged(UUID callId, String tool, RawJson arguments) {
        return new ToolCall(
                callId,
                "demo",
                "openclaw",
                tool,
                arguments,
                Origin.KAFKA,
                Mode.EXECUTE,
                Instant.now(),
                Instant.now().plusSeconds(60),
                null,
                null,
                null,
                null,
                0,
                Digest.of("demo", "openclaw", tool, arguments),
                "0".repeat(64),
                Map.of());
    }

    @Test
    void aCallWrittenStraightIntoClearedIsRefusedAndOnRecord() throws Exception {
        ToolCall call = forged(CallIds.next(), "count", RawJson.of("{\"mark\":\"" + mark + "\"}"));
        var verdict = Verdict.of(Stage.POLICY, Decision.ALLOW, List.of(), "forger", Instant.now(), null)
                .signed("0".repeat(64));
        write(new EventCodec("/forger", Keyring.generated())
                .encode(
                        new CallCleared(call, List.of(verdict), Map.of()),
                        "openclaw." + Topic.CALLS_CLEARED.suffix(),
                        null,
                        Instant.now()));

        String callId = call.callId().toString();
        eventually()
                .untilAsserted(() ->
                        assertThat(gateway.recorded(callId)).containsExactlyInAnyOrder("call.cleared", "dead.letter"));
        Answer record = gateway.console("/audit?verified=false&callId=" + callId);
        assertThat(record.text("/events/0/type")).isEqualTo("call.cleared");
        assertThat(record.text("/events/0/signatureProblem")).contains("signed with a key that no service has here");
        assertThat(worker.runsWith(mark)).isZero();
    }

    /** Finding 13: one record on upstreams.status, and a tool that nobody has was pinned as accepted. */
    @Test
    void aReportThatNoExecutorSignedIsNotBelieved() throws Exception {
        String tool = "evil_" + mark.replaceAll("[^a-z0-9]", "");
        write(new EventCodec("/forger", Keyring.generated())
                .encode(
                        new ToolsReported(
                                "openclaw",
                                List.of(ToolDefinition.named(tool)),
                                List.of(),
                                Instant.now(),
                                "forger",
                                Map.of()),
                        "openclaw." + Topic.UPSTREAMS_STATUS.suffix(),
                        null,
                        Instant.now()));
        eventually()
                .untilAsserted(() -> assertThat(gateway.console("/audit?verified=false&type=tools.reported&since=5m")
                                .response()
                                .body())
                        .contains(tool));
        Answer answer = gateway.call(tool, "{}");
        assertThat(answer.text("/outcome")).isEqualTo("DENIED");
        assertThat(answer.response().body()).contains("catalogue/unknown-tool");
    }

    @Test
    void aWithdrawalThatIngressDidNotSealWithdrawsNothing() throws Exception {
        String waiting = gateway.call("message", "{\"mark\":\"" + mark + "\"}", "Prefer", "wait=0")
                .text("/callId");
        eventually().until(() -> gateway.look(waiting).text("/status").equals("WAITING_FOR_APPROVAL"));
        write(new EventCodec("/forger", Keyring.generated())
                .encode(
                        new CallWithdrawn(forged(UUID.fromString(waiting), "message", RawJson.EMPTY_OBJECT)),
                        "openclaw." + Topic.CALLS_WITHDRAWN.suffix(),
                        null,
                        Instant.now()));
        eventually().untilAsserted(() -> assertThat(gateway.recorded(waiting)).contains("dead.letter"));
        assertThat(gateway.look(waiting).text("/status")).isEqualTo("WAITING_FOR_APPROVAL");
        gateway.decide(waiting, "{\"decision\":\"approve\"}");
        assertThat(gateway.awaitEnd(waiting).text("/outcome")).isEqualTo("SUCCEEDED");
    }

    @ParameterizedTest
    @EnumSource(
            value = Topic.class,
            names = {
                "CALLS_REQUESTED",
                "CALLS_AUTHORIZED",
                "CALLS_ESCALATED",
                "CALLS_CLEARED",
                "CALLS_COMPLETED",
                "CALLS_WITHDRAWN"
            })
    void aPoisonRecordIsPutAsideAndItsStageGoesOn(Topic topic) throws Exception {
        String key = UUID.randomUUID().toString();
        byte[] poison = {'{', '"', (byte) 0xff, 0};
        var record = new ProducerRecord<>("openclaw." + topic.suffix(), key, poison);
        record.headers().add("ce_type", "io.openclaw.gateway.call.requested.v9".getBytes(StandardCharsets.UTF_8));
        write(record);

        eventually().untilAsserted(() -> {
            Answer letters = gateway.console("/audit?callId=" + key);
            assertThat(letters.response().body()).contains("dead.letter", "unreadable", "call.requested.v9");
        });
        assertThat(gateway.call("clock", "{}").text("/outcome")).isEqualTo("SUCCEEDED");
        Answer waits = gateway.call("message", "{}", "Prefer", "wait=0");
        String callId = waits.text("/callId");
        eventually().until(() -> gateway.look(callId).text("/status").equals("WAITING_FOR_APPROVAL"));
        gateway.delete("/v1/tool-calls/" + callId);
    }

    @Test
    void aWorkerThatIsAwayFailsCallsAndIsFoundAgain() throws Exception {
        worker.stop();
        try {
            // Which call meets the end of its connection is chance; each after it fails so.
            AtomicReference<Answer> last = new AtomicReference<>();
            eventually().until(() -> {
                last.set(gateway.call("count", "{\"mark\":\"" + mark + "\"}"));
                return last.get().text("/error/type").equals("upstream_unavailable");
            });
            Answer answer = last.get();
            assertThat(answer.text("/outcome")).isEqualTo("FAILED");
            assertThat(answer.text("/error/message")).contains(worker.url());
            eventually().untilAsserted(() -> {
                Answer health = gateway.get("/health");
                assertThat(health.status()).isEqualTo(503);
                assertThat(health.text("/components/worker/status")).isEqualTo("DOWN");
                assertThat(health.text("/components/worker/why"))
                        .contains("0 of 1")
                        .doesNotContain(worker.url(), "127.0.0.1", "openclaw");
                assertThat(gateway.console("/health").text("/components/worker/why"))
                        .contains("openclaw", worker.url());
            });
            // The circuit breaker opens, and calls fail without a try.
            for (int i = 0; i < 10; i++) {
                gateway.call("count", "{}");
            }
            assertThat(gateway.call("count", "{}").text("/error/message")).contains("circuit breaker");
        } finally {
            worker.start();
        }
        eventually().untilAsserted(() -> {
            assertThat(gateway.call("count", "{\"mark\":\"" + mark + "\"}").text("/outcome"))
                    .isEqualTo("SUCCEEDED");
            assertThat(gateway.get("/health").text("/status")).isEqualTo("UP");
        });
    }

    /** Whoever waits is answered before it stops; what it needs may be away when it starts again. */
    @Test
    void aGatewayStopsWhenItHasAnsweredAndStartsWithoutItsWorker() throws Exception {
        List<Future<Answer>> answers = new ArrayList<>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                String arguments = json(Map.of("mark", mark, "millis", 2_000));
                answers.add(executor.submit(() -> gateway.call("count", arguments)));
            }
            Future<Answer> waiting = executor.submit(
                    () -> gateway.call("message", "{\"text\":\"waits-" + mark + "\"}", "Prefer", "wait=60"));
            eventually().until(() -> worker.runsWith(mark) == 20);
            eventually()
                    .until(() -> gateway.console("/v1/approvals?status=pending")
                            .response()
                            .body()
                            .contains("waits-" + mark));
            // 143: it ended by itself on SIGTERM, and did not have to be killed.
            assertThat(RunningGateway.stopInGoodOrder()).isEqualTo(143);
            assertThat(waiting.get().status()).isEqualTo(202);
            assertThat(waiting.get().text("/status")).isEqualTo("WAITING_FOR_APPROVAL");
        }
        for (Future<Answer> answer : answers) {
            assertThat(answer.get().text("/outcome")).isEqualTo("SUCCEEDED");
        }

        worker.stop();
        try {
            gateway = RunningGateway.restartOn(worker.url(), TestWorker.TOKEN);
            assertThat(gateway.call("count", "{}").text("/error/type")).isEqualTo("upstream_unavailable");
        } finally {
            worker.start();
        }
        eventually()
                .untilAsserted(() ->
                        assertThat(gateway.call("count", "{}").text("/outcome")).isEqualTo("SUCCEEDED"));
    }

    /** Killed in the middle of 60 calls: none is lost, none runs twice, and what waits for a person still waits. */
    @Test
    void aKilledGatewayLosesNothingAndRunsNothingTwice() throws Exception {
        String waiting = gateway.call("message", "{\"mark\":\"" + mark + "\"}", "Prefer", "wait=0")
                .text("/callId");
        eventually().until(() -> gateway.look(waiting).text("/status").equals("WAITING_FOR_APPROVAL"));
        String withdrawn = gateway.post(
                        "/v1/tool-calls", json(Map.of("tool", "message", "idempotencyKey", mark)), "Prefer", "wait=0")
                .text("/callId");
        eventually().until(() -> gateway.look(withdrawn).text("/status").equals("WAITING_FOR_APPROVAL"));
        String unfinished = mark + "-";
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            bodies.add(json(Map.of(
                    "tool",
                    "count",
                    "arguments",
                    Map.of("n", unfinished + i + ".", "millis", i % 3 * 300),
                    "idempotencyKey",
                    unfinished + i)));
        }
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (String body : bodies) {
                executor.execute(() -> {
                    try {
                        gateway.post("/v1/tool-calls", body);
                    } catch (UncheckedIOException e) {
                        // The gateway was killed before it answered; what became of the call is asked after the
                        // restart.
                    }
                });
            }
            eventually().until(() -> worker.runsWith(unfinished) >= 15);
            gateway = RunningGateway.killAndRestart();
        }

        Map<String, Integer> outcomes = new HashMap<>();
        for (int i = 0; i < bodies.size(); i++) {
            Answer answer = gateway.post("/v1/tool-calls", bodies.get(i), "Prefer", "wait=60");
            assertThat(answer.status()).isEqualTo(200);
            String outcome = answer.text("/outcome");
            outcomes.merge(outcome, 1, Integer::sum);
            long runs = worker.runsWith(unfinished + i + ".");
            assertThat(runs).as("runs of call %d, which %s", i, outcome).isLessThanOrEqualTo(1);
            assertThat(outcome).isIn("SUCCEEDED", "UNKNOWN");
            if (outcome.equals("SUCCEEDED")) {
                assertThat(runs).isEqualTo(1);
            }
        }
        assertThat(outcomes).containsKey("SUCCEEDED");
        System.out.println("after kill -9 in the middle of 60 calls: " + outcomes);

        assertThat(gateway.look(waiting).text("/status")).isEqualTo("WAITING_FOR_APPROVAL");
        gateway.decide(waiting, "{\"decision\":\"approve\"}");
        assertThat(gateway.awaitEnd(waiting).text("/outcome")).isEqualTo("SUCCEEDED");
        assertThat(gateway.delete("/v1/tool-calls/" + withdrawn).text("/outcome"))
                .isEqualTo("CANCELLED");
        assertThat(worker.runsWith("\"mark\":\"" + mark)).isEqualTo(1);
    }
}

package io.openclaw.gateway.e2e;

import static io.openclaw.gateway.e2e.RunningGateway.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.e2e.RunningGateway.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Decisions about calls that somebody else runs. */
@Order(1)
class DecisionApiIT {
    private static final String PATH = "/v1/decisions";
    private static final String NO_WAIT = "wait=0";

    private final RunningGateway gateway = RunningGateway.get();

    private static String body(String tool, Map<String, ?> arguments) {
        return RunningGateway.json(Map.of("tool", tool, "arguments", arguments, "session", "s1", "run", "r1"));
    }

    private Answer ask(String tool, Map<String, ?> arguments) {
        return gateway.post(PATH, body(tool, arguments));
    }

    private Answer askAtOnce(String tool, Map<String, ?> arguments) {
        return gateway.post(PATH, body(tool, arguments), "Prefer", NO_WAIT);
    }

    private static Map<String, String> message() {
        return Map.of("text", "decision " + UUID.randomUUID());
    }

    /** Asks for a message, which a person has to approve, and gives up at once; returns its id when the person is asked. */
    private String askedInVain(Map<String, String> message) {
        Answer pending = askAtOnce("message", message);
        assertThat(pending.status()).isEqualTo(202);
        assertThat(pending.text("/decision")).isEqualTo("PENDING");
        String id = pending.text("/decisionId");
        assertThat(pending.header("Location")).endsWith(PATH + "/" + id);
        eventually().until(() -> gateway.console("/v1/approvals/" + id).status() == 200);
        return id;
    }

    private String approved(Map<String, String> message) {
        String id = askedInVain(message);
        assertThat(gateway.decide(id, "{\"decision\":\"approve\",\"reason\":\"fine\"}")
                        .status())
                .isEqualTo(200);
        // The pipeline has ended it before anybody asks again.
        eventually().until(() -> gateway.recorded(id).contains("call.completed"));
        return id;
    }

    private JsonNode event(String callId, String type) {
        eventually().until(() -> gateway.recorded(callId).contains(type));
        for (JsonNode event : gateway.console("/audit?callId=" + callId).at("/events")) {
            if (event.get("type").asString().equals(type)) {
                return event.get("event");
            }
        }
        throw new AssertionError("no " + type + " of " + callId);
    }

    @Test
    void allowsAndRunsNothing() {
        String marker = UUID.randomUUID().toString();
        Answer answer = ask("count", Map.of("marker", marker));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("/decision")).isEqualTo("ALLOW");
        assertThat(answer.text("/digest")).hasSize(64);
        String id = answer.text("/decisionId");
        eventually().until(() -> gateway.recorded(id).contains("call.completed"));
        assertThat(gateway.recorded(id))
                .containsExactlyInAnyOrder("call.requested", "call.authorized", "call.completed");
        assertThat(event(id, "call.completed").get("outcome").asString()).isEqualTo("ALLOWED");
        JsonNode call = event(id, "call.requested").get("call");
        assertThat(call.get("mode").asString()).isEqualTo("DECIDE");
        assertThat(call.get("run").get("session").asString()).isEqualTo("s1");
        assertThat(call.get("run").get("run").asString()).isEqualTo("r1");
        assertThat(TestWorker.get().runsWith(marker)).isZero();
    }

    @Test
    void deniesWithReasonsAndWhatToDoInstead() {
        Answer answer = ask("exec", Map.of("command", "rm -rf /"));
        assertThat(answer.text("/decision")).isEqualTo("DENY");
        assertThat(answer.text("/reasons/0/ruleId")).isEqualTo("filesystem/delete-root");
        assertThat(answer.text("/message")).contains("filesystem/delete-root", "Instead: ");

        Answer notItsTool = ask("gateway", Map.of("action", "restart"));
        assertThat(notItsTool.text("/decision")).isEqualTo("DENY");
        assertThat(notItsTool.text("/message")).contains("Instead: demo may call openclaw/");
    }

    @Test
    void saysWhichRulesHoldForTheAgent() {
        Answer rules = gateway.get("/v1/rules");
        assertThat(rules.text("/agent")).isEqualTo("demo");
        assertThat(rules.at("/escalate").toString()).contains("openclaw/message");
    }

    @Test
    void answersADryRunWithoutAskingAnybody() {
        String body = RunningGateway.json(Map.of("tool", "message", "arguments", message(), "dryRun", true));
        Answer answer = gateway.post(PATH, body);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("/decision")).isEqualTo("ESCALATE");
        assertThat(answer.at("/dryRun").asBoolean()).isTrue();
        String id = answer.text("/decisionId");
        eventually().until(() -> gateway.recorded(id).contains("call.completed"));
        assertThat(gateway.recorded(id)).doesNotContain("call.escalated", "approval.changed");
        assertThat(event(id, "call.requested").get("call").get("mode").asString())
                .isEqualTo("DRY_RUN");
        assertThat(gateway.console("/v1/approvals/" + id).status()).isEqualTo(404);
    }

    @Test
    void decidesAboutSeveralAtOnce() {
        String calls = "{\"calls\":[" + body("clock", Map.of()) + "," + body("exec", Map.of("command", "rm -rf /"))
                + ",{\"tool\":\"\"}]}";
        Answer answer = gateway.post(PATH + "/batch", calls);
        assertThat(answer.text("/decisions/0/decision")).isEqualTo("ALLOW");
        assertThat(answer.text("/decisions/1/decision")).isEqualTo("DENY");
        assertThat(answer.at("/decisions/2/status").asInt()).isEqualTo(400);
        assertThat(answer.text("/decisions/2/detail")).contains("'tool' is missing");
    }

    @Test
    void isOfItsOwnAgentAlone() throws IOException {
        String id = ask("clock", Map.of()).text("/decisionId");
        String other = gateway.otherAgentsKey();
        assertThat(gateway.get(PATH + "/" + id, other).status()).isEqualTo(404);
        assertThat(gateway.postAs(other, PATH + "/" + id + "/outcome", "{\"outcome\":\"succeeded\"}")
                        .status())
                .isEqualTo(404);
    }

    @Nested
    class ThatWaitsForAPerson {

        @Test
        void isHeldAndThenAllowed() {
            Map<String, String> message = message();
            String id = askedInVain(message);
            var held = CompletableFuture.supplyAsync(() -> gateway.get(PATH + "/" + id));
            gateway.decide(id, "{\"decision\":\"approve\"}");
            assertThat(held.join().text("/decision")).isEqualTo("ALLOW");
            assertThat(TestWorker.get().runsWith(message.get("text"))).isZero();
        }

        @Test
        void tellsSoByServerSentEvents() {
            String id = askedInVain(message());
            var stream = CompletableFuture.supplyAsync(() -> gateway.follow(PATH + "/" + id));
            gateway.decide(id, "{\"decision\":\"deny\",\"reason\":\"not now\"}");
            assertThat(stream.join()).contains("event: decision", "\"decision\":\"DENY\"", "not now");
        }

        @Test
        void isMadeUseOfOnceByALaterCallLikeIt() {
            Map<String, String> message = message();
            String id = approved(message);

            Answer again = askAtOnce("message", message);
            Answer allowed = again.text("/decision").equals("PENDING")
                    ? gateway.get(PATH + "/" + again.text("/decisionId"))
                    : again;
            assertThat(allowed.text("/decision")).isEqualTo("ALLOW");
            assertThat(allowed.text("/usesApproval")).isEqualTo(id);
            String later = allowed.text("/decisionId");
            assertThat(event(later, "call.completed").get("verdicts").toString())
                    .contains(id, "fine");

            assertThat(gateway.get(PATH + "/" + id).text("/decision")).isEqualTo("DENY");
            assertThat(gateway.get(PATH + "/" + id).text("/reasons/0/ruleId")).isEqualTo("approval/used");
            String third = askedInVain(message);
            assertThat(gateway.get(PATH + "/" + third, gateway.setting("AGENT_KEY"), "Prefer", NO_WAIT)
                            .text("/decision"))
                    .isEqualTo("PENDING");
        }

        @Test
        void isMadeUseOfByOneOfManyAtAnyInstance() throws IOException {
            Map<String, String> message = message();
            approved(message);
            try (SecondIngress other = SecondIngress.start(gateway)) {
                List<CompletableFuture<Answer>> asked = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    boolean here = i % 2 == 0;
                    asked.add(CompletableFuture.supplyAsync(() -> here
                            ? gateway.post(PATH, body("message", message), "Prefer", "wait=5")
                            : gateway.postAt(other, PATH, body("message", message), "Prefer", "wait=5")));
                }
                assertThat(asked.stream()
                                .map(CompletableFuture::join)
                                .filter(answer -> answer.text("/decision").equals("ALLOW")))
                        .hasSize(1);
            }
        }

        @Test
        void servesNoOtherCallAndNoOtherAgent() throws IOException {
            Map<String, String> message = message();
            approved(message);
            assertThat(askAtOnce("message", Map.of("text", message.get("text") + "!"))
                            .text("/decision"))
                    .isEqualTo("PENDING");
            assertThat(gateway.postAs(gateway.otherAgentsKey(), PATH, body("message", message), "Prefer", "wait=2")
                            .text("/decision"))
                    .isEqualTo("PENDING");
        }

        @Test
        void isGivenBackIfTheCallWasNotRun() {
            Map<String, String> message = message();
            String id = approved(message);
            assertThat(gateway.get(PATH + "/" + id).text("/decision")).isEqualTo("ALLOW");
            assertThat(gateway.post(PATH + "/" + id + "/outcome", "{\"outcome\":\"not_run\"}")
                            .status())
                    .isEqualTo(204);
            assertThat(ask("message", message).text("/usesApproval")).isEqualTo(id);
        }
    }

    @Nested
    class OfWhichTheOutcomeIsReported {

        @Test
        void hasItOnRecordMasked() {
            String id = ask("count", Map.of("a", 1)).text("/decisionId");
            String report = "{\"outcome\":\"failed\",\"durationMs\":12,\"arguments\":{\"a\":1},"
                    + "\"result\":{\"password\":\"hunter2correct\"},\"error\":\"no\"}";
            assertThat(gateway.post(PATH + "/" + id + "/outcome", report).status())
                    .isEqualTo(204);
            assertThat(gateway.post(PATH + "/" + id + "/outcome", report).status())
                    .isEqualTo(409);
            eventually().until(() -> gateway.recorded(id).contains("call.reported"));
            assertThat(gateway.recorded(id)).doesNotContain("call.diverged");
            assertThat(event(id, "call.reported").toString())
                    .contains("FAILED", "[masked password")
                    .doesNotContain("hunter2correct");
        }

        @Test
        void hasADivergenceOnRecordAndCounted() {
            String id = ask("count", Map.of("a", 1)).text("/decisionId");
            gateway.post(PATH + "/" + id + "/outcome", "{\"outcome\":\"succeeded\",\"arguments\":{\"a\":2}}");
            eventually().until(() -> gateway.recorded(id).contains("call.diverged"));
            assertThat(gateway.console("/actuator/prometheus").response().body())
                    .containsPattern("openclaw_decisions_diverged_total [1-9]");
        }
    }

    @Test
    void warnsOfHooksThatDoNotCover() {
        assertThat(gateway.post("/v1/hooks", "{\"node\":\"n1\",\"status\":\"silent\"}")
                        .status())
                .isEqualTo(204);
        Answer health = gateway.console("/health");
        assertThat(health.text("/components/hooks/status")).isEqualTo("WARNING");
        assertThat(health.text("/components/hooks/why")).contains("demo/n1", "does not fire");
        assertThat(health.status()).isEqualTo(200);
        gateway.post("/v1/hooks", "{\"node\":\"n1\",\"status\":\"removed\"}");
    }

    @Nested
    class AskedByAHook {
        private static final Path SCRIPT = Path.of("../hook").toAbsolutePath().normalize();

        private record Ended(int status, String out, String err) {}

        private Ended hook(String url, String input, String... arguments) {
            var command = new ArrayList<>(List.of(SCRIPT.toString()));
            command.addAll(List.of(arguments));
            try {
                var builder = new ProcessBuilder(command);
                builder.environment().put("GATEWAY_URL", url);
                builder.environment().put("AGENT_KEY", gateway.setting("AGENT_KEY"));
                builder.environment().put("GATEWAY_UPSTREAM", "openclaw");
                builder.environment().put("GATEWAY_HOOK_WAIT", "1");
                Process process = builder.start();
                try (var in = process.getOutputStream()) {
                    in.write(input.getBytes(StandardCharsets.UTF_8));
                }
                String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
                return new Ended(process.waitFor(), out, err);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        private String before(String tool, String input) {
            return "{\"session_id\":\"abc123\",\"transcript_path\":\"/t.jsonl\",\"cwd\":\"/repo\",\"permission_mode\":\"default\","
                    + "\"hook_event_name\":\"PreToolUse\",\"tool_name\":\"" + tool + "\",\"tool_input\":" + input
                    + ",\"tool_use_id\":\"toolu_" + UUID.randomUUID() + "\"}";
        }

        private String decision(String tool, String input) {
            Ended ended = hook(gateway.url(), before(tool, input), "claude-code");
            assertThat(ended.status()).as(ended.err()).isZero();
            return Json.MAPPER
                    .readTree(ended.out())
                    .at("/hookSpecificOutput/permissionDecision")
                    .asString();
        }

        @Test
        void ofClaudeCode() {
            assertThat(decision("exec", "{\"command\":\"ls\"}")).isEqualTo("allow");
            assertThat(decision("exec", "{\"command\":\"rm -rf /\"}")).isEqualTo("deny");
            assertThat(decision("message", RunningGateway.json(message()))).isEqualTo("deny");
        }

        @Test
        void ofCodex() {
            assertThat(hook(gateway.url(), before("exec", "{\"command\":\"ls\"}"), "codex"))
                    .isEqualTo(new Ended(0, "", ""));
            Ended denied = hook(gateway.url(), before("exec", "{\"command\":\"rm -rf /\"}"), "codex");
            assertThat(denied.status()).isZero();
            assertThat(denied.out()).contains("\"permissionDecision\":\"deny\"", "filesystem/delete-root");
        }

        @Test
        void thatReportsWhatRan() {
            String before = before("exec", "{\"command\":\"ls\"}");
            hook(gateway.url(), before, "claude-code");
            String after = before.replace("PreToolUse", "PostToolUse")
                    .replace("\"tool_use_id\"", "\"tool_response\":{\"stdout\":\"x\"},\"tool_use_id\"");
            assertThat(hook(gateway.url(), after, "claude-code").status()).isZero();
            eventually()
                    .until(() -> gateway.console("/audit?type=call.reported&limit=5")
                            .response()
                            .body()
                            .contains("stdout"));
        }

        @Test
        void inPlainWords() {
            assertThat(hook(gateway.url(), "", "decide", "exec", "{\"command\":\"ls\"}")
                            .status())
                    .isZero();
            Ended denied = hook(gateway.url(), "", "decide", "exec", "{\"command\":\"rm -rf /\"}");
            assertThat(denied.status()).isEqualTo(1);
            assertThat(denied.out().lines()).hasSize(1);
            assertThat(hook(gateway.url(), "", "decide", "message", RunningGateway.json(message()))
                            .status())
                    .isEqualTo(3);
        }

        @Test
        void blocksWhenTheGatewayIsAwayOrRefuses() {
            String before = before("exec", "{\"command\":\"ls\"}");
            Ended away = hook("http://127.0.0.1:1", before, "claude-code");
            assertThat(away.status()).isEqualTo(2);
            assertThat(away.err()).contains("does not answer");
            assertThat(hook(gateway.url(), "no JSON", "codex").status()).isEqualTo(2);
            assertThat(hook(gateway.url(), before.replace("PreToolUse", "SessionStart"), "claude-code")
                            .status())
                    .isEqualTo(2);
            assertThat(hook(gateway.url(), "", "decide", "exec", "{},\"dryRun\":true")
                            .status())
                    .isEqualTo(2);
        }
    }
}

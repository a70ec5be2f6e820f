package io.openclaw.gateway.e2e;

import static io.openclaw.gateway.e2e.RunningGateway.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.e2e.McpSession.Reply;
import io.openclaw.gateway.e2e.RunningGateway.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The MCP endpoint from outside: what it says to clients of both eras, whatever they send. */
@Tag(NpmAhead.CLIENTS)
@Order(5)
class McpIT {
    private static final Path POLICY = RunningGateway.data().resolve("policy/mcp.yaml");
    private static final String ELICITING = "{\"elicitation\":{},\"sampling\":{},\"roots\":{}}";

    private static NodeServer reference;
    private static PoisonedServer poisoned;
    private static PoisonedServer odd;
    private static RunningGateway gateway;
    private static String url;
    private static String key;

    @BeforeAll
    static void startThem() throws IOException {
        reference = NodeServer.reference();
        poisoned = new PoisonedServer();
        odd = PoisonedServer.odd();
        gateway = RunningGateway.restartWith(Map.of(
                "OPENCLAW_MCP_TIMEOUT", "3s", "OPENCLAW_MCP_PAGESIZE", "20", "OPENCLAW_INGRESS_BODYTIMEOUT", "8s"));
        url = gateway.url() + "/mcp";
        key = gateway.setting("AGENT_KEY");
        writePolicy("");
        eventually()
                .atMost(Duration.ofMinutes(2))
                .until(() -> modern().tools().containsAll(List.of("reference__echo", "poisoned__add")));
    }

    private static void writePolicy(String more) throws IOException {
        Files.writeString(POLICY, """
                upstreams:
                  - {name: reference, mcp: {urls: ["%s"]}}
                  - {name: poisoned, mcp: {urls: ["%s"]}}
                  - {name: odd, mcp: {urls: ["%s"]}}
                rules:
                  - {id: mcp-tests, tools: ["reference/*", "poisoned/*", "odd/*"], when: "agent.id == 'demo'", effect: allow}
                  - id: asks-first
                    tools: ["reference/echo"]
                    when: agent.id == "demo" && has(call.arguments.message) && call.arguments.message.startsWith("ask")
                    effect: escalate
                    reason: somebody has to read this
                """.formatted(reference.url(), poisoned.url(), odd.url()) + more);
    }

    @AfterAll
    static void stopThem() throws IOException {
        Files.deleteIfExists(POLICY);
        eventually().until(() -> !modern().tools().contains("reference__echo"));
        reference.close();
        poisoned.close();
        odd.close();
    }

    private static McpSession modern() {
        return McpSession.modern(url, key);
    }

    private static McpSession legacy() {
        return McpSession.begin(url, key, ELICITING);
    }

    private static String said(Reply reply) {
        return reply.text("/result/content/0/text");
    }

    @Test
    void aRefusedCallIsAResultThatTellsAModelWhichRuleRefusedWhat() {
        for (McpSession client : List.of(modern(), legacy())) {
            Reply reply = client.call("openclaw__exec", "{\"command\":\"rm -rf /\"}");
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.at("/result/isError").asBoolean()).isTrue();
            assertThat(said(reply)).contains("filesystem/delete-root", "It was not run", "Do not try to get around");
        }
    }

    @Test
    void listsComeInPagesThatHoldTogether() {
        Reply first = modern().request("tools/list", "{}");
        assertThat(first.at("/result/tools").size()).isEqualTo(20);
        assertThat(first.text("/result/cacheScope")).isEqualTo("private");
        assertThat(first.at("/result/ttlMs").asLong()).isPositive();
        List<String> tools = modern().tools();
        assertThat(tools).doesNotHaveDuplicates().hasSizeGreaterThan(40);
        assertThat(modern().request("tools/list", "{\"cursor\":\"made-up\"}")
                        .at("/error/code")
                        .asInt())
                .isEqualTo(-32602);
    }

    @Test
    void anUnknownToolIsAnErrorOfTheProtocol() {
        for (String tool : List.of("reference__none", "nobody__none", "none")) {
            assertThat(modern().call(tool, "{}").at("/error/code").asInt())
                    .as(tool)
                    .isEqualTo(-32602);
            assertThat(legacy().call(tool, "{}").at("/error/code").asInt())
                    .as(tool)
                    .isEqualTo(-32602);
        }
    }

    /** Twenty bodies that trickle in hold up nobody, and each is given up after its time; others go on beside it. */
    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void bodiesThatTrickleInAreGivenUp() throws Exception {
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<String>> slow = new ArrayList<>();
            var begun = new CountDownLatch(20);
            for (int i = 0; i < 20; i++) {
                slow.add(CompletableFuture.supplyAsync(() -> trickle(begun), pool));
            }
            begun.await();
            assertThat(said(modern().call("reference__echo", "{\"message\":\"quick\"}")))
                    .isEqualTo("quick");
            assertThat(slow).as("a quick call waits for none of them").noneMatch(CompletableFuture::isDone);
            for (CompletableFuture<String> each : slow) {
                assertThat(each.get()).startsWith("HTTP/1.1 400").contains("did not arrive within 8 s");
            }
        }
    }

    /** Sends a byte of a body at a time until the gateway has answered. */
    private static String trickle(CountDownLatch begun) {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), URI.create(url).getPort())) {
            socket.setSoTimeout(400);
            socket.getOutputStream()
                    .write(("POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key
                                    + "\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{")
                            .getBytes(StandardCharsets.UTF_8));
            begun.countDown();
            for (int sent = 0; sent < 1_000; sent++) {
                socket.getOutputStream().write(' ');
                try {
                    byte[] answer = new byte[4_096];
                    int n = socket.getInputStream().read(answer);
                    if (n > 0) {
                        return new String(answer, 0, n, StandardCharsets.UTF_8);
                    }
                } catch (java.net.SocketTimeoutException e) {
                    // Nothing is said yet.
                }
            }
            return "no answer";
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    void argumentsThatDoNotFitAreSaidToBeSo() {
        Reply reply = modern().call("reference__echo", "{\"message\":7}");
        assertThat(reply.at("/result/isError").asBoolean()).isTrue();
        assertThat(said(reply)).contains("message", "Correct the arguments");
    }

    @Test
    void aToolThatIsNotFitToBeSeenIsSeenOnceSomebodyHasAcceptedIt() {
        assertThat(modern().tools())
                .contains("poisoned__add")
                .noneMatch(tool -> tool.matches("poisoned__(weather|joke|schema|sesslons_list).*"))
                .noneMatch(tool -> tool.startsWith("poisoned__openclaw__"));
        JsonNode pinned = gateway.console("/v1/policy/tools/poisoned/weather").body();
        assertThat(pinned.path("concerns").toString()).contains("speaks to a model (override)");
        assertThat(gateway.console("/v1/policy/tools/poisoned/joke")
                        .at("/concerns")
                        .toString())
                .contains("invisible characters");
        assertThat(gateway.console("/v1/policy/tools/poisoned/schema")
                        .at("/concerns")
                        .toString())
                .contains("speaks to a model (role)");
        assertThat(gateway.console("/v1/policy/tools/poisoned/sesslons_list")
                        .at("/concerns")
                        .toString())
                .contains("imitates openclaw/sessions_list");
        assertThat(gateway.console("/v1/policy/tools/poisoned/openclaw__exec")
                        .at("/concerns")
                        .toString())
                .contains("poses as a tool of openclaw");
        gateway.administer(
                "POST",
                "/v1/policy/tools/poisoned/joke/accept",
                "{\"hash\":\""
                        + gateway.console("/v1/policy/tools/poisoned/joke").text("/changedHash") + "\"}");
        eventually().until(() -> modern().tools().contains("poisoned__joke"));
    }

    @Test
    void aPromptAndAResourceThatAreNotFitAreSeenOnceSomebodyHasAcceptedThem() {
        eventually().untilAsserted(() -> {
            assertThat(modern().request("prompts/list", "{}")
                            .at("/result/prompts")
                            .toString())
                    .contains("poisoned__greet");
            assertThat(modern().request("resources/list", "{}")
                            .at("/result/resources")
                            .toString())
                    .contains("file:///fine");
        });
        assertThat(modern().request("prompts/list", "{}").last().toString())
                .doesNotContain("Ignore all", "poisoned__poison");
        assertThat(modern().request("resources/list", "{}").last().toString())
                .doesNotContain("Ignore all", "file:///poison");
        assertThat(modern().request("prompts/get", "{\"name\":\"poisoned__poison\"}")
                        .text("/error/message"))
                .contains("Unknown prompt");
        JsonNode withheld = entry("poisoned/mcp:prompt/poison");
        assertThat(withheld.path("state").asString()).isEqualTo("WITHHELD");
        assertThat(withheld.path("concerns").toString()).contains("speaks to a model");
        gateway.administer(
                "POST",
                "/v1/policy/tools/accept",
                "{\"upstream\":\"poisoned\",\"tool\":\"mcp:prompt/poison\",\"hash\":\""
                        + withheld.path("changedHash").asString() + "\"}");
        eventually()
                .untilAsserted(() -> assertThat(
                                modern().request("prompts/list", "{}").last().toString())
                        .contains("poisoned__poison"));
    }

    private static JsonNode entry(String address) {
        return gateway.console("/v1/policy/tools")
                .body()
                .valueStream()
                .filter(tool -> tool.path("address").asString().equals(address))
                .findFirst()
                .orElseThrow(() -> new AssertionError("the catalogue has no " + address));
    }

    @Test
    void toolsWithOddNamesAndSchemasCanBeUsedAndWhatIsLeftOutIsSaid() {
        eventually()
                .until(() -> modern().tools().stream()
                                .filter(tool -> tool.startsWith("odd__"))
                                .count()
                        == 6);
        assertThat(modern().tools()).allMatch(tool -> tool.matches("[A-Za-z0-9_-]{1,64}"));
        String exposed = modern().tools().stream()
                .filter(tool -> tool.startsWith("odd__a_b_"))
                .filter(tool -> said(modern().call(tool, "{}")).equals("a/b done"))
                .findFirst()
                .orElseThrow();
        assertThat(said(modern().call(exposed, "{\"a\":\"aa\"}"))).isEqualTo("a/b done");
        assertThat(said(modern().call(exposed, "{\"a\":\"ab\"}"))).contains("Correct the arguments");
        assertThat(outcome("{\"tool\":\"odd/a/b\"}")).isEqualTo("SUCCEEDED");
        assertThat(outcome("{\"upstream\":\"odd\",\"tool\":\"a/b\"}")).isEqualTo("SUCCEEDED");
        assertThat(outcome("{\"tool\":\"odd/über\",\"arguments\":{\"a\":\"αβ\"}}"))
                .isEqualTo("SUCCEEDED");
        assertThat(outcome("{\"tool\":\"odd/über\",\"arguments\":{\"a\":\"ab\"}}"))
                .isEqualTo("DENIED");
        assertThat(outcome("{\"tool\":\"odd/名前\",\"arguments\":{\"a\":[1]}}")).isEqualTo("SUCCEEDED");
        assertThat(outcome("{\"tool\":\"odd/it's\",\"arguments\":{\"a\":\"x\"}}"))
                .isEqualTo("SUCCEEDED");
        assertThat(outcome("{\"tool\":\"odd/it's\",\"arguments\":{\"n\":\"x\"}}"))
                .isEqualTo("DENIED");
        assertThat(outcome("{\"tool\":\"odd/" + "n".repeat(201) + "\"}")).isEqualTo("SUCCEEDED");
        assertThat(entry("odd/it's").path("schemaNotes").toString()).contains("/$schema", "/properties/a/pattern");
        assertThat(entry("odd/bad\ufffdname").path("leftOut").asString()).contains("control character U+000A");
        assertThat(gateway.console("/v1/policy/tools").body().toString())
                .contains("it is listed twice", "the gateway's");
        assertThat(gateway.page("/console/tools").response().body())
                .contains("odd/it&#39;s", "is left out: its name holds");
        // Health looks at what executors report every few seconds; the tools may be known before that.
        eventually()
                .untilAsserted(
                        () -> assertThat(gateway.console("/health").body().toString())
                                .contains("3 of its tools are left out"));
    }

    private static String outcome(String body) {
        return gateway.post("/v1/tool-calls", body, "Prefer", "wait=20").text("/outcome");
    }

    @Nested
    class APersonHasToDecide {
        private String waiting(String message) {
            var found = new String[1];
            eventually().until(() -> {
                gateway.console("/v1/approvals?status=pending").body().forEach(approval -> {
                    if (approval.toString().contains(message)) {
                        found[0] = approval.path("id").asString();
                    }
                });
                return found[0] != null;
            });
            return found[0];
        }

        private void approve(String callId) {
            assertThat(gateway.decide(callId, "{\"decision\":\"approve\",\"reason\":\"fine\"}")
                            .status())
                    .isEqualTo(200);
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void andTheClientIsToldWhileItWaitsAndGetsTheResult(boolean isModern) {
            String message = "ask once " + isModern;
            McpSession client = isModern ? modern() : legacy();
            CompletableFuture<Reply> reply = CompletableFuture.supplyAsync(() -> client.request(
                    "tools/call",
                    "{\"name\":\"reference__echo\",\"arguments\":{\"message\":\"" + message
                            + "\"},\"_meta\":{\"progressToken\":\"p\"}}"));
            approve(waiting(message));
            assertThat(said(reply.join())).isEqualTo(message);
            assertThat(reply.join().notifications("notifications/progress"))
                    .first()
                    .satisfies(notification -> {
                        assertThat(notification.at("/params/progressToken").asString())
                                .isEqualTo("p");
                        assertThat(notification.at("/params/message").asString())
                                .contains("waits for a person");
                    });
        }

        @Test
        void andAClientThatIsNotKeptWaitingAnyLongerIsToldHowToAskAgain() {
            Reply reply = modern().call("reference__echo", "{\"message\":\"ask slowly\"}");
            assertThat(said(reply)).contains("waits for a person", "gateway__call_status", "has not failed");
            String callId = waiting("ask slowly");
            assertThat(said(reply)).contains(callId);
            String arguments = "{\"call_id\":\"" + callId + "\"}";
            assertThat(said(legacy().call("gateway__call_status", arguments))).contains("waits for a person");
            approve(callId);
            eventually()
                    .untilAsserted(() -> assertThat(said(legacy().call("gateway__call_status", arguments)))
                            .isEqualTo("ask slowly"));
        }

        @Test
        void andOtherAgentsLearnNothingOfIt() throws IOException {
            Reply reply = modern().call("reference__echo", "{\"message\":\"ask privately\"}");
            assertThat(said(reply)).contains("gateway__call_status");
            String callId = waiting("ask privately");
            Reply other = McpSession.modern(url, gateway.otherAgentsKey())
                    .call("gateway__call_status", "{\"call_id\":\"" + callId + "\"}");
            assertThat(other.at("/result/isError").asBoolean()).isTrue();
            assertThat(said(other)).contains("There is no call");
        }

        @Test
        void andAClientThatKnowsTasksGetsATask() {
            McpSession client = modern().can("{\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}}");
            Reply created = client.call("reference__echo", "{\"message\":\"ask as a task\"}");
            assertThat(created.text("/result/resultType")).isEqualTo("task");
            assertThat(created.text("/result/status")).isEqualTo("working");
            String task = "{\"taskId\":\"" + created.text("/result/taskId") + "\"}";
            assertThat(client.request("tasks/get", task).text("/result/statusMessage"))
                    .contains("waits for a person");
            approve(created.text("/result/taskId"));
            eventually().untilAsserted(() -> {
                Reply now = client.request("tasks/get", task);
                assertThat(now.text("/result/status")).isEqualTo("completed");
                assertThat(now.text("/result/result/content/0/text")).isEqualTo("ask as a task");
            });
            assertThat(client.request("tasks/get", "{\"taskId\":\"none\"}")
                            .at("/error/code")
                            .asInt())
                    .isEqualTo(-32602);
        }

        @Test
        void andATaskThatIsCancelledIsNotRun() {
            McpSession client = modern().can("{\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}}");
            String id = client.call("reference__echo", "{\"message\":\"ask in vain\"}")
                    .text("/result/taskId");
            String task = "{\"taskId\":\"" + id + "\"}";
            assertThat(client.request("tasks/cancel", task).text("/result/resultType"))
                    .isEqualTo("complete");
            eventually()
                    .untilAsserted(
                            () -> assertThat(client.request("tasks/get", task).text("/result/status"))
                                    .isEqualTo("cancelled"));
        }

        @Test
        void andTheResultIsThereForAClientThatWentAway() {
            McpSession client = legacy();
            Iterator<JsonNode> gone = client.stream(
                            "tools/call",
                            "{\"name\":\"reference__echo\",\"arguments\":{\"message\":\"ask and leave\"}}")
                    .iterator();
            String callId = waiting("ask and leave");
            approve(callId);
            // The event ids of a call begin with its id; the client may come back with any of them.
            String lastEvent = callId + ".1."
                    + java.util.Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString("2".getBytes(StandardCharsets.UTF_8));
            JsonNode resumed = client.listen(lastEvent).findFirst().orElseThrow();
            assertThat(resumed.at("/result/content/0/text").asString()).isEqualTo("ask and leave");
            assertThat(resumed.path("id").asInt()).isEqualTo(2);
            assertThat(gone).isNotNull();
        }
    }

    @Nested
    class AnUpstreamAsks {
        @Test
        void aClientOf20260728ByItsResultWhicheverEraTheUpstreamIsOf() {
            McpSession client = modern().can(ELICITING);
            for (Map.Entry<String, String> tool : Map.of(
                            "test_elicitation", "{\"message\":\"Who?\"}",
                            "test_input_required_result_elicitation", "{}")
                    .entrySet()) {
                Reply asked = client.call("reference__" + tool.getKey(), tool.getValue());
                assertThat(asked.text("/result/resultType")).as(tool.getKey()).isEqualTo("input_required");
                String question = asked.at("/result/inputRequests")
                        .propertyNames()
                        .iterator()
                        .next();
                assertThat(asked.at("/result/inputRequests/" + question + "/method")
                                .asString())
                        .isEqualTo("elicitation/create");
                Reply answered = client.request(
                        "tools/call",
                        "{\"name\":\"reference__" + tool.getKey() + "\",\"arguments\":" + tool.getValue()
                                + ",\"requestState\":\"" + asked.text("/result/requestState")
                                + "\",\"inputResponses\":{\"" + question
                                + "\":{\"action\":\"accept\",\"content\":{\"name\":\"Ada\",\"response\":\"Ada\"}}}}");
                assertThat(said(answered)).as(tool.getKey()).contains("Ada");
            }
        }

        @Test
        void aClientOfASessionByARequestWhicheverEraTheUpstreamIsOf() {
            for (Map.Entry<String, String> tool : Map.of(
                            "test_elicitation", "{\"message\":\"Who?\"}",
                            "test_input_required_result_elicitation", "{}")
                    .entrySet()) {
                McpSession client = legacy();
                List<JsonNode> messages = new ArrayList<>();
                client.stream(
                                "tools/call",
                                "{\"name\":\"reference__" + tool.getKey() + "\",\"arguments\":" + tool.getValue() + "}")
                        .forEach(message -> {
                            messages.add(message);
                            if (message.path("method").asString("").equals("elicitation/create")) {
                                assertThat(
                                                client.answer(
                                                        message,
                                                        "{\"action\":\"accept\",\"content\":{\"name\":\"Ada\",\"response\":\"Ada\"}}"))
                                        .isEqualTo(202);
                            }
                        });
                assertThat(messages.getLast().at("/result/content/0/text").asString())
                        .as(tool.getKey())
                        .contains("Ada");
            }
        }

        @Test
        void andAStateThatWasChangedOrBelongsToAnotherRequestIsRefused() {
            McpSession client = modern().can(ELICITING);
            Reply asked = client.call("reference__test_input_required_result_elicitation", "{}");
            String state = asked.text("/result/requestState");
            for (String request : List.of(
                    "{\"name\":\"reference__test_input_required_result_elicitation\",\"arguments\":{},\"requestState\":\"x"
                            + state + "\"}",
                    "{\"name\":\"reference__test_input_required_result_elicitation\",\"arguments\":{},\"requestState\":\"\"}",
                    "{\"name\":\"reference__echo\",\"arguments\":{\"message\":\"a\"},\"requestState\":\"" + state
                            + "\"}")) {
                assertThat(client.request("tools/call", request)
                                .at("/error/code")
                                .asInt())
                        .as(request)
                        .isEqualTo(-32602);
            }
        }
    }

    @Nested
    class AClientNoLongerWantsACall {
        private int started() {
            return Integer.parseInt(said(modern().call("reference__started_calls", "{}")));
        }

        private int aborted() {
            return Integer.parseInt(said(modern().call("reference__aborted_calls", "{}")));
        }

        @Test
        void closingItsStreamCancelsItAtTheUpstream() throws Exception {
            int before = aborted();
            int started = started();
            String body = modern().message(
                            "tools/call", "{\"name\":\"reference__slow\",\"arguments\":{\"millis\":20000}}", 1);
            try (Socket socket =
                    new Socket(InetAddress.getLoopbackAddress(), URI.create(url).getPort())) {
                socket.getOutputStream()
                        .write(("POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key
                                        + "\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
                                        + "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: reference__slow\r\n"
                                        + "Content-Length: " + body.length() + "\r\n\r\n" + body)
                                .getBytes(StandardCharsets.UTF_8));
                eventually().until(() -> started() > started);
            }
            eventually().until(() -> aborted() > before);
        }

        @Test
        void aNotificationCancelsItInASession() {
            int before = aborted();
            int started = started();
            McpSession client = legacy();
            CompletableFuture<Reply> reply =
                    CompletableFuture.supplyAsync(() -> client.call("reference__slow", "{\"millis\":20000}"));
            // One that has not started yet is cancelled without its upstream.
            eventually().until(() -> started() > started);
            eventually().until(() -> {
                client.notify("notifications/cancelled", "{\"requestId\":2,\"reason\":\"changed my mind\"}");
                return aborted() > before;
            });
            assertThat(said(reply.join())).contains("cancelled");
        }
    }

    @Nested
    class SeveralInstances {
        private static SecondIngress second;

        @BeforeAll
        static void startIt() throws IOException {
            second = SecondIngress.start(gateway);
        }

        @AfterAll
        static void stopIt() {
            second.close();
        }

        @Test
        void makeOneCallOfOneIdempotencyKey() throws Exception {
            String mark = UUID.randomUUID().toString();
            String body = RunningGateway.json(
                    Map.of("tool", "openclaw/count", "arguments", Map.of("mark", mark), "idempotencyKey", mark));
            List<Future<RunningGateway.Answer>> answers = new ArrayList<>();
            try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 20; i++) {
                    boolean here = i % 2 == 0;
                    answers.add(executor.submit(() -> here
                            ? gateway.post("/v1/tool-calls", body)
                            : gateway.postAt(second, "/v1/tool-calls", body)));
                }
            }
            String callId = answers.getFirst().get().text("/callId");
            for (Future<RunningGateway.Answer> answer : answers) {
                assertThat(answer.get().text("/callId")).isEqualTo(callId);
                assertThat(answer.get().text("/outcome")).isEqualTo("SUCCEEDED");
            }
            assertThat(TestWorker.get().runsWith(mark)).isEqualTo(1);
        }

        @Test
        void anyOfThemAnswersAnyRequest() {
            McpSession here = legacy();
            McpSession there = here.at(second.mcp());
            assertThat(said(there.call("reference__echo", "{\"message\":\"there\"}")))
                    .isEqualTo("there");

            McpSession asker = modern().can(ELICITING);
            Reply asked = asker.call("reference__test_input_required_result_elicitation", "{}");
            Reply answered = asker.at(second.mcp())
                    .request(
                            "tools/call",
                            "{\"name\":\"reference__test_input_required_result_elicitation\",\"arguments\":{},"
                                    + "\"requestState\":\"" + asked.text("/result/requestState")
                                    + "\",\"inputResponses\":{\"user_name\":{\"action\":\"accept\",\"content\":{\"name\":\"Ada\"}}}}");
            assertThat(said(answered)).contains("Ada");

            List<JsonNode> messages = new ArrayList<>();
            here.stream("tools/call", "{\"name\":\"reference__test_elicitation\",\"arguments\":{\"message\":\"Who?\"}}")
                    .forEach(message -> {
                        messages.add(message);
                        if (message.has("method")) {
                            there.answer(message, "{\"action\":\"accept\",\"content\":{\"response\":\"Eve\"}}");
                        }
                    });
            assertThat(messages.getLast().at("/result/content/0/text").asString())
                    .contains("Eve");

            assertThat(there.end()).isEqualTo(204);
            eventually().until(() -> here.request("ping", "{}").status() == 404);
        }
    }

    @Nested
    class Changes {
        @Test
        void areToldToWhoeverAsks() {
            McpSession client = modern();
            Iterator<JsonNode> stream = client.stream(
                            "subscriptions/listen",
                            "{\"notifications\":{\"toolsListChanged\":true,\"resourceSubscriptions\":[\"test://watched-resource\"]}}")
                    .iterator();
            JsonNode acknowledged = stream.next();
            assertThat(acknowledged.path("method").asString()).isEqualTo("notifications/subscriptions/acknowledged");
            assertThat(acknowledged
                            .at("/params/notifications/resourceSubscriptions/0")
                            .asString())
                    .isEqualTo("test://watched-resource");
            assertThat(said(client.call("reference__test_trigger_tool_change", "{}")))
                    .contains("changed");
            List<String> methods = new ArrayList<>();
            while (methods.size() < 20
                    && !methods.containsAll(
                            List.of("notifications/tools/list_changed", "notifications/resources/updated"))) {
                JsonNode notification = stream.next();
                methods.add(notification.path("method").asString());
                assertThat(notification
                                .at("/params/_meta/io.modelcontextprotocol~1subscriptionId")
                                .asInt())
                        .isEqualTo(1);
            }
            assertThat(methods).contains("notifications/tools/list_changed", "notifications/resources/updated");
        }

        @Test
        void areToldOnTheStreamOfASession() {
            McpSession client = legacy();
            Iterator<JsonNode> stream = client.listen(null).iterator();
            assertThat(client.request("resources/subscribe", "{\"uri\":\"test://static-text\"}")
                            .at("/result")
                            .isObject())
                    .isTrue();
            JsonNode notification = stream.next();
            while (!notification.path("method").asString().equals("notifications/resources/updated")) {
                notification = stream.next();
            }
            assertThat(notification.at("/params/uri").asString()).isIn("test://static-text");
            client.end();
        }
    }

    @Nested
    class WhoAsks {
        @Test
        void whoProvesNothingIsToldWhereTokensAre() {
            HttpResponse<String> answer =
                    McpSession.send(McpSession.modern(url, null).post(modern().message("tools/list", "{}", 1)));
            assertThat(answer.statusCode()).isEqualTo(401);
            String challenge = answer.headers().firstValue("WWW-Authenticate").orElseThrow();
            assertThat(challenge)
                    .contains(
                            "Bearer",
                            "resource_metadata=\"" + gateway.url() + "/.well-known/oauth-protected-resource/mcp\"");
            Answer metadata = gateway.get("/.well-known/oauth-protected-resource/mcp", "");
            assertThat(metadata.text("/resource")).isEqualTo(url);
            assertThat(metadata.at("/authorization_servers").isArray()).isTrue();
            assertThat(metadata.at("/bearer_methods_supported/0").asString()).isEqualTo("header");
        }

        @Test
        void aTokenOfATrustedIssuerForThisGatewayProvesAnAgent() throws Exception {
            try (var issuer = new TokenIssuer()) {
                writePolicy("""
                        issuers:
                          - {id: corp, issuer: "%s", audience: gateway}
                        agents:
                          - {id: tokened, roles: [demo], tokens: [{issuer: corp, subject: client-1}]}
                        """.formatted(issuer.url()));
                McpSession client = McpSession.modern(url, issuer.signed(issuer.claims("client-1")));
                eventually().until(() -> client.request("tools/list", "{}").status() == 200);
                assertThat(client.tools()).contains("openclaw__echo").doesNotContain("reference__echo");
                assertThat(gateway.get("/.well-known/oauth-protected-resource", "")
                                .at("/authorization_servers/0")
                                .asString())
                        .isEqualTo(issuer.url());
                McpSession other = McpSession.modern(
                        url, issuer.signed(issuer.claims("client-1").audience("somebody-else")));
                assertThat(other.request("tools/list", "{}").status()).isEqualTo(401);
            } finally {
                writePolicy("");
            }
        }

        @Test
        void aSessionIsOnlyThatOfItsAgent() throws IOException {
            McpSession mine = legacy();
            HttpRequest.Builder theirs = McpSession.begin(url, gateway.otherAgentsKey(), "{}")
                    .post("{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"ping\"}")
                    .setHeader("Mcp-Session-Id", mine.session());
            assertThat(McpSession.send(theirs).statusCode()).isEqualTo(404);
        }
    }

    @Nested
    class WhatAClientAccepts {
        private static HttpResponse<String> call(String accept, String tool, String arguments) {
            McpSession client = legacy();
            String params =
                    "{\"name\":\"" + tool + "\",\"arguments\":" + arguments + ",\"_meta\":{\"progressToken\":1}}";
            return client.send(client.message("tools/call", params, 5), Map.of("Accept", accept));
        }

        @Test
        void jsonAloneIsAnsweredWithJsonEvenWhereThereIsMoreToTell() {
            HttpResponse<String> answer = call("application/json", "reference__echo", "{\"message\":\"ask me\"}");
            assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
            assertThat(Json.MAPPER
                            .readTree(answer.body())
                            .at("/result/content/0/text")
                            .asString())
                    .contains("waits for a person");
        }

        @Test
        void aCallThatAsksItsClientIsToldThatThisOneCannotBeAsked() {
            HttpResponse<String> answer =
                    call("application/json", "reference__test_elicitation", "{\"message\":\"who?\"}");
            assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
            assertThat(answer.body()).contains("takes no events");
        }

        @Test
        void eventsAloneAreAnsweredWithEvents() {
            HttpResponse<String> answer = call("text/event-stream", "reference__echo", "{\"message\":\"hi\"}");
            assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
            assertThat(answer.body()).contains("data: {\"jsonrpc\":\"2.0\",\"id\":5,\"result\"", "hi");
        }

        @Test
        void aStreamOfNotificationsIsForThoseWhoTakeEvents() {
            String listen = modern().message("subscriptions/listen", "{\"notifications\":{}}", 1);
            HttpResponse<String> answer = modern().send(listen, Map.of("Accept", "application/json"));
            assertThat(answer.statusCode()).isEqualTo(406);
            assertThat(answer.body()).contains("text/event-stream");
        }
    }

    @Nested
    class Batches {
        private final McpSession client = McpSession.begin(url, key, "{}", "2025-03-26");

        private static String echo(int id, String said) {
            return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"tools/call\",\"params\":"
                    + "{\"name\":\"reference__echo\",\"arguments\":{\"message\":\"" + said + "\"}}}";
        }

        private JsonNode send(String body) {
            HttpResponse<String> answer = client.send(body, Map.of());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return Json.MAPPER.readTree(answer.body());
        }

        @Test
        void eachMessageOfA20250326SessionIsAnsweredOnItsOwn() {
            JsonNode answers = send("[" + echo(1, "one") + "," + echo(2, "ask whether two") + ","
                    + "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"},"
                    + "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"none\"},"
                    + "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"initialize\",\"params\":{}},"
                    + "7,"
                    + "{\"jsonrpc\":\"2.0\",\"id\":\"six\",\"method\":\"ping\"}]");
            assertThat(answers).hasSize(6);
            assertThat(answers.at("/0/id").asInt()).isEqualTo(1);
            assertThat(answers.at("/0/result/content/0/text").asString()).isEqualTo("one");
            assertThat(answers.at("/1/result/content/0/text").asString()).contains("waits for a person");
            assertThat(answers.at("/2/error/code").asInt()).isEqualTo(-32601);
            assertThat(answers.at("/3/id").asInt()).isEqualTo(4);
            assertThat(answers.at("/3/error/message").asString()).contains("must not be part of a batch");
            assertThat(answers.at("/4/id").isNull()).isTrue();
            assertThat(answers.at("/4/error/code").asInt()).isEqualTo(-32600);
            assertThat(answers.at("/5/id").asString()).isEqualTo("six");
            assertThat(answers.at("/5/result").isObject()).isTrue();
        }

        @Test
        void notificationsAloneAreAccepted() {
            HttpResponse<String> answer =
                    client.send("[{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}]", Map.of());
            assertThat(answer.statusCode()).isEqualTo(202);
            assertThat(answer.body()).isEmpty();
        }

        @Test
        void anEmptyOneIsAnError() {
            HttpResponse<String> answer = client.send("[]", Map.of());
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body()).contains("-32600", "empty");
        }

        @Test
        void otherRevisionsHaveNone() {
            HttpResponse<String> answer = legacy().send("[" + echo(1, "one") + "]", Map.of());
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body()).contains("2025-03-26", "each message on its own");
        }
    }

    @Nested
    class Addresses {
        @ParameterizedTest
        @ValueSource(strings = {"OPTIONS", "POST", "GET", "DELETE"})
        void aSlashAtTheEndMakesNoDifference(String method) {
            HttpRequest.Builder[] requests = {
                HttpRequest.newBuilder(URI.create(url)), HttpRequest.newBuilder(URI.create(url + "/"))
            };
            List<String> answers = new ArrayList<>();
            for (HttpRequest.Builder request : requests) {
                HttpResponse<String> answer = McpSession.send(request.header("Authorization", "Bearer " + key)
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString("{\"jsonrpc\":\"2.0\"}")));
                answers.add(answer.statusCode() + answer.body());
            }
            assertThat(answers.get(1)).isEqualTo(answers.get(0)).doesNotStartWith("404");
            assertThat(gateway.get("/v1/tools/").body())
                    .isEqualTo(gateway.get("/v1/tools").body());
            assertThat(gateway.get("/v1/tools/", "").status()).isEqualTo(401);
        }

        @Test
        void aNameThatNobodyGaveToTheGatewayIsNotRepeated() throws IOException {
            String body = "{\"tool\":\"openclaw/message\",\"arguments\":{}}";
            String answer = Malformed.raw("POST /v1/tool-calls HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer "
                    + key + "\r\nPrefer: wait=0\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n"
                    + body);
            assertThat(answer)
                    .startsWith("HTTP/1.1 202")
                    .contains("Location: /v1/tool-calls/", "\"url\":\"/v1/tool-calls/");
            assertThat(answer).doesNotContain("evil.example");
            String metadata =
                    Malformed.raw("GET /.well-known/oauth-protected-resource/mcp HTTP/1.1\r\nHost: evil.example\r\n"
                            + "Connection: close\r\n\r\n");
            assertThat(metadata).contains("\"resource\":\"http://127.0.0.1:").doesNotContain("evil.example");
        }
    }

    @Nested
    class Encodings {
        private static final byte[] LIST =
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}".getBytes(StandardCharsets.UTF_8);

        private static HttpResponse<String> send(String path, byte[] body) {
            return McpSession.send(HttpRequest.newBuilder(URI.create(gateway.url() + path))
                    .header("Authorization", "Bearer " + key)
                    .header("Mcp-Session-Id", legacy().session())
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
        }

        private static byte[] marked(byte[] body) {
            byte[] marked = new byte[body.length + 3];
            System.arraycopy(new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF}, 0, marked, 0, 3);
            System.arraycopy(body, 0, marked, 3, body.length);
            return marked;
        }

        @Test
        void aByteOrderMarkIsSkipped() {
            assertThat(send("/mcp", marked(LIST)).statusCode()).isEqualTo(200);
            byte[] call = "{\"tool\":\"openclaw/echo\",\"arguments\":{\"a\":\"ü\"}}".getBytes(StandardCharsets.UTF_8);
            assertThat(send("/v1/tool-calls", marked(call)).statusCode()).isEqualTo(200);
        }

        @ParameterizedTest
        @ValueSource(strings = {"/mcp", "/v1/tool-calls", "/tools/invoke"})
        void whatIsNoUtf8IsRefusedInWords(String path) {
            HttpResponse<String> wide =
                    send(path, new String(LIST, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_16LE));
            assertThat(wide.statusCode()).isEqualTo(400);
            assertThat(wide.body()).contains("UTF-16; send it as UTF-8");
            byte[] overlong = LIST.clone();
            overlong[2] = (byte) 0xC0;
            HttpResponse<String> bad = send(path, overlong);
            assertThat(bad.statusCode()).isEqualTo(400);
            assertThat(bad.body()).contains("byte 2 ", "0xC0");
        }
    }

    @Nested
    class Malformed {
        static Stream<Arguments> bodies() {
            String deep = "[".repeat(2_000) + "]".repeat(2_000);
            return Stream.of(
                    arguments("not JSON", "{\"jsonrpc\":", 400, -32700),
                    arguments("nothing", "", 400, -32700),
                    arguments("a text", "\"hello\"", 400, -32600),
                    arguments("a batch", "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]", 400, -32600),
                    arguments(
                            "another version of JSON-RPC",
                            "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}",
                            400,
                            -32600),
                    arguments("no method", "{\"jsonrpc\":\"2.0\",\"id\":1}", 400, -32600),
                    arguments("a method that is a number", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":5}", 400, -32600),
                    arguments("the id null", "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}", 400, -32600),
                    arguments(
                            "an id that is an object",
                            "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}",
                            400,
                            -32600),
                    arguments(
                            "an id with a fraction",
                            "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}",
                            400,
                            -32600),
                    arguments(
                            "params that are a list",
                            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":[]}",
                            400,
                            -32600),
                    arguments(
                            "a name twice", "{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"ping\"}", 400, -32700),
                    arguments(
                            "too deep",
                            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"a\":" + deep + "}}",
                            400,
                            -32700),
                    arguments(
                            "result and error",
                            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":{}}",
                            400,
                            -32600));
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("bodies")
        void isAnsweredByTheRuleThatItBreaks(String what, String body, int status, int code) {
            for (boolean isModern : List.of(true, false)) {
                HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
                        .header("Authorization", "Bearer " + key)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body));
                if (isModern) {
                    request.header("MCP-Protocol-Version", McpSession.MODERN);
                }
                HttpResponse<String> answer = McpSession.send(request);
                assertThat(answer.statusCode()).isEqualTo(status);
                JsonNode error = Json.MAPPER.readTree(answer.body());
                assertThat(error.at("/error/code").asInt()).isEqualTo(code);
                assertThat(error.at("/error/message").asString()).isNotBlank();
                assertThat(error.path("jsonrpc").asString()).isEqualTo("2.0");
            }
        }

        static Stream<Arguments> headers() {
            String list = modern().message("tools/list", "{}", 7);
            String call = modern().message(
                            "tools/call", "{\"name\":\"reference__echo\",\"arguments\":{\"message\":\"a\"}}", 7);
            return Stream.of(
                    arguments(list, "MCP-Protocol-Version", "2025-11-25", 400, -32020),
                    arguments(list, "MCP-Protocol-Version", null, 400, -32020),
                    arguments(list, "Mcp-Method", "tools/call", 400, -32020),
                    arguments(list, "Mcp-Method", null, 400, -32020),
                    arguments(call, "Mcp-Name", "reference__slow", 400, -32020),
                    arguments(call, "Mcp-Name", null, 400, -32020),
                    arguments(call, "Mcp-Name", "=?base64?cmVmZXJlbmNlX19lY2hv?=", 200, 0),
                    arguments(call, "Mcp-Name", "=?base64?!!!?=", 400, -32020),
                    arguments(list, "Origin", "https://evil.example", 403, -32600),
                    arguments(list, "Origin", "http://localhost:3000", 200, 0),
                    arguments(list, "Origin", "null", 403, -32600),
                    arguments(list, "Content-Type", "text/plain", 415, -32600),
                    arguments(list, "Content-Type", "application/jsonx", 415, -32600),
                    arguments(list, "Content-Type", "Application/JSON; charset=UTF-8", 200, 0),
                    arguments(list, "Accept", "application/json", 200, 0),
                    arguments(list, "Accept", "text/html", 406, -32600),
                    arguments(list, "Accept", "application/json;q=0", 406, -32600),
                    arguments(list, "Accept", null, 200, 0),
                    arguments(list, "Accept", "*/*", 200, 0));
        }

        @ParameterizedTest(name = "{1}: {2}")
        @MethodSource("headers")
        void headersGetWhatTheirRevisionSays(String body, String header, String value, int status, int code) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
                    .header("Authorization", "Bearer " + key)
                    .POST(HttpRequest.BodyPublishers.ofString(body));
            var headers = new java.util.TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
            headers.putAll(Map.of(
                    "Content-Type",
                    "application/json",
                    "Accept",
                    "application/json, text/event-stream",
                    "MCP-Protocol-Version",
                    McpSession.MODERN,
                    "Mcp-Method",
                    Json.MAPPER.readTree(body).path("method").asString()));
            if (body.contains("reference__echo")) {
                headers.put("Mcp-Name", "reference__echo");
            }
            headers.remove(header);
            if (value != null) {
                headers.put(header, value);
            }
            headers.forEach(request::header);
            HttpResponse<String> answer = McpSession.send(request);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
            if (status != 200) {
                assertThat(Json.MAPPER.readTree(answer.body()).at("/error/code").asInt())
                        .isEqualTo(code);
            }
        }

        @Test
        void versionsThatNobodySpeaksAreAnsweredWithThoseThatWeDo() {
            String unknown = modern().message("tools/list", "{}", 7).replace(McpSession.MODERN, "1999-01-01");
            HttpResponse<String> answer = modern().send(unknown, Map.of("MCP-Protocol-Version", "1999-01-01"));
            assertThat(answer.statusCode()).isEqualTo(400);
            JsonNode error = Json.MAPPER.readTree(answer.body()).path("error");
            assertThat(error.path("code").asInt()).isEqualTo(-32022);
            assertThat(error.at("/data/supported/0").asString()).isEqualTo(McpSession.MODERN);
            assertThat(error.at("/data/requested").asString()).isEqualTo("1999-01-01");
        }

        @Test
        void methodsThatARevisionDoesNotHaveAreNotFound() {
            for (String method : List.of("initialize", "ping", "logging/setLevel", "none")) {
                Reply reply = modern().request(method, "{}");
                assertThat(reply.status()).as(method).isEqualTo(404);
                assertThat(reply.at("/error/code").asInt()).isEqualTo(-32601);
            }
            assertThat(legacy().request("server/discover", "{}")
                            .at("/error/code")
                            .asInt())
                    .isEqualTo(-32601);
        }

        @Test
        void headersThatComeTwiceAreRefused() throws IOException {
            String body = modern().message("tools/list", "{}", 1);
            assertThat(raw("POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key
                            + "\r\nContent-Type: application/json\r\nMCP-Protocol-Version: 2026-07-28\r\n"
                            + "MCP-Protocol-Version: 2025-11-25\r\nMcp-Method: tools/list\r\nConnection: close\r\nContent-Length: "
                            + body.length() + "\r\n\r\n" + body))
                    .startsWith("HTTP/1.1 400")
                    .contains("-32020", "2 times");
        }

        @Test
        void anotherHostIsRefused() throws IOException {
            String body = modern().message("tools/list", "{}", 1);
            assertThat(raw("POST /mcp HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer " + key
                            + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
                            + body.length()
                            + "\r\n\r\n" + body))
                    .startsWith("HTTP/1.1 403")
                    .contains("evil.example");
        }

        @Test
        void bodiesThatAreTooLargeAreRefusedAndTheNextRequestIsServed() {
            String large = modern().message(
                            "tools/call",
                            "{\"name\":\"reference__echo\",\"arguments\":{\"message\":\"" + "x".repeat(4_400_000)
                                    + "\"}}",
                            1);
            HttpResponse<String> answer = modern().send(large, Map.of());
            assertThat(answer.statusCode()).isEqualTo(413);
            assertThat(Json.MAPPER.readTree(answer.body()).at("/error/message").asString())
                    .contains("4194304");
            assertThat(said(modern().call("reference__echo", "{\"message\":\"small\"}")))
                    .isEqualTo("small");
        }

        private static String raw(String request) throws IOException {
            try (Socket socket =
                    new Socket(InetAddress.getLoopbackAddress(), URI.create(url).getPort())) {
                socket.setSoTimeout(10_000);
                socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
                return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            }
        }

        /** Bodies that were valid, with bytes changed, cut out and repeated: each is answered, and nothing else suffers. */
        @Test
        void whateverElseIsSentIsAnsweredToo() {
            var random = new Random(20260728);
            McpSession session = legacy();
            List<String> seeds = List.of(
                    modern().message(
                                    "tools/call",
                                    "{\"name\":\"reference__echo\",\"arguments\":{\"message\":\"a\"}}",
                                    3),
                    modern().message("tools/list", "{\"cursor\":null}", 3),
                    modern().message("subscriptions/listen", "{\"notifications\":5}", 3),
                    "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"completion/complete\",\"params\":{\"ref\":{\"type\":\"ref/prompt\",\"name\":\"reference__test_simple_prompt\"},\"argument\":{\"name\":\"a\",\"value\":\"p\"}}}",
                    "{\"jsonrpc\":\"2.0\",\"id\":\"a.1.b\",\"result\":{\"action\":\"accept\"}}",
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":[1]}}");
            int refused = 0;
            for (int i = 0; i < 600; i++) {
                byte[] body = mutated(seeds.get(i % seeds.size()).getBytes(StandardCharsets.UTF_8), random);
                HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
                        .timeout(Duration.ofSeconds(20))
                        .header("Authorization", "Bearer " + key)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body));
                if (i % 2 == 0) {
                    request.header("MCP-Protocol-Version", McpSession.MODERN)
                            .header("Mcp-Method", i % 4 == 0 ? "tools/call" : "tools/list")
                            .header("Mcp-Name", "reference__echo");
                } else {
                    request.header("Mcp-Session-Id", session.session());
                }
                HttpResponse<String> answer = McpSession.send(request);
                String what = new String(body, StandardCharsets.UTF_8) + " → " + answer.body();
                assertThat(answer.statusCode()).as(what).isLessThan(500);
                if (answer.statusCode() >= 400) {
                    refused++;
                    assertThat(Json.MAPPER
                                    .readTree(answer.body())
                                    .at("/error/code")
                                    .isIntegralNumber())
                            .as(what)
                            .isTrue();
                }
            }
            assertThat(refused).isGreaterThan(300);
            assertThat(said(modern().call("reference__echo", "{\"message\":\"well\"}")))
                    .isEqualTo("well");
        }

        private static byte[] mutated(byte[] valid, Random random) {
            byte[] body = valid.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                int at = random.nextInt(body.length);
                switch (random.nextInt(4)) {
                    case 0 -> body[at] = (byte) random.nextInt(256);
                    case 1 -> body[at] = "{}[]\",:0en-\\".getBytes(StandardCharsets.UTF_8)[random.nextInt(12)];
                    case 2 -> body = java.util.Arrays.copyOf(body, Math.max(1, at));
                    default -> {
                        byte[] longer = java.util.Arrays.copyOf(body, body.length + at);
                        System.arraycopy(body, 0, longer, body.length, at);
                        body = longer;
                    }
                }
            }
            return body;
        }
    }
}

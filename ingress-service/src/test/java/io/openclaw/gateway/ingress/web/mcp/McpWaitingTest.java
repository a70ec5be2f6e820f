package io.openclaw.gateway.ingress.web.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.ingress.core.PipelineDouble.Given;
import io.openclaw.gateway.ingress.core.mcp.JsonRpcException;
import io.openclaw.gateway.ingress.web.mcp.McpDialogue.Answer;
import io.openclaw.gateway.ingress.web.mcp.McpDialogue.Legacy;
import io.openclaw.gateway.ingress.web.mcp.McpDialogue.Modern;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What a client is told between its request and the end of its call. */
class McpWaitingTest {
    private static final Instant EXPIRES = McpDialogue.NOW.plusSeconds(600);
    private static final String DONE = "{\"content\":[{\"type\":\"text\",\"text\":\"done\"}]}";
    private static final RawJson FORM =
            RawJson.of("{\"method\":\"elicitation/create\",\"params\":{\"message\":\"Which branch?\"}}");

    private final McpDialogue gateway = new McpDialogue("files").withTool("files", "read");

    private void waitsForAPerson(ToolCall call) {
        gateway.pipeline.waitsForAPerson(call.callId(), EXPIRES);
    }

    private void endsAfter(Duration waited) {
        gateway.pipeline.onWait(callId -> {
            if (!gateway.clock.instant().isBefore(McpDialogue.NOW.plus(waited))) {
                gateway.pipeline.succeeds(gateway.call(), DONE);
            }
        });
    }

    @Nested
    class ACallThatTakesTime {
        @Test
        void isAnsweredWithoutAStreamIfItEndsAtOnce() {
            Answer answer = gateway.answering(DONE).modern().callTool("read", Map.of());
            assertThat(answer.isStream()).isFalse();
            assertThat(gateway.pipeline.remembered()).isEmpty();
        }

        @Test
        void isAnsweredByAStreamThatItsEndCloses() {
            endsAfter(Duration.ofSeconds(5));
            Answer answer = gateway.modern().callTool("read", Map.of());
            assertThat(answer.isStream()).isTrue();
            assertThat(answer.text()).isEqualTo("done");
            assertThat(answer.messages()).hasSize(1);
        }

        @Test
        void isStoredSoThatOtherInstancesFindIt() {
            endsAfter(Duration.ofSeconds(5));
            gateway.modern().callTool("read", Map.of());
            assertThat(gateway.pipeline.remembered())
                    .containsExactly(gateway.call().callId());
        }

        @Test
        void isAnsweredWithAHandleAtTheTimeout() {
            Answer answer = gateway.modern().callTool("read", Map.of());
            assertThat(answer.text())
                    .contains("has not ended yet, and has not failed")
                    .contains("still running");
            assertThat(answer.result().has("isError")).isFalse();
            assertThat(gateway.clock.instant()).isAfterOrEqualTo(McpDialogue.NOW.plus(McpDialogue.TIMEOUT));
            assertThat(gateway.clock.instant())
                    .isBefore(McpDialogue.NOW.plus(McpDialogue.TIMEOUT).plusSeconds(5));
        }

        /** Only an error need not have the shape that the tool promises. */
        @Test
        void isAnsweredWithAnErrorIfTheToolPromisesAShape() {
            gateway.withTool(
                    "files",
                    new ToolDefinition(
                            "stat",
                            null,
                            null,
                            null,
                            null,
                            Map.of("outputSchema", RawJson.of("{\"type\":\"object\"}"))));
            Answer answer = gateway.modern().callTool("stat", Map.of());
            assertThat(answer.result().path("isError").asBoolean()).isTrue();
            assertThat(answer.text()).contains("has not failed");
        }

        @Test
        void isAnsweredAtOnceIfTheInstanceStops() {
            gateway.pipeline.leave();
            gateway.modern().callTool("read", Map.of());
            assertThat(gateway.clock.instant()).isBefore(McpDialogue.NOW.plusSeconds(5));
        }

        @Test
        void isNotWaitedForLongerThanItsUpstreamTakesIfItIsNoTool() {
            gateway.permitting("files", io.openclaw.gateway.common.mcp.McpOperation.READ_RESOURCE)
                    .offering("files", List.of(), List.of("{\"uri\":\"file:///a\",\"name\":\"a\"}"), List.of());
            endsAfter(McpDialogue.TIMEOUT.multipliedBy(2));
            Answer answer = gateway.modern().send("resources/read", Map.of("uri", "file:///a"));
            assertThat(answer.json().has("result")).isTrue();
        }
    }

    @Nested
    class ACallThatAPersonDecides {
        @Test
        void isAnsweredWithAnErrorAtTheTimeoutIfItIsNoTool() {
            gateway.permitting("files", io.openclaw.gateway.common.mcp.McpOperation.READ_RESOURCE)
                    .offering("files", List.of(), List.of("{\"uri\":\"file:///a\",\"name\":\"a\"}"), List.of());
            gateway.onCall(McpWaitingTest.this::waitsForAPerson);
            Answer answer = gateway.modern().send("resources/read", Map.of("uri", "file:///a"));
            assertThat(answer.json().at("/error/message").asString())
                    .contains(
                            "waits for a person to approve it",
                            gateway.call().callId().toString(),
                            "gateway__call_status");
            assertThat(gateway.clock.instant())
                    .isBefore(McpDialogue.NOW.plus(McpDialogue.TIMEOUT).plusSeconds(5));
        }

        @Test
        void becomesATaskForAClientThatKnowsTasks() {
            gateway.onCall(McpWaitingTest.this::waitsForAPerson);
            JsonNode task =
                    gateway.modern().knowingTasks().callTool("read", Map.of()).result();
            assertThat(task.path("resultType").asString()).isEqualTo("task");
            assertThat(task.path("taskId").asString())
                    .isEqualTo(gateway.call().callId().toString());
            assertThat(task.path("status").asString()).isEqualTo("working");
            assertThat(task.path("statusMessage").asString()).contains("waits for a person");
            assertThat(gateway.pipeline.remembered()).isNotEmpty();
        }

        @Test
        void isWaitedForByAClientThatKnowsNoTasks() {
            gateway.onCall(McpWaitingTest.this::waitsForAPerson);
            endsAfter(Duration.ofSeconds(20));
            Answer answer = gateway.modern().callTool("read", Map.of());
            assertThat(answer.text()).isEqualTo("done");
        }

        @Test
        void isReportedAsProgressThatGrowsEveryTenSeconds() {
            gateway.onCall(McpWaitingTest.this::waitsForAPerson);
            endsAfter(Duration.ofSeconds(35));
            Answer answer = gateway.modern().saying("progressToken", "p1").callTool("read", Map.of());
            List<JsonNode> told = answer.notifications("notifications/progress");
            assertThat(told).hasSizeBetween(3, 5).allSatisfy(each -> {
                assertThat(each.at("/params/progressToken").asString()).isEqualTo("p1");
                assertThat(each.at("/params/message").asString()).contains("waits for a person to approve it");
            });
            assertThat(told)
                    .extracting(each -> each.at("/params/progress").asDouble())
                    .isSorted()
                    .doesNotHaveDuplicates();
        }

        @Test
        void isReportedToNobodyWhoWantsNoProgress() {
            gateway.onCall(McpWaitingTest.this::waitsForAPerson);
            endsAfter(Duration.ofSeconds(20));
            assertThat(gateway.modern().callTool("read", Map.of()).notifications("notifications/progress"))
                    .isEmpty();
        }

        @Test
        void isAnsweredWithAHandleAtTheTimeout() {
            gateway.onCall(McpWaitingTest.this::waitsForAPerson);
            assertThat(gateway.legacy().callTool("read", Map.of()).text())
                    .contains("It waits for a person to approve it, until 2026-11-26T12:10:00Z");
        }
    }

    @Nested
    class WhatTheUpstreamTells {
        private void telling(String method, String params) {
            gateway.onCall(call -> {
                gateway.pipeline.tells(call, method, params);
                gateway.pipeline.succeeds(call, DONE);
            });
        }

        @Test
        void progressCarriesTheTokenOfTheClient() {
            telling("notifications/progress", "{\"progress\":0.5,\"progressToken\":\"ours\"}");
            Answer answer = gateway.legacy().saying("progressToken", 7).callTool("read", Map.of());
            JsonNode told = answer.notifications("notifications/progress").getFirst();
            assertThat(told.at("/params/progressToken").asInt()).isEqualTo(7);
            assertThat(told.at("/params/progress").asDouble()).isEqualTo(0.5);
            assertThat(answer.text()).isEqualTo("done");
        }

        @ParameterizedTest
        @ValueSource(strings = {"{\"a\":1}", "[1]", "true", "1.5"})
        void progressIsLeftOutIfTheTokenIsNone(String token) {
            telling("notifications/progress", "{\"progress\":0.5}");
            Answer answer =
                    gateway.legacy().saying("progressToken", RawJson.of(token)).callTool("read", Map.of());
            assertThat(answer.notifications("notifications/progress")).isEmpty();
        }

        @ParameterizedTest
        @CsvSource({
            "debug, debug, true",
            "debug, info, false",
            "info, info, true",
            "warning, error, false",
            "emergency, emergency, true",
            "no-level, debug, false"
        })
        void logMessagesComeFromTheLevelThatTheSessionWants(String level, String wanted, boolean comes) {
            telling("notifications/message", "{\"level\":\"" + level + "\",\"data\":\"x\"}");
            Legacy client = gateway.legacy();
            client.send("logging/setLevel", Map.of("level", wanted));
            Answer answer = client.callTool("read", Map.of());
            assertThat(answer.notifications("notifications/message")).hasSize(comes ? 1 : 0);
        }

        @Test
        void logMessagesOfAnOlderClientThatSaidNothingComeFromInfoOn() {
            telling("notifications/message", "{\"level\":\"info\",\"data\":\"x\"}");
            assertThat(gateway.legacy().callTool("read", Map.of()).notifications("notifications/message"))
                    .hasSize(1);
        }

        @Test
        void logMessagesOfAModernClientComeOnlyIfItSaysALevel() {
            telling("notifications/message", "{\"level\":\"error\",\"data\":\"x\"}");
            assertThat(gateway.modern().callTool("read", Map.of()).notifications("notifications/message"))
                    .isEmpty();
            assertThat(gateway.modern()
                            .saying("io.modelcontextprotocol/logLevel", "warning")
                            .callTool("read", Map.of())
                            .notifications("notifications/message"))
                    .hasSize(1);
        }

        @Test
        void aNoteSaysHowManyMessagesWereTooMany() {
            gateway.onCall(call -> {
                for (int i = 0; i < 20; i++) {
                    gateway.pipeline.tells(
                            call,
                            "notifications/message",
                            RawJson.from(Map.of("level", "info", "data", "x".repeat(50_000)))
                                    .text());
                }
                gateway.pipeline.succeeds(call, DONE);
            });
            List<JsonNode> told = gateway.legacy().callTool("read", Map.of()).notifications("notifications/message");
            assertThat(told.getFirst().at("/params/logger").asString()).isEqualTo("gateway");
            assertThat(told.getFirst().at("/params/data").asString()).startsWith(20 - (told.size() - 1) + " messages");
        }
    }

    @Nested
    class ACallThatAsksItsModernClient {
        private Answer asked(Modern client) {
            gateway.onCall(call -> gateway.pipeline.asksTheClient(call, 1, Map.of("branch", FORM)));
            return client.callTool("read", Map.of("path", "/a"));
        }

        private Map<String, Object> again(Answer asked, Map<String, ?> arguments) {
            return Map.of(
                    "name",
                    "read",
                    "arguments",
                    arguments,
                    "requestState",
                    asked.result().path("requestState").asString(),
                    "inputResponses",
                    Map.of("branch", Map.of("action", "accept")));
        }

        @Test
        void isAnsweredWithWhatItAsks() {
            JsonNode result = asked(gateway.modern().answeringForms()).result();
            assertThat(result.path("resultType").asString()).isEqualTo("input_required");
            assertThat(result.path("inputRequests").path("branch")).isEqualTo(FORM.as(JsonNode.class));
            assertThat(result.path("requestState").asString()).isNotEmpty();
        }

        @Test
        void goesOnWithTheAnswersInTheSameRequest() {
            Modern client = gateway.modern().answeringForms();
            Answer asked = asked(client);
            gateway.pipeline.onWait(callId -> gateway.pipeline.succeeds(gateway.call(), DONE));
            Answer answer = client.send("tools/call", again(asked, Map.of("path", "/a")));
            assertThat(answer.text()).isEqualTo("done");
            assertThat(gateway.calls()).hasSize(1);
            Given given = gateway.pipeline.given().getFirst();
            assertThat(given.callId()).isEqualTo(gateway.call().callId());
            assertThat(given.round()).isOne();
            assertThat(given.complete()).isTrue();
            assertThat(given.responses()).containsExactly(Map.entry("branch", RawJson.of("{\"action\":\"accept\"}")));
        }

        @Test
        void isNotAnsweredByARequestForOtherArguments() {
            Modern client = gateway.modern().answeringForms();
            Answer answer = client.send("tools/call", again(asked(client), Map.of("path", "/etc")));
            assertThat(answer.code()).isEqualTo(JsonRpcException.INVALID_PARAMS);
            assertThat(answer.message()).contains("'requestState' belongs to another request");
            assertThat(gateway.pipeline.given()).isEmpty();
        }

        @Test
        void isNotAnsweredByAnotherAgent() {
            Answer asked = asked(gateway.modern().answeringForms());
            Answer answer = gateway.as("other").modern().send("tools/call", again(asked, Map.of("path", "/a")));
            assertThat(answer.message()).contains("'requestState' belongs to another request");
            assertThat(gateway.pipeline.given()).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "e30", "not base64!", "YWJjLnsiY2FsbCI6IjEifQ"})
        void isNotAnsweredWithAStateThatTheGatewayDidNotSign(String state) {
            Answer answer = gateway.modern()
                    .send("tools/call", Map.of("name", "read", "arguments", Map.of(), "requestState", state));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.message()).contains("none that the gateway gave out, or was changed");
        }

        @Test
        void takesAnswersThatComeUnaskedAsContext() {
            gateway.answering(DONE);
            gateway.modern()
                    .send(
                            "tools/call",
                            Map.of(
                                    "name",
                                    "read",
                                    "arguments",
                                    Map.of(),
                                    "inputResponses",
                                    Map.of("k", Map.of("a", 1))));
            assertThat(RawJson.from(gateway.call()).text()).contains("\"inputResponses\":{\"k\":{\"a\":1}}");
        }

        @Test
        void canAskForNothingButToBeAskedAgain() {
            gateway.onCall(call -> gateway.pipeline.asksTheClient(call, 1, Map.of()));
            JsonNode result = gateway.modern().callTool("read", Map.of()).result();
            assertThat(result.has("inputRequests")).isFalse();
            assertThat(result.has("requestState")).isTrue();
        }
    }

    @Nested
    class ACallThatAsksItsOlderClient {
        private final Legacy client = gateway.legacy("2025-11-25", Map.of("elicitation", Map.of()));

        private void asking() {
            gateway.onCall(call -> gateway.pipeline.asksTheClient(call, 1, Map.of("branch", FORM)));
        }

        @Test
        void sendsARequestOnTheStream() {
            asking();
            gateway.pipeline.onWait(callId -> gateway.pipeline.succeeds(gateway.call(), DONE));
            Answer answer = client.callTool("read", Map.of());
            JsonNode request = answer.notifications("elicitation/create").getFirst();
            assertThat(request.path("id").asString()).isEqualTo(gateway.call().callId() + ".1.branch");
            assertThat(request.at("/params/message").asString()).isEqualTo("Which branch?");
            assertThat(answer.text()).isEqualTo("done");
        }

        private Answer respond(String id, String field, String value) {
            return client.sendRaw("{\"jsonrpc\":\"2.0\",\"id\":\"" + id + "\",\"" + field + "\":" + value + "}");
        }

        /** Does something while the call asks; then the call ends. */
        private void whileItAsks(Runnable what) {
            asking();
            gateway.pipeline.onWait(callId -> {
                what.run();
                gateway.pipeline.succeeds(gateway.call(), DONE);
            });
            client.callTool("read", Map.of());
        }

        @Test
        void takesTheClientsResponse() {
            whileItAsks(() -> {
                Answer answer = respond(gateway.call().callId() + ".1.branch", "result", "{\"action\":\"decline\"}");
                assertThat(answer.status()).isEqualTo(202);
            });
            Given given = gateway.pipeline.given().getFirst();
            assertThat(given.responses()).containsOnlyKeys("branch");
            assertThat(given.errors()).isEmpty();
            assertThat(given.complete()).isFalse();
        }

        @Test
        void takesTheClientsError() {
            whileItAsks(
                    () -> respond(gateway.call().callId() + ".1.branch", "error", "{\"code\":-1,\"message\":\"no\"}"));
            assertThat(gateway.pipeline.given().getFirst().errors()).containsOnlyKeys("branch");
        }

        @Test
        void ignoresAResponseOfAnotherAgent() {
            whileItAsks(() -> {
                Legacy other = gateway.as("other").legacy();
                other.sendRaw(
                        "{\"jsonrpc\":\"2.0\",\"id\":\"" + gateway.call().callId() + ".1.branch\",\"result\":{}}");
            });
            assertThat(gateway.pipeline.given()).isEmpty();
        }

        @Test
        void ignoresAResponseToACallThatHasEnded() {
            gateway.answering(DONE);
            client.callTool("read", Map.of());
            assertThat(respond(gateway.call().callId() + ".1.branch", "result", "{}")
                            .status())
                    .isEqualTo(202);
            assertThat(gateway.pipeline.given()).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"x.1.branch", "0190163d-8694-739b-aea5-966c26f8ad91.one.branch"})
        void rejectsAResponseToARequestThatTheGatewayDidNotSend(String id) {
            assertThat(respond(id, "result", "{}").status()).isEqualTo(400);
        }

        @Test
        void answersInItsPlaceIfItTakesNoEvents() {
            asking();
            gateway.pipeline.onWait(callId -> gateway.pipeline.succeeds(gateway.call(), DONE));
            client.sending("Accept", "application/json").callTool("read", Map.of());
            Given given = gateway.pipeline.given().getFirst();
            assertThat(given.complete()).isTrue();
            assertThat(RawJson.from(given.errors()).text()).contains("cannot be asked");
        }

        @Test
        void goesOnByItselfIfNothingIsAsked() {
            gateway.onCall(call -> gateway.pipeline.asksTheClient(call, 1, Map.of()));
            client.callTool("read", Map.of());
            assertThat(gateway.pipeline.given().getFirst().complete()).isTrue();
        }
    }

    @Nested
    class AClientThatNoLongerWants {
        @Test
        void theAnswerOfAModernRequestClosesItsConnection() {
            gateway.modern().sendAndGoAway("tools/call", Map.of("name", "read", "arguments", Map.of()));
            assertThat(gateway.pipeline.withdrawn())
                    .containsExactly(gateway.call().callId());
        }

        @Test
        void theAnswerOfAnOlderRequestSaysSo() {
            Legacy client = gateway.legacy();
            gateway.pipeline.onWait(callId -> {
                if (gateway.pipeline.withdrawn().isEmpty()) {
                    client.sendRaw("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":"
                            + "{\"requestId\":2}}");
                }
            });
            client.callTool("read", Map.of());
            assertThat(gateway.pipeline.withdrawn())
                    .containsExactly(gateway.call().callId());
        }

        @Test
        void anAnswerThatAnotherInstanceWaitsForSaysSo() {
            Legacy client = gateway.legacy();
            client.callTool("read", Map.of());
            assertThat(gateway.pipeline.withdrawn()).isEmpty();
            client.sendRaw("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":2}}");
            assertThat(gateway.pipeline.withdrawn())
                    .containsExactly(gateway.call().callId());
        }

        @Test
        void anAnswerOfAnotherSessionWithdrawsNothing() {
            gateway.legacy().callTool("read", Map.of());
            gateway.legacy()
                    .sendRaw("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":"
                            + "{\"requestId\":2}}");
            assertThat(gateway.pipeline.withdrawn()).isEmpty();
        }

        @Test
        void anAnswerToAnOlderRequestByGoingAwayWithdrawsNothing() {
            Legacy client = gateway.legacy();
            gateway.postAndGoAway(
                    client.headers(),
                    "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"read\"}}");
            assertThat(gateway.calls()).hasSize(1);
            assertThat(gateway.pipeline.withdrawn()).isEmpty();
        }
    }

    @Nested
    class AStreamThatBrokeOff {
        private final Legacy client = gateway.legacy();

        private String lastEventOf(Answer answer) throws java.io.UnsupportedEncodingException {
            return answer.response()
                    .getContentAsString()
                    .lines()
                    .filter(line -> line.startsWith("id: "))
                    .reduce((first, second) -> second)
                    .orElseThrow()
                    .substring(4);
        }

        @Test
        void isTakenUpAgainWithItsRequestsId() throws Exception {
            Answer first = client.callTool("read", Map.of());
            String last = lastEventOf(first);
            gateway.pipeline.succeeds(gateway.call(), DONE);
            Answer again = client.resume(last);
            assertThat(again.text()).isEqualTo("done");
            assertThat(again.json().path("id").asInt()).isEqualTo(2);
            assertThat(gateway.calls()).hasSize(1);
        }

        @Test
        void isNotTakenUpByAnotherAgent() throws Exception {
            String last = lastEventOf(client.callTool("read", Map.of()));
            Answer again = gateway.as("other").legacy().resume(last);
            assertThat(again.message()).isEqualTo("Last-Event-ID names no call of this agent");
        }

        @ParameterizedTest
        @ValueSource(strings = {"7", "a.b", "0190163d-8694-739b-aea5-966c26f8ad91.1.!!"})
        void isNotTakenUpByAnIdThatIsNone(String id) {
            assertThat(client.resume(id).status()).isEqualTo(400);
        }

        @Test
        void isNotTakenUpForACallThatNeverWas() {
            assertThat(client.resume(UUID.randomUUID() + ".1.MQ").code()).isEqualTo(JsonRpcException.INVALID_PARAMS);
        }
    }
}

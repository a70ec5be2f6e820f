package io.openclaw.gateway.ingress.web.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.CallContext;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.ingress.core.mcp.JsonRpcException;
import io.openclaw.gateway.ingress.web.mcp.McpDialogue.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class McpToolsTest {
    private static final String STATUS_TOOL = "gateway__call_status";

    private final McpDialogue gateway =
            new McpDialogue("files", "jira").withTool("files", "read").withTool("jira", "get_issue");

    private static List<String> namesOf(Answer answer, String list) {
        List<String> names = new ArrayList<>();
        answer.result().path(list).forEach(each -> names.add(each.path("name").asString()));
        return names;
    }

    @Nested
    class Listing {
        @Test
        void namesEachToolWithItsUpstreamAndAddsTheStatusTool() {
            assertThat(namesOf(gateway.legacy().send("tools/list"), "tools"))
                    .containsExactly("files__read", "jira__get_issue", STATUS_TOOL);
        }

        @Test
        void leavesOutTheUpstreamWhereThereIsOne() {
            var one = new McpDialogue("files").withTool("files", "read");
            assertThat(namesOf(one.legacy().send("tools/list"), "tools")).containsExactly("read", STATUS_TOOL);
        }

        @Test
        void showsNoToolThatTheAgentMayNotCall() {
            gateway.withForbiddenTool("jira", "delete_project");
            assertThat(namesOf(gateway.legacy().send("tools/list"), "tools")).doesNotContain("jira__delete_project");
        }

        @Test
        void showsNoToolThatTheUpstreamNoLongerReports() {
            gateway.withForgottenTool("files", "write");
            assertThat(namesOf(gateway.legacy().send("tools/list"), "tools"))
                    .containsExactly("files__read", "jira__get_issue", STATUS_TOOL);
        }

        @Test
        void comesInPages() {
            gateway.withTool("files", "write").withTool("files", "stat");
            var client = gateway.legacy();
            List<String> all = new ArrayList<>();
            Answer page = client.send("tools/list");
            all.addAll(namesOf(page, "tools"));
            assertThat(all).hasSize(2);
            while (page.result().has("nextCursor")) {
                page = client.send(
                        "tools/list",
                        Map.of("cursor", page.result().path("nextCursor").asString()));
                all.addAll(namesOf(page, "tools"));
            }
            assertThat(all)
                    .containsExactly("files__read", "files__stat", "files__write", "jira__get_issue", STATUS_TOOL);
        }

        @Test
        void rejectsACursorThatItDidNotGiveOut() {
            Answer answer = gateway.legacy().send("tools/list", Map.of("cursor", "bm9uZQ"));
            assertThat(answer.code()).isEqualTo(JsonRpcException.INVALID_PARAMS);
        }

        @Test
        void passesOnWhatTheToolSaysOfItselfButItsExecution() {
            gateway.withTool(
                    "files",
                    new ToolDefinition(
                            "copy",
                            "Copy a file",
                            "Copies.",
                            RawJson.of("{\"type\":\"object\",\"required\":[\"to\"]}"),
                            new ToolDefinition.Annotations(null, true, null, null),
                            Map.of("execution", RawJson.of("{\"taskSupport\":\"optional\"}"))));
            JsonNode tool = gateway.legacy().send("tools/list").result().at("/tools/0");
            assertThat(tool.path("name").asString()).isEqualTo("files__copy");
            assertThat(tool.path("title").asString()).isEqualTo("Copy a file");
            assertThat(tool.at("/inputSchema/required/0").asString()).isEqualTo("to");
            assertThat(tool.at("/annotations/destructiveHint").asBoolean()).isTrue();
            assertThat(tool.has("execution")).isFalse();
        }

        @Test
        void givesAToolWithoutASchemaOneThatTakesAnyObject() {
            JsonNode tool = gateway.legacy().send("tools/list").result().at("/tools/0");
            assertThat(tool.path("inputSchema")).hasToString("{\"type\":\"object\"}");
        }

        @Test
        void saysToModernClientsHowLongTheyMayKeepIt() {
            JsonNode result = gateway.modern().send("tools/list").result();
            assertThat(result.path("resultType").asString()).isEqualTo("complete");
            assertThat(result.path("ttlMs").asLong()).isPositive();
            assertThat(result.path("cacheScope").asString()).isEqualTo("private");
            assertThat(gateway.legacy().send("tools/list").result().has("ttlMs"))
                    .isFalse();
        }

        @Test
        void asksPolicyOnceForAsLongAsNothingChanges() {
            var client = gateway.legacy();
            client.send("tools/list");
            int asked = gateway.pipeline.asked().size();
            client.send("tools/list");
            assertThat(gateway.pipeline.asked()).hasSize(asked);
            gateway.withTool("files", "write");
            client.send("tools/list");
            assertThat(gateway.pipeline.asked()).hasSize(asked + 1);
        }

        @Test
        void asksPolicyAgainAfterHalfAMinute() {
            var client = gateway.legacy();
            assertThat(namesOf(client.send("tools/list"), "tools")).contains("files__read");
            gateway.forbid("files/read");
            gateway.clock.advance(java.time.Duration.ofSeconds(29));
            assertThat(namesOf(client.send("tools/list"), "tools")).contains("files__read");
            gateway.clock.advance(java.time.Duration.ofSeconds(1));
            assertThat(namesOf(client.send("tools/list"), "tools")).doesNotContain("files__read");
        }

        @Test
        void asksPolicyForEachAgent() {
            gateway.legacy().send("tools/list");
            gateway.as("other").legacy().send("tools/list");
            assertThat(gateway.pipeline.asked())
                    .extracting(call -> call.agent())
                    .containsExactly("demo", "other");
        }

        @Test
        void isUnavailableWhilePolicyDoesNotAnswer() {
            var client = gateway.legacy();
            gateway.pipeline.onCall(call -> {});
            gateway.view.policyChanged();
            Answer answer = client.send("tools/list");
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.message()).contains("policy does not say which tools there are");
            assertThat(answer.header("Retry-After")).isNotEqualTo("null");
        }

        @Test
        void isUnavailableWhenTheQuestionFails() {
            var client = gateway.legacy();
            gateway.pipeline.onCall(call -> gateway.pipeline.fails(call, CallError.of("internal", "no ledger")));
            gateway.view.policyChanged();
            assertThat(client.send("tools/list").message()).contains("no ledger");
        }
    }

    @Nested
    class Calling {
        @Test
        void submitsTheCallAndAnswersWithItsResult() {
            gateway.answering("{\"content\":[{\"type\":\"text\",\"text\":\"hello\"}]}");
            Answer answer = gateway.legacy().callTool("files__read", Map.of("path", "/a"));

            assertThat(answer.text()).isEqualTo("hello");
            assertThat(answer.json().path("id").asInt()).isEqualTo(2);
            assertThat(gateway.call().address()).isEqualTo("files/read");
            assertThat(gateway.call().arguments()).isEqualTo(RawJson.of("{\"path\":\"/a\"}"));
            assertThat(gateway.call().origin()).isEqualTo(Origin.MCP);
            assertThat(gateway.call().agent()).isEqualTo("demo");
        }

        @Test
        void takesAbsentArgumentsForNone() {
            gateway.answering("{}");
            gateway.legacy().send("tools/call", Map.of("name", "files__read"));
            assertThat(gateway.call().arguments()).isEqualTo(RawJson.of("{}"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"[]", "\"text\"", "7", "true"})
        void rejectsArgumentsThatAreNoObject(String arguments) {
            Answer answer = gateway.legacy()
                    .send("tools/call", Map.of("name", "files__read", "arguments", RawJson.of(arguments)));
            assertThat(answer.code()).isEqualTo(JsonRpcException.INVALID_PARAMS);
            assertThat(answer.message()).contains("'arguments' has to be an object");
            assertThat(gateway.calls()).isEmpty();
        }

        @Test
        void rejectsACallWithoutAName() {
            assertThat(gateway.legacy().send("tools/call").message()).isEqualTo("'name' is missing");
        }

        /** The name may be that of a tool that no upstream has reported; policy decides about it, and it is on record. */
        @Test
        void submitsACallOfAToolThatIsNotKnown() {
            gateway.onCall(call -> gateway.pipeline.ends(
                    call,
                    Outcome.DENIED,
                    null,
                    CallError.of("denied", "There is no such tool."),
                    List.of(Verdict.of(
                            Stage.POLICY,
                            Decision.DENY,
                            List.of(new Reason(Reason.UNKNOWN_TOOL, "There is no such tool.", Severity.HIGH)),
                            "policy",
                            McpDialogue.NOW,
                            null))));
            Answer answer = gateway.legacy().callTool("files__format", Map.of());
            assertThat(gateway.call().address()).isEqualTo("files/format");
            assertThat(answer.code()).isEqualTo(JsonRpcException.INVALID_PARAMS);
            assertThat(answer.message()).isEqualTo("Unknown tool: format");
        }

        @ParameterizedTest
        @ValueSource(strings = {"read", "nowhere__read", "files__", "files__mcp:resources.read"})
        void rejectsANameThatNamesNoToolOfAnUpstream(String name) {
            Answer answer = gateway.legacy().callTool(name, Map.of());
            assertThat(answer.message()).isEqualTo("Unknown tool: " + name);
            assertThat(gateway.calls()).isEmpty();
        }

        @Test
        void submitsACallOfAWithheldToolWithoutReadingItsDefinition() {
            gateway.withWithheldTool("files", "odd").answering("{}");
            gateway.modern().callTool("files__odd", Map.of());
            assertThat(gateway.call().address()).isEqualTo("files/odd");
        }

        @Test
        void tellsAModelWhatWasRefusedAndByWhichRule() {
            gateway.onCall(call -> gateway.pipeline.ends(
                    call, Outcome.DENIED, null, CallError.of("denied", "The rule files/no-home says no."), List.of()));
            Answer answer = gateway.legacy().callTool("files__read", Map.of());
            assertThat(answer.result().path("isError").asBoolean()).isTrue();
            assertThat(answer.text())
                    .contains("was refused")
                    .contains("files/no-home")
                    .contains(gateway.call().callId().toString())
                    .contains("Do not try to get around the rule");
        }

        @Test
        void passesTheUpstreamsErrorOfTheProtocolOn() {
            gateway.onCall(call -> gateway.pipeline.ends(
                    call,
                    Outcome.FAILED,
                    "{\"code\":-32050,\"message\":\"busy\",\"data\":{\"after\":3}}",
                    CallError.of("mcp_error", "busy"),
                    List.of()));
            Answer answer = gateway.legacy().callTool("files__read", Map.of());
            assertThat(answer.code()).isEqualTo(-32050);
            assertThat(answer.message()).isEqualTo("busy");
            assertThat(answer.error().at("/data/after").asInt()).isEqualTo(3);
        }

        @Test
        void saysToModernClientsThatTheResultIsComplete() {
            gateway.answering("{\"content\":[]}");
            JsonNode result = gateway.modern().callTool("files__read", Map.of()).result();
            assertThat(result).hasToString("{\"resultType\":\"complete\",\"content\":[]}");
        }

        @Test
        void passesTheContextOfTheClientThatThePolicyNames() {
            gateway.answering("{}");
            gateway.legacy("2025-11-25", Map.of("elicitation", Map.of(), "experimental", Map.of("x", 1)))
                    .saying("traceparent", "00-1-2-01")
                    .saying("tracestate", "kept here")
                    .callTool("files__read", Map.of());
            JsonNode context = RawJson.from(gateway.call()).as(JsonNode.class).path("context");
            JsonNode client = context.path(CallContext.CLIENT);
            assertThat(context.path("meta")).hasToString("{\"traceparent\":\"00-1-2-01\"}");
            assertThat(client.path("capabilities")).hasToString("{\"elicitation\":{}}");
            assertThat(client.path("hasSession").asBoolean()).isTrue();
        }

        @Test
        void recordsForWhomTheAgentActs() {
            gateway.answering("{}");
            gateway.legacy().sending("x-gateway-on-behalf-of", "eve").callTool("files__read", Map.of());
            assertThat(gateway.call().identified().onBehalfOf()).isEqualTo("eve");
            assertThat(gateway.call().identified().proven()).isFalse();
        }
    }

    @Nested
    class HeadersThatRepeatArguments {
        private final McpDialogue repeating = new McpDialogue("files")
                .withTool(
                        "files",
                        new ToolDefinition(
                                "read",
                                null,
                                null,
                                RawJson.of("{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\","
                                        + "\"x-mcp-header\":\"Path\"}}}"),
                                null,
                                Map.of()))
                .answering("{}");

        @Test
        void haveToBeSent() {
            Answer answer = repeating.modern().callTool("read", Map.of("path", "/a"));
            assertThat(answer.code()).isEqualTo(JsonRpcException.HEADER_MISMATCH);
            assertThat(repeating.calls()).isEmpty();
        }

        @Test
        void haveToSayTheSame() {
            assertThat(repeating
                            .modern()
                            .sending("Mcp-Param-Path", "/b")
                            .callTool("read", Map.of("path", "/a"))
                            .code())
                    .isEqualTo(JsonRpcException.HEADER_MISMATCH);
            assertThat(repeating
                            .modern()
                            .sending("Mcp-Param-Path", "/a")
                            .callTool("read", Map.of("path", "/a"))
                            .json()
                            .has("result"))
                    .isTrue();
        }

        @Test
        void areNotAskedOfOlderClients() {
            assertThat(repeating
                            .legacy()
                            .callTool("read", Map.of("path", "/a"))
                            .json()
                            .has("result"))
                    .isTrue();
        }
    }

    @Nested
    class TheStatusTool {
        private String idOf(Answer answer) {
            return answer.text().replaceAll("(?s).*\"call_id\": \"([^\"]*)\".*", "$1");
        }

        @Test
        void returnsTheResultOfACallThatHasEnded() {
            gateway.answering("{\"content\":[{\"type\":\"text\",\"text\":\"hello\"}]}");
            var client = gateway.legacy();
            client.callTool("files__read", Map.of());
            String id = gateway.call().callId().toString();
            assertThat(client.callTool(STATUS_TOOL, Map.of("call_id", id)).text())
                    .isEqualTo("hello");
        }

        @Test
        void saysWhatACallWaitsFor() {
            gateway.onCall(call -> gateway.pipeline.waitsForAPerson(call.callId(), McpDialogue.NOW.plusSeconds(600)));
            var client = gateway.legacy();
            Answer pending = client.callTool("files__read", Map.of());
            Answer status = client.callTool(STATUS_TOOL, Map.of("call_id", idOf(pending)));
            assertThat(status.text())
                    .contains("waits for a person to approve it, until 2026-11-26T12:10:00Z")
                    .contains("Do not ask for it again");
            assertThat(gateway.calls()).hasSize(1);
        }

        @Test
        void knowsNoCallOfAnotherAgent() {
            gateway.answering("{}").legacy().callTool("files__read", Map.of());
            String id = gateway.call().callId().toString();
            Answer answer = gateway.as("other").legacy().callTool(STATUS_TOOL, Map.of("call_id", id));
            assertThat(answer.result().path("isError").asBoolean()).isTrue();
            assertThat(answer.text()).isEqualTo("There is no call " + id + " of yours.");
        }

        @ParameterizedTest
        @ValueSource(strings = {"{}", "{\"call_id\":\"7\"}", "{\"call_id\":7}", "{\"call_id\":null}"})
        void saysWhatAnIdLooksLike(String arguments) {
            Answer answer = gateway.legacy()
                    .send("tools/call", Map.of("name", STATUS_TOOL, "arguments", RawJson.of(arguments)));
            assertThat(answer.result().path("isError").asBoolean()).isTrue();
            assertThat(answer.text()).contains("'call_id' has to be the id of a call");
        }
    }
}

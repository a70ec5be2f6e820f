package io.openclaw.gateway.ingress.web.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.mcp.McpOperation;
import io.openclaw.gateway.ingress.core.mcp.JsonRpcException;
import io.openclaw.gateway.ingress.web.mcp.McpDialogue.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Prompts, resources and completions of upstreams. */
class McpOffersTest {
    private static final String GREET = "{\"name\":\"greet\",\"description\":\"Greets.\"}";
    private static final String README = "{\"uri\":\"file:///README.md\",\"name\":\"Read me\",\"size\":7}";
    private static final String ROWS = "{\"uriTemplate\":\"db:///{table}/rows\",\"name\":\"Rows\"}";

    private final McpDialogue gateway = new McpDialogue("files", "db")
            .offering("files", List.of(GREET), List.of(README), List.of())
            .offering("db", List.of(GREET), List.of(README, "{\"uri\":\"db:///a\",\"name\":\"a\"}"), List.of(ROWS))
            .permitting("files", McpOperation.values())
            .permitting("db", McpOperation.values())
            .answering("{\"ok\":true}");

    private static List<String> values(Answer answer, String list, String field) {
        List<String> values = new ArrayList<>();
        answer.result().path(list).forEach(each -> values.add(each.path(field).asString()));
        return values;
    }

    @Nested
    class Prompts {
        @Test
        void areListedUnderTheNamesOfTheirUpstreams() {
            assertThat(values(gateway.legacy().send("prompts/list"), "prompts", "name"))
                    .containsExactly("db__greet", "files__greet");
        }

        @Test
        void areListedOnlyIfTheAgentMayGetThem() {
            var files = new McpDialogue("files", "db")
                    .offering("files", List.of(GREET), List.of(), List.of())
                    .offering("db", List.of(GREET), List.of(), List.of())
                    .permitting("files", McpOperation.GET_PROMPT);
            assertThat(values(files.legacy().send("prompts/list"), "prompts", "name"))
                    .containsExactly("files__greet");
        }

        @Test
        void areAskedForByTheirOwnNamesAtTheirUpstream() {
            Answer answer =
                    gateway.legacy().send("prompts/get", Map.of("name", "db__greet", "arguments", Map.of("to", "eve")));
            assertThat(answer.result().path("ok").asBoolean()).isTrue();
            assertThat(gateway.call().address()).isEqualTo("db/mcp:prompts.get");
            assertThat(gateway.call().arguments())
                    .isEqualTo(RawJson.of("{\"name\":\"greet\",\"arguments\":{\"to\":\"eve\"}}"));
        }

        @Test
        void areAskedForWithoutArgumentsThatNobodyGave() {
            gateway.legacy().send("prompts/get", Map.of("name", "files__greet"));
            assertThat(gateway.call().arguments()).isEqualTo(RawJson.of("{\"name\":\"greet\"}"));
        }

        @Test
        void thatNobodyOffersAreUnknown() {
            Answer answer = gateway.legacy().send("prompts/get", Map.of("name", "files__curse"));
            assertThat(answer.message()).isEqualTo("Unknown prompt: files__curse");
            assertThat(gateway.calls()).isEmpty();
        }

        @Test
        void thatAreRefusedAreAnErrorOfTheGateway() {
            gateway.onCall(call -> gateway.pipeline.ends(
                    call, Outcome.DENIED, null, CallError.of("denied", "No rule allows it."), List.of()));
            Answer answer = gateway.legacy().send("prompts/get", Map.of("name", "files__greet"));
            assertThat(answer.code()).isEqualTo(JsonRpcException.REFUSED);
            assertThat(answer.message()).contains("No rule allows it.");
            assertThat(answer.error().at("/data/callId").asString())
                    .isEqualTo(gateway.call().callId().toString());
            assertThat(answer.error().at("/data/outcome").asString()).isEqualTo("DENIED");
        }

        @Test
        void thatFailAreAnInternalError() {
            gateway.onCall(
                    call -> gateway.pipeline.fails(call, CallError.of("upstream_unavailable", "It does not answer.")));
            Answer answer = gateway.legacy().send("prompts/get", Map.of("name", "files__greet"));
            assertThat(answer.code()).isEqualTo(JsonRpcException.INTERNAL_ERROR);
            assertThat(answer.message()).contains("It does not answer.").contains("Other tools are not affected.");
        }
    }

    @Nested
    class Resources {
        /** Two upstreams have the same URI; the first of the policy keeps it. */
        @Test
        void areListedUnderUrisThatTellThemApart() {
            var client = gateway.legacy();
            List<String> uris = new ArrayList<>();
            Answer page = client.send("resources/list");
            uris.addAll(values(page, "resources", "uri"));
            page = client.send(
                    "resources/list",
                    Map.of("cursor", page.result().path("nextCursor").asString()));
            uris.addAll(values(page, "resources", "uri"));
            assertThat(uris)
                    .containsExactlyInAnyOrder(
                            "file:///README.md", "openclaw://db/file%3A%2F%2F%2FREADME.md", "db:///a");
        }

        @Test
        void areListedAsTheyWereAccepted() {
            JsonNode listed = gateway.legacy().send("resources/list").result().path("resources");
            assertThat(listed.findValuesAsString("name")).contains("Read me");
            assertThat(listed.findValues("size")).isEmpty();
        }

        @Test
        void thatNobodyAcceptedAreNotListed() {
            gateway.upstreams.offers(
                    "files", List.of(), List.of(README, "{\"uri\":\"file:///new\",\"name\":\"new\"}"), List.of());
            List<String> all = new ArrayList<>(values(gateway.legacy().send("resources/list"), "resources", "uri"));
            assertThat(all).doesNotContain("file:///new");
        }

        @Test
        void ofATemplateAreListedAndRead() {
            assertThat(values(gateway.legacy().send("resources/templates/list"), "resourceTemplates", "uriTemplate"))
                    .containsExactly("db:///{table}/rows");
            gateway.legacy().send("resources/read", Map.of("uri", "db:///users/rows"));
            assertThat(gateway.call().address()).isEqualTo("db/mcp:resources.read");
            assertThat(gateway.call().arguments()).isEqualTo(RawJson.of("{\"uri\":\"db:///users/rows\"}"));
        }

        @Test
        void areReadWhereTheyAre() {
            gateway.legacy().send("resources/read", Map.of("uri", "openclaw://db/file%3A%2F%2F%2FREADME.md"));
            assertThat(gateway.call().address()).isEqualTo("db/mcp:resources.read");
            assertThat(gateway.call().arguments()).isEqualTo(RawJson.of("{\"uri\":\"file:///README.md\"}"));
        }

        @Test
        void thatNobodyHasAreNotFound() {
            Answer older = gateway.legacy().send("resources/read", Map.of("uri", "http://x"));
            assertThat(older.code()).isEqualTo(-32002);
            assertThat(older.error().at("/data/uri").asString()).isEqualTo("http://x");
            assertThat(gateway.modern()
                            .send("resources/read", Map.of("uri", "http://x"))
                            .code())
                    .isEqualTo(JsonRpcException.INVALID_PARAMS);
            assertThat(gateway.calls()).isEmpty();
        }

        @Test
        void areNotToBeKeptByAModernClientUnlessTheirServerSaysSo() {
            gateway.answering("{\"contents\":[]}");
            JsonNode result = gateway.modern()
                    .send("resources/read", Map.of("uri", "db:///a"))
                    .result();
            assertThat(result.path("ttlMs").asLong()).isZero();
            assertThat(result.path("cacheScope").asString()).isEqualTo("private");
            gateway.answering("{\"contents\":[],\"ttlMs\":5000,\"cacheScope\":\"public\"}");
            JsonNode kept = gateway.modern()
                    .send("resources/read", Map.of("uri", "db:///a"))
                    .result();
            assertThat(kept.path("ttlMs").asLong()).isEqualTo(5_000);
            assertThat(kept.path("cacheScope").asString()).isEqualTo("private");
        }
    }

    @Nested
    class Completions {
        @Test
        void ofAPromptGoToItsUpstreamUnderItsOwnName() {
            gateway.legacy()
                    .saying("progressToken", 1)
                    .send(
                            "completion/complete",
                            Map.of(
                                    "ref",
                                    Map.of("type", "ref/prompt", "name", "db__greet"),
                                    "argument",
                                    Map.of("name", "to", "value", "e")));
            assertThat(gateway.call().address()).isEqualTo("db/mcp:completion.complete");
            JsonNode arguments = RawJson.from(gateway.call()).as(JsonNode.class).path("arguments");
            assertThat(arguments.at("/ref/name").asString()).isEqualTo("greet");
            assertThat(arguments.at("/argument/value").asString()).isEqualTo("e");
            assertThat(arguments.has("_meta")).isFalse();
        }

        @Test
        void ofATemplateGoToWhoeverHasIt() {
            gateway.legacy()
                    .send(
                            "completion/complete",
                            Map.of("ref", Map.of("type", "ref/resource", "uri", "db:///{table}/rows")));
            assertThat(gateway.call().address()).isEqualTo("db/mcp:completion.complete");
        }

        @Test
        void ofNothingAreRejected() {
            assertThat(gateway.legacy().send("completion/complete").message())
                    .isEqualTo("'ref' has to name a prompt or a resource");
            assertThat(gateway.legacy()
                            .send("completion/complete", Map.of("ref", Map.of("type", "ref/prompt", "name", "x")))
                            .message())
                    .isEqualTo("Unknown prompt: x");
            assertThat(gateway.calls()).isEmpty();
        }
    }

    @Nested
    class WhatTheGatewayOffers {
        @Test
        void isOnlyWhatTheAgentMayUse() {
            var bare = new McpDialogue("files").withTool("files", "read");
            JsonNode capabilities =
                    bare.modern().send("server/discover").result().path("capabilities");
            assertThat(capabilities.has("tools")).isTrue();
            assertThat(capabilities.has("prompts")).isFalse();
            assertThat(capabilities.has("resources")).isFalse();
            assertThat(capabilities.has("completions")).isFalse();
        }

        @Test
        void isAllOfItForAnAgentThatMayUseAll() {
            JsonNode result = gateway.modern().send("server/discover").result();
            JsonNode capabilities = result.path("capabilities");
            assertThat(capabilities.at("/resources/subscribe").asBoolean()).isTrue();
            assertThat(capabilities.has("prompts")).isTrue();
            assertThat(capabilities.has("completions")).isTrue();
            assertThat(capabilities.path("extensions").has("io.modelcontextprotocol/tasks"))
                    .isTrue();
            assertThat(result.path("supportedVersions").valueStream().map(JsonNode::asString))
                    .containsExactly("2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26");
            assertThat(result.path("instructions").asString()).contains("gateway__call_status");
            assertThat(result.path("ttlMs").asLong()).isPositive();
        }

        @Test
        void isSaidWithoutSubscriptionsIfTheAgentMayNotSubscribe() {
            var reading = new McpDialogue("files").permitting("files", McpOperation.READ_RESOURCE);
            JsonNode resources =
                    reading.modern().send("server/discover").result().at("/capabilities/resources");
            assertThat(resources.has("subscribe")).isFalse();
        }
    }
}

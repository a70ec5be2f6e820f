package io.openclaw.gateway.ingress.web.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.ingress.core.PipelineDouble.Given;
import io.openclaw.gateway.ingress.core.mcp.JsonRpcException;
import io.openclaw.gateway.ingress.web.mcp.McpDialogue.Answer;
import io.openclaw.gateway.ingress.web.mcp.McpDialogue.Modern;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Calls as tasks (the extension {@code io.modelcontextprotocol/tasks}). */
class McpTasksTest {
    private static final RawJson FORM =
            RawJson.of("{\"method\":\"elicitation/create\",\"params\":{\"message\":\"Which branch?\"}}");

    private final McpDialogue gateway = new McpDialogue("files").withTool("files", "read");
    private final Modern client = gateway.modern().knowingTasks();
    private String taskId = "";

    @BeforeEach
    void beginTask() {
        gateway.onCall(call -> gateway.pipeline.waitsForAPerson(call.callId(), McpDialogue.NOW.plusSeconds(600)));
        taskId = client.callTool("read", Map.of()).result().path("taskId").asString();
    }

    private JsonNode task() {
        return client.send("tasks/get", Map.of("taskId", taskId)).result();
    }

    @Test
    void worksAsLongAsAPersonHasNotDecided() {
        JsonNode task = task();
        assertThat(task.path("resultType").asString()).isEqualTo("complete");
        assertThat(task.path("status").asString()).isEqualTo("working");
        assertThat(task.path("statusMessage").asString()).contains("until 2026-11-26T12:10:00Z");
        assertThat(Instant.parse(task.path("createdAt").asString()))
                .isEqualTo(gateway.call().requestedAt());
        assertThat(task.path("ttlMs").asLong()).isEqualTo(Duration.ofDays(7).toMillis());
        assertThat(task.path("pollIntervalMs").asLong()).isPositive();
    }

    @Test
    void completesWithTheResultOfTheTool() {
        gateway.pipeline.succeeds(gateway.call(), "{\"content\":[]}");
        JsonNode task = task();
        assertThat(task.path("status").asString()).isEqualTo("completed");
        assertThat(task.path("result")).hasToString("{\"resultType\":\"complete\",\"content\":[]}");
    }

    @Test
    void completesWithARefusalAsTheResult() {
        gateway.pipeline.ends(gateway.call(), Outcome.DENIED, null, CallError.of("denied", "alice said no"), List.of());
        JsonNode task = task();
        assertThat(task.path("status").asString()).isEqualTo("completed");
        assertThat(task.at("/result/isError").asBoolean()).isTrue();
        assertThat(task.at("/result/content/0/text").asString()).contains("alice said no");
    }

    @Test
    void failsWithAnErrorOfTheProtocol() {
        gateway.pipeline.ends(
                gateway.call(),
                Outcome.FAILED,
                "{\"code\":-32002,\"message\":\"gone\",\"data\":{\"uri\":\"x\"}}",
                CallError.of("mcp_error", "gone"),
                List.of());
        JsonNode task = task();
        assertThat(task.path("status").asString()).isEqualTo("failed");
        assertThat(task.at("/error/code").asInt())
                .as("a code that 2026-07-28 has given up")
                .isEqualTo(JsonRpcException.INVALID_PARAMS);
        assertThat(task.at("/error/data/uri").asString()).isEqualTo("x");
    }

    @Test
    void isCancelledOnceItsCallIs() {
        gateway.pipeline.ends(
                gateway.call(), Outcome.CANCELLED, null, CallError.of("cancelled", "withdrawn"), List.of());
        assertThat(task().path("status").asString()).isEqualTo("cancelled");
    }

    @Test
    void withdrawsItsCallWhenItIsCancelled() {
        Answer answer = client.send("tasks/cancel", Map.of("taskId", taskId));
        assertThat(answer.result()).hasToString("{\"resultType\":\"complete\"}");
        assertThat(gateway.pipeline.withdrawn()).containsExactly(gateway.call().callId());
    }

    @Test
    void withdrawsNothingThatHasEnded() {
        gateway.pipeline.succeeds(gateway.call(), "{}");
        client.send("tasks/cancel", Map.of("taskId", taskId));
        assertThat(gateway.pipeline.withdrawn()).isEmpty();
    }

    @Test
    void asksForInputUnderKeysThatAreUniqueOverItsLife() {
        gateway.pipeline.asksTheClient(gateway.call(), 2, Map.of("branch", FORM));
        JsonNode task = task();
        assertThat(task.path("status").asString()).isEqualTo("input_required");
        assertThat(task.path("inputRequests").path("2.branch")).isEqualTo(FORM.as(JsonNode.class));
    }

    @Test
    void takesTheInputThatItAsksFor() {
        gateway.pipeline.asksTheClient(gateway.call(), 2, Map.of("branch", FORM));
        client.send(
                "tasks/update",
                Map.of(
                        "taskId",
                        taskId,
                        "inputResponses",
                        Map.of("2.branch", Map.of("action", "accept"), "1.branch", 1)));
        Given given = gateway.pipeline.given().getFirst();
        assertThat(given.round()).isEqualTo(2);
        assertThat(given.responses()).containsOnlyKeys("branch");
        assertThat(given.complete()).isFalse();
    }

    @Test
    void ignoresInputThatItDoesNotAskFor() {
        client.send("tasks/update", Map.of("taskId", taskId, "inputResponses", Map.of("1.branch", 1)));
        gateway.pipeline.asksTheClient(gateway.call(), 2, Map.of("branch", FORM));
        client.send("tasks/update", Map.of("taskId", taskId, "inputResponses", Map.of("1.branch", 1)));
        client.send("tasks/update", Map.of("taskId", taskId));
        assertThat(gateway.pipeline.given()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tasks/get", "tasks/update", "tasks/cancel"})
    void belongsToItsAgentAlone(String method) {
        Answer answer = gateway.as("other").modern().knowingTasks().send(method, Map.of("taskId", taskId));
        assertThat(answer.message()).isEqualTo("There is no task " + taskId + " of this agent");
        assertThat(gateway.pipeline.withdrawn()).isEmpty();
    }

    @Test
    void hasAnIdThatIsOne() {
        assertThat(client.send("tasks/get", Map.of("taskId", "7")).message())
                .isEqualTo("There is no task 7 of this agent");
        assertThat(client.send("tasks/get").message()).isEqualTo("'taskId' is missing");
        String never = UUID.randomUUID().toString();
        assertThat(client.send("tasks/get", Map.of("taskId", never)).message()).contains(never);
    }
}

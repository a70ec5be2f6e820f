package io.openclaw.gateway.ingress.core.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.testing.Calls;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ToolResultsTest {
    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");

    private static JsonNode resultOf(String result) {
        var end = CallCompleted.of(
                Calls.call("demo", "openclaw", "exec", RawJson.EMPTY_OBJECT, NOW),
                List.of(),
                Outcome.SUCCEEDED,
                RawJson.of(result),
                null,
                Stage.EXECUTOR,
                NOW);
        return ToolResults.ofTool(end, false).as(JsonNode.class);
    }

    @Test
    void aResultOfMcpIsPassedOnAsItIs() {
        String result = "{\"content\":[],\"structuredContent\":{\"a\":1}}";
        assertThat(resultOf(result)).hasToString(result);
    }

    @Test
    void structuredContentAloneIsKeptAndGetsItsText() {
        JsonNode result = resultOf("{\"structuredContent\":{\"a\":1}}");
        assertThat(result.path("structuredContent")).hasToString("{\"a\":1}");
        assertThat(result.at("/content/0/text").asString()).isEqualTo("{\"a\":1}");
        assertThat(result.path("content")).hasSize(1);
    }

    /** A worker's result may be any JSON; 'content' means what its tool says. */
    @ParameterizedTest
    @ValueSource(strings = {"{\"content\":\"hello\"}", "{\"content\":{\"type\":\"text\"}}", "{\"content\":null}", "{}"})
    void whatAWorkerReturnsIsStructuredContentOnce(String result) {
        JsonNode made = resultOf(result);
        assertThat(made.path("structuredContent")).hasToString(result);
        assertThat(made.at("/content/0/text").asString()).isEqualTo(result);
    }
}

package io.openclaw.gateway.executor.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.json.JsonText;
import io.openclaw.gateway.common.json.RawJson;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class McpAnswersTest {

    private static JsonNode resultOf(Answer answer) {
        return Objects.requireNonNull(answer.result()).as(JsonNode.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"content\":[]}",
                "{ \"content\" : [ {\"type\":\"text\",\"text\":\"1.0\"} ], \"n\": 1.0 }",
                "{\"structuredContent\":{\"a\":1},\"content\":[]}",
                "{\"content\":[{\"type\":\"image\",\"data\":\"\",\"mimeType\":\"image/png\"}],\"isError\":false}",
                "{\"content\":[{\"type\":\"resource\",\"resource\":{\"uri\":\"a:b\",\"text\":\"x\"}}]}",
                "{\"content\":[{\"type\":\"of_tomorrow\",\"x\":1}]}"
            })
    void keepsAWholeResultAsItCame(String result) {
        Answer answer = McpAnswers.ofToolResult(RawJson.of(result));
        assertThat(answer.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(answer.result()).isEqualTo(RawJson.of(result));
    }

    @Test
    void addsTheTextThatStructuredContentAloneLacks() {
        Answer answer = McpAnswers.ofToolResult(RawJson.of("{\"structuredContent\":{\"a\":[1,\"x\"]}}"));
        assertThat(answer.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(resultOf(answer).at("/structuredContent/a/1").asString()).isEqualTo("x");
        assertThat(resultOf(answer).at("/content/0/type").asString()).isEqualTo("text");
        assertThat(resultOf(answer).at("/content/0/text").asString()).isEqualTo("{\"a\":[1,\"x\"]}");
    }

    @Test
    void readsAResultWithNeitherAsOneWithNothing() {
        Answer answer = McpAnswers.ofToolResult(RawJson.of("{\"_meta\":{\"a\":1}}"));
        assertThat(resultOf(answer).path("content").isArray()).isTrue();
        assertThat(resultOf(answer).path("content")).isEmpty();
        assertThat(resultOf(answer).at("/_meta/a").asInt()).isOne();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"content\":\"hello\"} | a string",
                "{\"content\":{\"type\":\"text\"}} | an object",
                "{\"content\":null} | null",
                "{\"content\":null,\"structuredContent\":{}} | null",
                "{\"content\":7} | a number",
                "{\"content\":[],\"isError\":\"true\"} | 'isError' is a string",
                "{\"isError\":1,\"content\":[]} | 'isError' is a number",
                "{\"content\":[],\"isError\":null} | 'isError' is null",
                "{\"structuredContent\":{},\"isError\":\"yes\"} | 'isError' is a string",
                "{\"content\":[{\"type\":\"text\",\"text\":5}]} | 'content[0].text' is a number",
                "{\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\"}]} | 'content[1].text' is missing",
                "{\"content\":[{\"text\":\"a\"}]} | 'content[0].type' is missing",
                "{\"content\":[\"a\"]} | 'content[0]' is a string",
                "{\"content\":[[]]} | 'content[0]' is a list",
                "{\"content\":[{\"type\":\"image\",\"data\":{},\"mimeType\":\"image/png\"}]} | 'content[0].data' is an object",
                "{\"content\":[{\"type\":\"resource\",\"resource\":\"a\"}]} | 'content[0].resource' is a string",
                "{\"content\":[{\"type\":\"resource_link\"}]} | 'content[0].uri' is missing",
                "\"hello\" | no object",
                "[] | no object"
            })
    void saysThatTheServerBrokeTheProtocol(String result, String what) {
        Answer answer = McpAnswers.ofToolResult(RawJson.of(result));
        assertThat(answer.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(answer.result()).isNull();
        assertThat(Objects.requireNonNull(answer.error()).type()).isEqualTo("upstream_protocol_error");
        assertThat(Objects.requireNonNull(answer.error()).message()).contains(what, "broke the protocol");
    }

    @Test
    void aToolThatSaysThatItFailedHasFailed() {
        Answer answer =
                McpAnswers.ofToolResult(RawJson.of("{\"isError\":true,\"structuredContent\":{\"why\":\"no room\"}}"));
        assertThat(answer.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(Objects.requireNonNull(answer.error()).message()).contains("no room");
    }

    /** A message that is cut within a character could enter no topic, and the call would never end. */
    @Test
    void aLongMessageIsCutWhereACharacterEnds() {
        String message = "x".repeat(1_999) + "\ud83d\ude00".repeat(10);
        Answer error = McpAnswers.ofError(RawJson.from(Map.of("code", 1, "message", message)), null);
        Answer failed = McpAnswers.ofToolResult(
                RawJson.from(Map.of("isError", true, "content", List.of(Map.of("type", "text", "text", message)))));
        assertThat(List.of(error, failed))
                .allSatisfy(answer -> assertThat(answer.error()).isNotNull().satisfies(told -> {
                    assertThat(told.message()).endsWith("x…");
                    assertThat(JsonText.loneSurrogate(told.message())).isNegative();
                }));
    }
}

package io.openclaw.gateway.executor.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.Outcome;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerResponseTest {

    private static Answer read(int status, String body) {
        return WorkerResponse.read(status, body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aSuccessKeepsItsResultToTheLastCharacter() {
        Answer answer = read(200, "{\"ok\":true,\"result\":{ \"content\" : [1.0] }}");
        assertThat(answer.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(answer.result()).hasToString("RawJson[21 characters]");
        assertThat(answer.error()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "400, tool_error, url required",
        "400, invalid_request, tools.invoke requires body.tool",
        "403, tool_call_blocked, a plugin said no",
        "404, not_found, Tool not available: exec",
        "500, tool_error, tool execution failed"
    })
    void aRefusalKeepsItsTypeItsWordsAndItsStatus(int status, String type, String message) {
        Answer answer =
                read(status, "{\"ok\":false,\"error\":{\"type\":\"" + type + "\",\"message\":\"" + message + "\"}}");
        assertThat(answer.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(answer.error()).isNotNull().satisfies(error -> {
            assertThat(error.type()).isEqualTo(type);
            assertThat(error.message()).isEqualTo(message);
            assertThat(error.status()).isEqualTo(status);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"content\":[\"x\\ud800y\"]}", "{\"content\":[{\"\\udfff\":1}]}"})
    void aResultWithHalfACharacterFailsAndSaysWhere(String result) {
        Answer answer = read(200, "{\"ok\":true,\"result\":" + result + "}");
        assertThat(answer.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(answer.result()).isNull();
        assertThat(answer.error()).isNotNull().satisfies(error -> {
            assertThat(error.type()).isEqualTo("invalid_result");
            assertThat(error.message()).contains("/result/content/0").contains("lone surrogate");
        });
    }

    @Test
    void aWrongTokenNamesTheSetting() {
        Answer answer = read(401, "{\"error\":{\"message\":\"Unauthorized\",\"type\":\"unauthorized\"}}");
        assertThat(answer.error()).isNotNull().satisfies(error -> {
            assertThat(error.type()).isEqualTo("worker_unauthorized");
            assertThat(error.message()).contains("OPENCLAW_WORKER_TOKEN");
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 500})
    void aTokenMismatchInsideTheWorkerNamesCauseAndCure(int status) {
        Answer answer = read(
                status,
                "{\"ok\":false,\"error\":{\"type\":\"tool_error\",\"message\":"
                        + "\"gateway closed (1008): unauthorized: gateway token mismatch (set gateway.remote.token)\"}}");
        assertThat(answer.error()).isNotNull().satisfies(error -> {
            assertThat(error.type()).isEqualTo("worker_token_mismatch");
            assertThat(error.message())
                    .contains("1008", "inner WebSocket", "OPENCLAW_GATEWAY_TOKEN", "gateway.auth.token", "restart");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>", "[]", "null", "{}", "{\"ok\":false}", "{\"ok\":true", "{\"ok\":\"yes\"}"})
    void whatNoWorkerSaysIsAFailureThatSaysSo(String body) {
        Answer answer = read(502, body);
        assertThat(answer.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(answer.error()).isNotNull().satisfies(error -> {
            assertThat(error.type()).isEqualTo("upstream_error");
            assertThat(error.message()).contains("502", "OPENCLAW_WORKER_URL");
        });
    }
}

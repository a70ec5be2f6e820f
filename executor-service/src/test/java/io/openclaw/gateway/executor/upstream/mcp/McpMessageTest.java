package io.openclaw.gateway.executor.upstream.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.json.RawJson;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class McpMessageTest {

    private static McpMessage read(String json) {
        return McpMessage.read(json.getBytes(StandardCharsets.UTF_8), 200);
    }

    @Test
    void tellsRequestsNotificationsAndResponsesApart() {
        McpMessage request = read("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"a\":1}}");
        assertThat(request.isRequest()).isTrue();
        assertThat(request.isResponse()).isFalse();
        assertThat(request.params()).isEqualTo(RawJson.of("{\"a\":1}"));

        McpMessage notification = read("{\"method\":\"notifications/progress\"}");
        assertThat(notification.isRequest()).isFalse();
        assertThat(notification.isResponse()).isFalse();

        McpMessage response = read("{\"id\":1,\"result\":{},\"more\":7}");
        assertThat(response.isResponse()).isTrue();
        assertThat(response.answers("1")).isTrue();
        assertThat(response.answers("\"1\"")).isFalse();
        assertThat(request.answers("1")).as("a request answers nothing").isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "null", "{\"id\":1}", "[]", "7", "nonsense", "{\"method\":", "{\"method\":{}}"})
    void isNothingElse(String json) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("it is no JSON-RPC message");
    }

    /** An answer with half a character becomes an error that says so: it can neither be passed on nor changed in silence. */
    @Test
    void becomesAnErrorIfItsAnswerCannotBePassedOn() {
        McpMessage answer = read("{\"id\":1,\"result\":{\"content\":\"\\ud800\"}}");
        assertThat(answer.isResponse()).isTrue();
        assertThat(answer.answers("1")).isTrue();
        assertThat(answer.result()).isNull();
        RawJson error = answer.error();
        assertThat(error == null ? "" : error.text())
                .contains("cannot be passed on")
                .contains("/result/content");
    }

    @Test
    void becomesARequestThatNoClientAnswersIfItCannotBePassedOn() {
        McpMessage request = read("{\"id\":1,\"method\":\"elicitation/create\",\"params\":{\"message\":\"\\udfff\"}}");
        assertThat(request.isRequest()).isTrue();
        assertThat(request.method()).isEqualTo("gateway/unfit");
        assertThat(request.params()).isNull();
    }
}

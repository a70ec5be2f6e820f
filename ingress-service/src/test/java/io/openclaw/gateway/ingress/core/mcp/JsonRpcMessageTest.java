package io.openclaw.gateway.ingress.core.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.openclaw.gateway.common.json.RawJson;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonRpcMessageTest {

    private static byte[] message(String params) {
        return ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":" + params + "}")
                .getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"name\":\"x\",\"arguments\":{\"a\":\"\\ud800\"}}     | /params/arguments/a",
                "{\"name\":\"x\",\"arguments\":{\"\\udfffb\":1}}         | /params/arguments/",
                "{\"name\":\"x\\ud83d\"}                            | /params/name",
                "{\"_meta\":{\"progressToken\":\"\\ud800\"}}           | /params/_meta/progressToken",
                "{\"_meta\":{\"a/b\":\"\\ud800\"}}                     | /params/_meta/a~1b",
                "{\"inputResponses\":{\"k\":{\"c\":\"\\udc00\"}}}      | /params/inputResponses/k/c"
            })
    void halfACharacterIsRefusedWithItsPlaceAndTheRequestsId(String params, String place) {
        byte[] body = message(params);
        JsonRpcException refused = catchThrowableOfType(JsonRpcException.class, () -> {
            // What can be read is read first, so that the answer has its id.
            assertThat(JsonRpcMessage.read(body).id()).isEqualTo(RawJson.of("7"));
            JsonRpcMessage.check(body);
        });
        assertThat(refused).hasMessageContaining(place).hasMessageContaining("lone surrogate");
        assertThat(refused.code()).isEqualTo(JsonRpcException.INVALID_PARAMS);
        assertThat(refused.status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\\ud83d\\ude00\"", "\"\\\\ud800\"", "\"\u00fc\"", "7"})
    void anIdOfWholeCharactersPasses(String id) {
        byte[] body = ("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"ping\"}").getBytes(StandardCharsets.UTF_8);
        assertThat(JsonRpcMessage.read(body).isRequest()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\\ud800\"", "\"a\\udc00b\"", "\"\\ud83d\\u0041\""})
    void anIdThatNoAnswerCanRepeatIsRefused(String id) {
        byte[] body = ("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"ping\"}").getBytes(StandardCharsets.UTF_8);
        JsonRpcException refused = catchThrowableOfType(JsonRpcException.class, () -> JsonRpcMessage.read(body));
        assertThat(refused).hasMessageContaining("'id' has half a character");
        assertThat(refused.code()).isEqualTo(JsonRpcException.INVALID_REQUEST);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"name\":\"x\",\"arguments\":{\"a\":\"ls\\u0000\"}}    | /params/arguments/a",
                "{\"name\":\"x\\u0000\"}                                | /params/name",
                "{\"_meta\":{\"progressToken\":\"\\u0000\"}}            | /params/_meta/progressToken",
                "{\"clientInfo\":{\"name\":[\"\\u0000\"]}}              | /params/clientInfo/name/0"
            })
    void aNulIsRefusedWithItsPlace(String params, String place) {
        byte[] body = message(params);
        JsonRpcException refused = catchThrowableOfType(JsonRpcException.class, () -> JsonRpcMessage.check(body));
        assertThat(refused).hasMessageContaining(place).hasMessageContaining("NUL");
        assertThat(refused.code()).isEqualTo(JsonRpcException.INVALID_PARAMS);
        assertThat(refused.status()).isEqualTo(400);
    }

    @Test
    void wholeCharactersPass() {
        assertThatCode(() -> JsonRpcMessage.check(message("{\"name\":\"\\ud83d\\ude00\"}")))
                .doesNotThrowAnyException();
    }
}

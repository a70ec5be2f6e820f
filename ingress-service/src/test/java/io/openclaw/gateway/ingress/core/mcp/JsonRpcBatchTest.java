package io.openclaw.gateway.ingress.core.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonRpcBatchTest {

    private static List<String> split(String body) {
        return JsonRpcBatch.split(body.getBytes(StandardCharsets.UTF_8)).stream()
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void keepsEachMessageToTheLastCharacter() {
        assertThat(split(" [ {\"a\" : [1.0, \"ü]\"]} ,\n{}\t, 7 , -1.50,null,\"x\\\"ö\" , [ {} ] ] \r\n"))
                .containsExactly("{\"a\" : [1.0, \"ü]\"]}", "{}", "7", "-1.50", "null", "\"x\\\"ö\"", "[ {} ]");
    }

    @Test
    void tellsABatchByItsFirstCharacter() {
        assertThat(JsonRpcBatch.is(" \r\n\t[".getBytes(StandardCharsets.UTF_8))).isTrue();
        assertThat(JsonRpcBatch.is("{\"a\":[]}".getBytes(StandardCharsets.UTF_8)))
                .isFalse();
        assertThat(JsonRpcBatch.is(new byte[0])).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[] | -32600 | empty",
                "[{} | -32700 | no JSON",
                "[{}] {} | -32700 | goes on",
                "[{},] | -32700 | no JSON",
                "[{\"a\":1,\"a\":2}] | -32700 | no JSON"
            })
    void saysWhatIsWrong(String body, int code, String why) {
        assertThatExceptionOfType(JsonRpcException.class)
                .isThrownBy(() -> split(body))
                .withMessageContaining(why)
                .satisfies(e -> assertThat(e.code()).isEqualTo(code))
                .satisfies(e -> assertThat(e.status()).isEqualTo(400));
    }

    @Test
    void mustNotHoldABatch() {
        assertThatExceptionOfType(JsonRpcException.class)
                .isThrownBy(() -> JsonRpcBatch.read(" [{}]".getBytes(StandardCharsets.UTF_8)))
                .withMessageContaining("must not hold a batch")
                .satisfies(e -> assertThat(e.code()).isEqualTo(-32600));
        assertThat(JsonRpcBatch.read(
                                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}".getBytes(StandardCharsets.UTF_8))
                        .method())
                .isEqualTo("ping");
    }

    @Test
    void takesAsManyAsItSaysAndNoMore() {
        String all = String.join(",", Collections.nCopies(JsonRpcBatch.MAX_MESSAGES, "{}"));
        assertThat(split("[" + all + "]")).hasSize(JsonRpcBatch.MAX_MESSAGES);
        // Nothing after the message that is one too many is read.
        assertThatExceptionOfType(JsonRpcException.class)
                .isThrownBy(() -> split("[" + all + ",{}, no JSON"))
                .withMessageContaining("more than " + JsonRpcBatch.MAX_MESSAGES);
    }
}

package io.openclaw.gateway.executor.upstream.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {

    private static List<String> read(String body) throws IOException {
        var reader = new JsonReader(new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
        List<String> objects = new ArrayList<>();
        for (byte[] object = reader.next(); object != null; object = reader.next()) {
            objects.add(new String(object, StandardCharsets.UTF_8));
        }
        return objects;
    }

    @Test
    void readsTheObjectsOfABodyOneByOne() throws Exception {
        assertThat(read("{\"a\":1}\n{\"b\":{\"c\":[{}]}}  {}\r\n"))
                .containsExactly("{\"a\":1}", "{\"b\":{\"c\":[{}]}}", "{}");
        assertThat(read(" \n\t")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":\"}\"}",
                "{\"a\":\"{\"}",
                "{\"a\":\"\\\"}\"}",
                "{\"a\":\"\\\\\"}",
                "{\"}\":1}",
                "{\"a\":\"ü€😀\"}",
                "{\"a\":\"\\u007d\"}"
            })
    void knowsBracesInTextsFromOthers(String object) throws Exception {
        assertThat(read(object + object)).containsExactly(object, object);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1]", "\"text\"", "7", "<html>", "null", "}", "{}]"})
    void refusesABodyOfAnythingElse(String body) {
        assertThatThrownBy(() -> read(body))
                .isInstanceOf(IOException.class)
                .hasMessage("answered with something else than a JSON object");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"a\":1", "{\"a\":\"}", "{\"a\":{}", "{\"a\":\"\\"})
    void noticesABodyThatBreaksOff(String body) {
        assertThatThrownBy(() -> read(body))
                .isInstanceOf(IOException.class)
                .hasMessage("broke off in the middle of an answer");
    }

    @Test
    void refusesAnObjectThatIsTooLong() {
        assertThatThrownBy(() -> read("{\"a\":\"" + "x".repeat(5_000_000) + "\"}"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ask it for less");
    }
}

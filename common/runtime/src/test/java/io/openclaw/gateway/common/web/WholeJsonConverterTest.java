package io.openclaw.gateway.common.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.openclaw.gateway.common.json.InexactJsonException;
import io.openclaw.gateway.common.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.core.ResolvableType;
import org.springframework.mock.http.MockHttpInputMessage;

class WholeJsonConverterTest {
    private final WholeJsonConverter converter = new WholeJsonConverter(Json.MAPPER);

    record Body(String reason) {}

    private Object read(String json) throws IOException {
        return converter.read(
                ResolvableType.forClass(Body.class),
                new MockHttpInputMessage(json.getBytes(StandardCharsets.UTF_8)),
                null);
    }

    @Test
    void readsAnOrdinaryBody() throws IOException {
        assertThat(read("{\"reason\":\"fine \uD83D\uDE00 \\\\u0000\"}"))
                .isEqualTo(new Body("fine \uD83D\uDE00 \\u0000"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"reason\":\"a\\u0000\"} | NUL",
                "{\"reason\":\"\\ud800\"} | lone surrogate",
                "{\"\\udfff\":1} | lone surrogate",
            })
    void refusesTextThatCannotBeKept(String json, String why) {
        assertThatExceptionOfType(InexactJsonException.class)
                .isThrownBy(() -> read(json))
                .withMessageContaining(why);
    }

    @Test
    void refusesABodyBeyondItsBound() {
        assertThatExceptionOfType(InexactJsonException.class)
                .isThrownBy(() -> read("{\"reason\":\"" + "x".repeat(4 * 1024 * 1024) + "\"}"))
                .withMessageContaining("more than 4194304 bytes");
    }
}

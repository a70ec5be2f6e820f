package io.openclaw.gateway.common.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.json.RawJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactorTest {
    private final Redactor redactor = new Redactor();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"Authorization\":\"Bearer abc\"} | {\"Authorization\":\"[masked]\"}",
                "{\"api_key\":7} | {\"api_key\":\"[masked]\"}",
                "{\"a\":{\"clientSecret\":{\"x\":[1]}},\"b\":1.0} | {\"a\":{\"clientSecret\":\"[masked]\"},\"b\":1.0}",
                "{\"password\":null,\"token\":true} | {\"password\":null,\"token\":true}",
                "[\"curl -H 'Authorization: Bearer abc.def' x\"] | [\"curl -H 'Authorization: Bearer [masked]' x\"]",
                "[\"PASSWORD=hunter22 run\"] | [\"PASSWORD=[masked] run\"]",
                "[\"x-api-key: abcdef\"] | [\"x-api-key: [masked]\"]"
            })
    void masksCredentialsAndNothingAroundThem(String json, String masked) {
        assertThat(redactor.redact(RawJson.of(json)).text()).isEqualTo(masked);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{ \"command\" : \"ls -l\" }", "{\"monkey\":1}", "{\"author\":\"me\"}", "[]", "\"plain\""})
    void leavesTheRestAsItIs(String json) {
        assertThat(redactor.redact(RawJson.of(json)).as(Object.class))
                .isEqualTo(RawJson.of(json).as(Object.class));
    }

    @Test
    void whatItCannotReadIsNotShownAtAll() {
        assertThat(redactor.redact(RawJson.of("{\"password\":\"abc")).text()).isEqualTo("\"[masked]\"");
    }
}

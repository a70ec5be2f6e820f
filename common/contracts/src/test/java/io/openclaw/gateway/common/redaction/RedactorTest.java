package io.openclaw.gateway.common.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.json.RawJson;
import java.util.List;
import java.util.Locale;
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
                "{\"Authorization\":\"Bearer abc\"} | {\"Authorization\":\"Bearer [masked credential, 3 characters]\"}",
                "{\"api_key\":7} | {\"api_key\":\"[masked key, 1 character]\"}",
                "{\"a\":{\"clientSecret\":{\"x\":[1]}},\"b\":1.0} | {\"a\":{\"clientSecret\":{\"x\":[1]}},\"b\":1.0}",
                "{\"a\":{\"clientSecret\":[\"abc\"]},\"b\":1.0} | {\"a\":{\"clientSecret\":[\"[masked secret, 3 characters]\"]},\"b\":1.0}",
                "{\"password\":null,\"token\":true} | {\"password\":null,\"token\":true}",
                "[\"curl -H 'Authorization: Bearer abc.def' x\"] | [\"curl -H 'Authorization: Bearer [masked credential, 7 characters]' x\"]",
                "[\"PASSWORD=hunter22 run\"] | [\"PASSWORD=[masked password, 8 characters] run\"]",
                "[\"x-api-key: abcdef\"] | [\"x-api-key: [masked key, 6 characters]\"]"
            })
    void masksCredentialsAndNothingAroundThem(String json, String masked) {
        assertThat(redactor.redact(RawJson.of(json)).text()).isEqualTo(masked);
    }

    /** Each word that makes a name or a text secret, wherever it stands and however it is written. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "authorization",
                "proxy-authorization",
                "password",
                "passwd",
                "passphrase",
                "pwd",
                "secret",
                "client_secret",
                "token",
                "cookie",
                "set-cookie",
                "credential",
                "credentials",
                "bearer",
                "private_key",
                "secret-key",
                "api_key",
                "accessKey",
                "x-api-key"
            })
    void noSecretNameIsPassedOver(String name) {
        for (String written : List.of(name, name.toUpperCase(Locale.ROOT))) {
            for (String json : List.of(
                    "{\"%s\":\"opensesame\"}",
                    "{\"a\":1,\"%s\":\"opensesame\",\"b\":2}", "[0,{\"%s\":[\"opensesame\"]}]")) {
                assertThat(redactor.redact(RawJson.of(json.formatted(written))).text())
                        .contains(Redactor.MASK)
                        .doesNotContain("opensesame");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "authorization: basic ",
                "bearer ",
                "cookie: sid=",
                "x-api-key: ",
                "password=",
                "passwd = ",
                "secret=",
                "token=",
                "api_key=",
                "apikey=",
                "access-key="
            })
    void noSecretInATextIsPassedOver(String before) {
        for (String written : List.of(before, before.toUpperCase(Locale.ROOT))) {
            for (String text : List.of("%sopensesame", "run it with %sopensesame now")) {
                assertThat(redactor.redact(text.formatted(written)))
                        .contains(Redactor.MASK)
                        .doesNotContain("opensesame");
            }
        }
    }

    @Test
    void aNameThatIsEscapedIsNoHidingPlace() {
        assertThat(redactor.redact(RawJson.of("{\"\\u0070assword\":\"opensesame\"}"))
                        .text())
                .contains(Redactor.MASK)
                .doesNotContain("opensesame");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{ \"command\" : \"ls -l\" }", "{\"monkey\":1}", "{\"author\":\"me\"}", "[]", "\"plain\""})
    void leavesTheRestAsItIs(String json) {
        assertThat(redactor.redact(RawJson.of(json)).as(Object.class))
                .isEqualTo(RawJson.of(json).as(Object.class));
    }

    @Test
    void whatItCannotReadIsNotShownAtAll() {
        assertThat(redactor.redact(RawJson.of("{\"password\":\"abc")).text()).isEqualTo("\"[masked: no JSON]\"");
    }
}

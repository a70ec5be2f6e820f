package io.openclaw.gateway.ingress.web.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.openclaw.gateway.ingress.core.mcp.JsonRpcException;
import io.openclaw.gateway.ingress.web.mcp.MediaTypes.Accepted;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class MediaTypesTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json, text/event-stream | true | true",
                "APPLICATION/JSON ,Text/Event-Stream;charset=utf-8 | true | true",
                "application/json | true | false",
                "application/json-rpc | true | false",
                "application/json-rpc, text/event-stream | true | true",
                "application/json;q=0, application/json-rpc, text/event-stream | false | true",
                "application/* | true | false",
                "text/event-stream | false | true",
                "text/* | false | true",
                "*/* | true | true",
                "text/html, *; q=.2, */*; q=.2 | true | true",
                "application/json;q=0.1, text/event-stream;q=0.9 | true | true",
                "text/event-stream;q=0, */* | true | false",
                "*/*, text/event-stream;q=0.0 | true | false",
                "application/json;q=0, application/*, text/event-stream | false | true",
                "*/*;q=0, application/json | true | false"
            })
    void whatAClientAcceptsIsWhatItGets(String accept, boolean json, boolean events) {
        assertThat(Accepted.of(List.of(accept))).isEqualTo(new Accepted(json, events));
    }

    @Test
    void severalHeadersAreOne() {
        assertThat(Accepted.of(List.of("application/json", "text/event-stream")))
                .isEqualTo(Accepted.BOTH);
    }

    @Test
    void noHeaderAcceptsEverything() {
        assertThat(Accepted.of(List.of())).isEqualTo(Accepted.BOTH);
        assertThat(Accepted.of(List.of(""))).isEqualTo(Accepted.BOTH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/html", "application/json;q=0", "*/*;q=0", "application/xml, text/plain", "nonsense"})
    void anAcceptWithNeitherIsRefusedWithItsValue(String accept) {
        assertThatExceptionOfType(JsonRpcException.class)
                .isThrownBy(() -> Accepted.of(List.of(accept)))
                .withMessageContaining("'" + accept + "'")
                .satisfies(e -> assertThat(e.status()).isEqualTo(406));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "Application/JSON; charset=UTF-8",
                "application/json;charset=\"utf-8\"",
                "application/json; charset=utf8",
                "application/json-rpc"
            })
    void jsonIsJsonHoweverItIsWritten(String type) {
        assertThatCode(() -> MediaTypes.requireJson(type)).doesNotThrowAnyException();
    }

    /** What a page can send without asking beforehand is none of these (the Fetch Standard, "CORS-safelisted"). */
    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(
            strings = {
                "text/plain",
                "text/plain;application/json",
                "application/x-www-form-urlencoded",
                "multipart/form-data",
                "application/jsonx",
                "application/json; charset=iso-8859-1",
                "application/json; charset=utf-16",
                "application/json; charset=nonsense",
                "*/*"
            })
    void whateverElseIsSentIsRefusedWithItsName(String type) {
        assertThatExceptionOfType(JsonRpcException.class)
                .isThrownBy(() -> MediaTypes.requireJson(type))
                .withMessageContainingAll(type == null ? "missing" : "'" + type + "'", "application/json")
                .satisfies(e -> assertThat(e.status()).isEqualTo(415));
    }
}

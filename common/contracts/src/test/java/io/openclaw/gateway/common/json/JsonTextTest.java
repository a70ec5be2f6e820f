package io.openclaw.gateway.common.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Latin-1, so that each character is one byte. */
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\ud800", "\\udc00x", "\\uDBFF\\u0020", "\\ud83d\\n", "\\udE00\\ud83D"})
    void anEscapedHalfOfACharacterIsRefusedWithItsPlace(String half) {
        assertThatThrownBy(() -> JsonText.requireUtf8(utf8("{\"params\":{\"arguments\":{\"text\":\"" + half + "\"}}}")))
                .isInstanceOf(InexactJsonException.class)
                .hasMessageContaining("/params/arguments/text");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":\"\u00ed\u00a0\u0080\"}", // U+D800 as CESU-8 writes it
                "{\"a\":\"\u00c0\u00af\"}", // overlong
                "{\"a\":\"\u00ff\"}",
                "{\"a\":\"\u00e2\u0082\"}", // cut short
                "{\"a\":\"\u00f5\u0080\u0080\u0080\"}" // beyond U+10FFFF
            })
    void bytesThatAreNotUtf8AreRefused(String latin1) {
        assertThatThrownBy(() -> JsonText.requireUtf8(bytes(latin1)))
                .isInstanceOf(InexactJsonException.class)
                .hasMessageContaining("byte 6 begins no UTF-8 character");
    }

    @Test
    void otherEncodingsOfJsonAreRefused() {
        assertThatThrownBy(() -> JsonText.requireUtf8("{\"a\":1}".getBytes(StandardCharsets.UTF_16LE)))
                .hasMessageContaining("must be JSON in UTF-8");
        assertThatThrownBy(() -> JsonText.requireUtf8("{\"a\":1}".getBytes(StandardCharsets.UTF_16)))
                .hasMessageContaining("UTF-8");
    }

    @Test
    void wordsOfOurOwnCanBeRepaired() {
        assertThat(JsonText.repaired("a\ud83d b\ude00 \ud83d\ude00")).isEqualTo("a\ufffd b\ufffd \ud83d\ude00");
        assertThat(JsonText.repaired("a\ud83d\ude00")).isEqualTo("a\ud83d\ude00");
    }

    @Test
    void wholeCharactersPass() {
        assertThatCode(() -> JsonText.requireUtf8(utf8("{\"a\":\"\\ud83d\\ude00 \ud83d\ude00 é \\\\ud800 \\u00e9\"}")))
                .doesNotThrowAnyException();
    }

    @Test
    void whatIsNoJsonIsLeftToItsReader() {
        assertThatCode(() -> JsonText.requireUtf8(utf8("{\"a\":\"\\udx\""))).doesNotThrowAnyException();
    }

    @Test
    void numbersPassExactlyThroughTheTreeThatOthersRead() {
        String json = "{\"a\":[9007199254740993,18446744073709551615,0.1,1.10,123456789.123456789123]}";
        assertThat(RawJson.from(RawJson.of(json).as(tools.jackson.databind.JsonNode.class))
                        .text())
                .isEqualTo(json);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"params\":{\"arguments\":{\"text\":\"a\\u0000b\"}}}",
                "{\"params\":{\"arguments\":{\"text\":[\"\\u0000\"]}}}",
                "{\"params\":{\"arguments\":{\"te\\u0000xt\":1}}}",
                "{\"params\":{\"arguments\":{\"text\":\"\\\\\\u0000\"}}}"
            })
    void aNulIsRefusedWithItsPlace(String json) {
        assertThatThrownBy(() -> JsonText.requireNoNul(utf8(json)))
                .isInstanceOf(InexactJsonException.class)
                .hasMessageContaining("/params/arguments/te")
                .hasMessageContaining("NUL")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\0"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":\"\\\\u0000\"}", "{\"a\":\"u0000 \\\\u0000\"}", "\"\\u000"})
    void whatHasNoNulPasses(String json) {
        assertThatCode(() -> JsonText.requireNoNul(utf8(json))).doesNotThrowAnyException();
    }

    private record Holder(
            RawJson raw, @org.jspecify.annotations.Nullable Holder inner) {}

    @ParameterizedTest
    @ValueSource(strings = {"-0", "[-0,-0.0]", "{\"a\":[-0,1.0,1E2]}", "1.10"})
    void rawPartsKeepTheirTextHoweverOftenTheyAreRead(String raw) {
        RawJson whole = RawJson.of("{\"raw\":" + raw + ",\"inner\":{\"raw\":" + raw + "}}");
        Holder read = RawJson.from(whole.as(Holder.class)).as(Holder.class);
        assertThat(read.raw()).isEqualTo(RawJson.of(raw));
        assertThat(java.util.Objects.requireNonNull(read.inner()).raw()).isEqualTo(RawJson.of(raw));
    }
}

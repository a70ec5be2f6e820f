package io.openclaw.gateway.ingress.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8Test {
    private static final String JSON = "{\"tool\":\"exec\",\"word\":\"grün 名前 \\u0000 😀\"}";

    @Test
    void leavesUtf8AsItIs() {
        byte[] body = JSON.getBytes(StandardCharsets.UTF_8);
        assertThat(Utf8.of(body)).isSameAs(body);
        assertThat(Utf8.of(new byte[0])).isEmpty();
        assertThat(Utf8.of(new byte[] {'7'})).containsExactly('7');
    }

    @Test
    void skipsAByteOrderMark() {
        assertThat(Utf8.of(("\uFEFF" + JSON).getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(JSON.getBytes(StandardCharsets.UTF_8));
        assertThat(Utf8.of("\uFEFF".getBytes(StandardCharsets.UTF_8))).isEmpty();
    }

    @Test
    void skipsOneMarkAtTheBeginningAlone() {
        byte[] inside = "{\"a\":\"\uFEFF\"}".getBytes(StandardCharsets.UTF_8);
        assertThat(Utf8.of(inside)).isSameAs(inside);
        assertThat(Utf8.of("\uFEFF\uFEFF1".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("\uFEFF1".getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({
        "UTF-16, UTF-16",
        "UTF-16BE, UTF-16",
        "UTF-16LE, UTF-16",
        "UTF-32BE, UTF-32",
        "UTF-32LE, UTF-32",
        "x-UTF-16LE-BOM, UTF-16",
        "X-UTF-32LE-BOM, UTF-32",
        "X-UTF-32BE-BOM, UTF-32"
    })
    void namesAnotherEncoding(String charset, String name) {
        assertThatThrownBy(() -> Utf8.of(JSON.getBytes(Charset.forName(charset))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("the body is " + name + "; send it as UTF-8");
    }

    /** What no reader may take for a character (Unicode 16, table 3-7): each stands after some that are long. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "C080",
                "C1BF",
                "E08080",
                "E09FBF",
                "F0808080",
                "F08FBFBF",
                "EDA080",
                "EDBFBF",
                "F4908080",
                "F5808080",
                "FF",
                "80",
                "BF",
                "C2",
                "E282",
                "F09F98"
            })
    void namesTheByteThatIsNoUtf8(String hex) {
        String before = "é".repeat(10_000);
        var body = new ByteArrayOutputStream();
        body.writeBytes(before.getBytes(StandardCharsets.UTF_8));
        body.writeBytes(HexFormat.of().parseHex(hex));
        assertThatThrownBy(() -> Utf8.of(body.toByteArray()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("byte 20000 ", "0x" + hex.substring(0, 2), "send it as UTF-8");
    }

    @Test
    void countsTheMark() {
        assertThatThrownBy(() -> Utf8.of(HexFormat.of().parseHex("EFBBBF2280"))).hasMessageContaining("byte 4 ");
    }
}

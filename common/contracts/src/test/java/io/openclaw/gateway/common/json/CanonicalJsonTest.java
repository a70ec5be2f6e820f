package io.openclaw.gateway.common.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalJsonTest {

    private static String canonical(String json) {
        return new String(CanonicalJson.of(RawJson.of(json)), StandardCharsets.UTF_8);
    }

    /** The example of RFC 8785 section 3.2.2 and 3.2.3, but for the two numbers that are not exact doubles. */
    @Test
    void theExampleOfTheSpecification() {
        assertThat(canonical("""
                {
                  "numbers": [1E30, 4.50, 2e-3, 0.000000000000000000000000001],
                  "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
                  "literals": [null, true, false]
                }"""))
                .isEqualTo("{\"literals\":[null,true,false],\"numbers\":[1e+30,4.5,0.002,1e-27],"
                        + "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
    }

    @Test
    void namesAreSortedByUtf16CodeUnits() {
        assertThat(canonical("{\"\\ufb33\":1,\"\\ud83d\\ude00\":2,\"a\":3}"))
                .isEqualTo("{\"a\":3,\"\ud83d\ude00\":2,\"\ufb33\":1}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"9007199254740993", "0.10000000000000000555", "1e400", "12345678901234567890"})
    void aNumberThatADoubleCannotHoldIsRefused(String number) {
        assertThatThrownBy(() -> canonical("{\"amount\":[" + number + "]}"))
                .isInstanceOf(InexactJsonException.class)
                .hasMessageContaining(number)
                .hasMessageContaining("/amount/0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1.0", "0.1", "9007199254740991", "1e21", "123456789012345"})
    void anExactNumberIsTaken(String number) {
        assertThat(canonical("[" + number + "]")).startsWith("[").endsWith("]");
    }

    @Test
    void aRepeatedNameIsRefused() {
        assertThatThrownBy(() -> canonical("{\"a\":1,\"a\":2}")).isInstanceOf(RuntimeException.class);
    }
}

package io.openclaw.gateway.common.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalJsonTest {

    private static String canonical(String json) {
        return new String(CanonicalJson.of(RawJson.of(json)), StandardCharsets.UTF_8);
    }

    /** The example of RFC 8785 section 3.2.2 and 3.2.3, but for the number that is no exact double: it keeps its digits. */
    @Test
    void theExampleOfTheSpecification() {
        assertThat(canonical("""
                {
                  "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
                  "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
                  "literals": [null, true, false]
                }"""))
                .isEqualTo("{\"literals\":[null,true,false],\"numbers\":[333333333.33333329,1e+30,4.5,0.002,1e-27],"
                        + "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
    }

    @Test
    void namesAreSortedByUtf16CodeUnits() {
        assertThat(canonical("{\"\\ufb33\":1,\"\\ud83d\\ude00\":2,\"a\":3}"))
                .isEqualTo("{\"a\":3,\"\ud83d\ude00\":2,\"\ufb33\":1}");
    }

    @ParameterizedTest
    @CsvSource({
        "9007199254740993, 9007199254740993",
        "9007199254740993.0, 9007199254740993",
        "90071992547409930e-1, 9007199254740993",
        "7960607143101464576, 7960607143101464576",
        "18446744073709551615, 18446744073709551615",
        "-18446744073709551615, -18446744073709551615",
        "0.10000000000000000555, 0.10000000000000000555",
        "123456789.123456789123, 123456789.123456789123",
        "123456789.1234567891230, 123456789.123456789123",
        "1.10, 1.1",
        "1, 1",
        "1.0, 1",
        "1e0, 1",
        "-0.0, 0",
        "0.1, 0.1",
        "1e21, 1e+21",
        "1000000000000000000000, 1e+21",
        "1000000000000000000001, 1000000000000000000001",
        "1.7976931348623157e308, 1.7976931348623157e+308",
        "5e-324, 5e-324"
    })
    void aNumberHasOneFormThatDenotesExactlyItsValue(String number, String form) {
        assertThat(canonical("[" + number + "]")).isEqualTo("[" + form + "]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e400", "-1e309", "1e-325", "1e1000000000", "0e1000000000", "0e-999", "1e99999999999"})
    void aNumberBeyondTheRangeOfADoubleIsRefused(String number) {
        assertThatThrownBy(() -> canonical("{\"amount\":[" + number + "]}"))
                .isInstanceOf(InexactJsonException.class)
                .hasMessageContaining(number)
                .hasMessageContaining("/amount/0");
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 999, 1_001, 100_000})
    void aNumberOfTooManyDigitsIsRefused(int digits) {
        assertThatThrownBy(() -> canonical("{\"amount\":0." + "1".repeat(digits) + "}"))
                .isInstanceOf(InexactJsonException.class)
                .hasMessageContaining("/amount");
    }

    /** Every way to write half a character, as a value and as a name. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\\ud800",
                "\\udfff",
                "ls \\ud83d",
                "\\ud83dx",
                "\\ud83d\\ud83d\\ude00",
                "\\ude00\\ud83d",
                "\\uD83D\\u0041",
                "\ud800",
                "x\udc00y"
            })
    void halfACharacterIsRefusedWhereverItStands(String half) {
        assertThatThrownBy(() -> canonical("{\"a\":[\"" + half + "\"]}"))
                .isInstanceOf(InexactJsonException.class)
                .hasMessageContaining("the text at /a/0 has a lone surrogate (\\ud");
        assertThatThrownBy(() -> canonical("{\"a\":{\"" + half + "\":1}}"))
                .isInstanceOf(InexactJsonException.class)
                .hasMessageContaining("a name at /a/")
                .satisfies(e -> assertThat(JsonText.loneSurrogate(String.valueOf(e.getMessage())))
                        .isNegative());
    }

    @Test
    void wholeCharactersAreTakenHoweverTheyAreWritten() {
        assertThat(canonical("[\"\\ud83d\\ude00\"]")).isEqualTo("[\"\ud83d\ude00\"]");
        assertThat(canonical("[\"\\\\ud800\"]")).isEqualTo("[\"\\\\ud800\"]");
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

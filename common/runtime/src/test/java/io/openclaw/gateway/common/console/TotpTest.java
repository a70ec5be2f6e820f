package io.openclaw.gateway.common.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TotpTest {
    private static final byte[] SECRET = "12345678901234567890".getBytes(StandardCharsets.US_ASCII);
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:10Z");
    private static final long STEP = Totp.stepAt(NOW);
    private static final long NONE = Long.MIN_VALUE;

    private static String code(long step) {
        return Totp.code(SECRET, step, Totp.DIGITS);
    }

    /** RFC 6238 appendix B, the lines of SHA-1. */
    @ParameterizedTest
    @CsvSource({
        "59, 94287082",
        "1111111109, 07081804",
        "1111111111, 14050471",
        "1234567890, 89005924",
        "2000000000, 69279037",
        "20000000000, 65353130"
    })
    void makesTheCodesOfTheRfc(long seconds, String code) {
        long step = Totp.stepAt(Instant.ofEpochSecond(seconds));
        assertThat(Totp.code(SECRET, step, 8)).isEqualTo(code);
        assertThat(code(step)).isEqualTo(code.substring(2));
    }

    @Test
    void takesTheCodesOfThisStepAndOfTheOnesBesideIt() {
        for (long step = STEP - 1; step <= STEP + 1; step++) {
            assertThat(Totp.match(SECRET, code(step), NOW, NONE)).hasValue(step);
        }
        assertThat(Totp.match(SECRET, code(STEP - 2), NOW, NONE)).isEmpty();
        assertThat(Totp.match(SECRET, code(STEP + 2), NOW, NONE)).isEmpty();
    }

    @Test
    void takesNoCodeOfAStepThatWasUsedOrIsBeforeOne() {
        assertThat(Totp.match(SECRET, code(STEP), NOW, STEP)).isEmpty();
        assertThat(Totp.match(SECRET, code(STEP - 1), NOW, STEP)).isEmpty();
        assertThat(Totp.match(SECRET, code(STEP + 1), NOW, STEP)).hasValue(STEP + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "٠٠٠٠٠٠", "abcdef", "0000000"})
    void takesNothingThatIsNoCode(String typed) {
        assertThat(Totp.match(SECRET, typed, NOW, NONE)).isEmpty();
    }
}

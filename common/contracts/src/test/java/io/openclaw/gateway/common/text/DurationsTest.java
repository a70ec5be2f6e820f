package io.openclaw.gateway.common.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({"90s, PT90S", "15m, PT15M", " 4h , PT4H", "7d, PT168H", "0s, PT0S"})
    void areANumberAndAUnit(String text, Duration duration) {
        assertThat(Durations.read(text)).hasValue(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "15", "m", "-1m", "1.5h", "1w", "1234567s", "15 m", "PT15M"})
    void areNothingElse(String text) {
        assertThat(Durations.read(text)).isEmpty();
    }
}

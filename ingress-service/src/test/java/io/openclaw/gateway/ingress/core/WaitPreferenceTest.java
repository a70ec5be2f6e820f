package io.openclaw.gateway.ingress.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WaitPreferenceTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "wait=0 | 0",
                "wait=5 | 5",
                "WAIT = 5 | 5",
                "respond-async, wait=10 | 10",
                "wait=10; foo | 10",
                "wait=60 | 60",
                "wait=61 | 60",
                "wait=999999999 | 60",
                "return=minimal | 30"
            })
    void isReadFromTheHeader(String header, long seconds) {
        assertThat(WaitPreference.of(header)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void isHalfAMinuteWithoutAHeader() {
        assertThat(WaitPreference.of(null)).isEqualTo(Duration.ofSeconds(30));
    }

    @ParameterizedTest
    @ValueSource(strings = {"wait=", "wait=-1", "wait=soon", "wait=1.5", "wait=99999999999"})
    void mustBeAWholeNumberOfSeconds(String header) {
        assertThatThrownBy(() -> WaitPreference.of(header))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("whole number of seconds");
    }
}

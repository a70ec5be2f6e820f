package io.openclaw.gateway.common.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;

class InstantTextTest {

    @Test
    void readsWhatAnInstantWrites() {
        var random = new Random(11);
        for (int i = 0; i < 10_000; i++) {
            Instant instant = Instant.ofEpochSecond(
                    random.nextLong(-62_167_219_200L, 253_402_300_800L),
                    random.nextInt(4) * 250_000_000L + random.nextInt(2) * 7L);
            assertThat(InstantText.parse(instant.toString())).isEqualTo(instant);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-11-24T10:00:00Z",
                "2026-11-24T10:00:00.5Z",
                "2026-11-24T10:00:00.123456789Z",
                "2024-02-29T23:59:59Z",
                "2026-11-24T11:00:00+01:00",
                "+10000-01-01T00:00:00Z",
                "2016-12-31T23:59:59.000001Z"
            })
    void readsWhatRfc3339Allows(String text) {
        assertThat(InstantText.parse(text)).isEqualTo(Instant.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "soon",
                "2026-11-24",
                "2026-13-24T10:00:00Z",
                "2026-02-30T10:00:00Z",
                "2026-11-24T24:00:01Z",
                "2026-11-24T10:61:00Z",
                "2026-11-24T1x:00:00Z",
                "2026-11-24T10:00:00"
            })
    void refusesWhatIsNone(String text) {
        assertThatThrownBy(() -> Json.MAPPER.readValue(Json.MAPPER.writeValueAsString(text), Instant.class))
                .isInstanceOf(JacksonException.class);
    }
}

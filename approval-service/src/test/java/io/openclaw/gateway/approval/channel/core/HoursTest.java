package io.openclaw.gateway.approval.channel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.ZonedDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HoursTest {
    // 2026-11-27 is a Friday.
    @ParameterizedTest
    @CsvSource({
        "MON-FRI 08:00-18:00, 2026-11-27T08:00, true",
        "MON-FRI 08:00-18:00, 2026-11-27T07:59, false",
        "MON-FRI 08:00-18:00, 2026-11-27T18:00, false",
        "MON-FRI 08:00-18:00, 2026-11-28T12:00, false",
        "sat-mon 8:00-18:00, 2026-11-29T12:00, true",
        "sat-mon 8:00-18:00, 2026-11-27T12:00, false",
        "FRI 22:00-06:00, 2026-11-27T23:00, true",
        "FRI 22:00-06:00, 2026-11-28T05:59, true",
        "FRI 22:00-06:00, 2026-11-27T05:00, false",
        "FRI 22:00-06:00, 2026-11-28T23:00, false",
        "MON-SUN 00:00-24:00, 2026-11-27T00:00, true",
        "FRI 00:00-24:00, 2026-11-27T23:59, true",
        "FRI 00:00-24:00, 2026-11-28T00:00, false",
    })
    void includeTheMomentsBetween(String hours, String at, boolean included) {
        assertThat(Hours.of(hours).include(ZonedDateTime.parse(at + ":00Z"))).isEqualTo(included);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "08:00-18:00",
                "MON-FRI",
                "MON-FRI 8-18",
                "XXX 08:00-18:00",
                "MON 25:00-26:00",
                "MON 08:61-09:00"
            })
    void saysHowTheyAreWritten(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Hours.of(text))
                .withMessageContaining("'" + text + "'")
                .withMessageContaining("MON-FRI 08:00-18:00");
    }

    @Test
    void aShiftNamesItsPeople() {
        OnCall.Shift shift = OnCall.Shift.of("MON-FRI 08:00-18:00  alice bob");
        assertThat(shift.people()).containsExactly("alice", "bob");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OnCall.Shift.of("MON-FRI 08:00-18:00"))
                .withMessageContaining("alice bob");
    }
}

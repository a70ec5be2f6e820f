package io.openclaw.gateway.ingress.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderValueTest {

    @ParameterizedTest
    @ValueSource(strings = {"+4915112345", "a\tb c~", "\u00e9\u00ff", ""})
    void aValueThatPassesUnchangedIsTaken(String value) {
        assertThat(HeaderValue.passable("x", value)).isEqualTo(value);
    }

    @Test
    void anAbsentOneStaysAbsent() {
        assertThat(HeaderValue.passable("x", null)).isNull();
    }

    /** The worker's client would send a question mark for each of these. */
    @ParameterizedTest
    @ValueSource(strings = {"a\u0080", "a\u009f", "a\u007f", "a\u0001", "a\n", "a\u0100", "a\ud800"})
    void aValueThatWouldBeChangedIsRefused(String value) {
        assertThatThrownBy(() -> HeaderValue.passable("x-openclaw-message-to", value))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("the header x-openclaw-message-to has the byte 0x")
                .hasMessageContaining(" at 1,");
    }
}

package io.openclaw.gateway.common.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EllipsisTest {
    private static final String FACE = "\ud83d\ude00";

    @Test
    void cutsBeforeACharacterThatDoesNotFit() {
        assertThat(Ellipsis.of("ab" + FACE + "c", 3)).isEqualTo("ab…");
        assertThat(Ellipsis.of("ab" + FACE + "c", 4)).isEqualTo("ab" + FACE + "…");
        assertThat(Ellipsis.of("abc", 2)).isEqualTo("ab…");
    }

    @Test
    void leavesAShortTextAsItIs() {
        assertThat(Ellipsis.of("ab" + FACE, 4)).isEqualTo("ab" + FACE);
    }
}

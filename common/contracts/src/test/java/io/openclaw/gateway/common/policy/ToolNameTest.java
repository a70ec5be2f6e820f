package io.openclaw.gateway.common.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ToolNameTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "get_issue",
                "a/b",
                "über",
                "名前",
                "x@y",
                "-dash",
                "a$b",
                "with+plus",
                "it's",
                "a b",
                " ",
                "*",
                "😀"
            })
    void isWhateverCanBeCarried(String name) {
        assertThat(ToolName.problemWith(name)).isEmpty();
        assertThat(ToolName.shown(name)).isEqualTo(name);
    }

    @Test
    void hasALimitedLength() {
        assertThat(ToolName.problemWith("n".repeat(201))).isEmpty();
        assertThat(ToolName.problemWith("n".repeat(ToolName.MAX_LENGTH))).isEmpty();
        assertThat(ToolName.problemWith("n".repeat(1_025)))
                .hasValueSatisfying(why -> assertThat(why).contains("1025", "1024"));
        assertThat(ToolName.shown("n".repeat(1_025))).hasSize(201).endsWith("…");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\nb", "a\0", "\u007f", "a\u0085b", "\ud83d", "\ude00x", "a\ud83d"})
    void isNothingThatCannot(String name) {
        assertThat(ToolName.problemWith(name)).isPresent();
        assertThat(ToolName.problemWith(ToolName.shown(name)).isPresent()).isEqualTo(name.isEmpty());
    }
}

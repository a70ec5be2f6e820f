package io.openclaw.gateway.approval.channel.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlainTextTest {
    @Test
    void isOneLine() {
        assertThat(PlainText.of("  rm\n\t-rf  \u00a0 /tmp/x\r\n")).isEqualTo("rm -rf /tmp/x");
    }

    /** A right-to-left override would show "txt.exe" as "exe.txt". */
    @Test
    void showsWhatAReaderWouldNotSee() {
        assertThat(PlainText.of("a\u202Eb\u200Bc\u0000d\u2066e\uE000"))
                .isEqualTo("a[U+202E]b[U+200B]c[U+0000]d[U+2066]e[U+E000]");
    }

    @Test
    void leavesWritingOfAllKindsAlone() {
        assertThat(PlainText.of("größe 日本 עברית 🦞 *_~`")).isEqualTo("größe 日本 עברית 🦞 *_~`");
    }

    @Test
    void isShortenedByCodePoints() {
        assertThat(PlainText.shortened("🦞🦞🦞", 3)).isEqualTo("🦞🦞🦞");
        assertThat(PlainText.shortened("🦞🦞🦞🦞", 3)).isEqualTo("🦞🦞…");
        assertThat(PlainText.shortened("ab", 1)).isEqualTo("…");
    }
}

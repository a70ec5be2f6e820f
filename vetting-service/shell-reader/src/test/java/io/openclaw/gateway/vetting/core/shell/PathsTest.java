package io.openclaw.gateway.vetting.core.shell;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc/shadow",
                " /etc/shadow",
                "/etc/shadow\n",
                "\u00a0/etc/shadow\t",
                "/etc/shadow\u0000.png",
                "file:///etc/shadow",
                "file:/etc/shadow",
                "FILE://localhost/etc/shadow",
                "file:///etc/%73hadow",
                "file:///etc/shadow?x#y",
                "C:\\etc\\shadow",
                "c:/etc/shadow",
                "\\\\?\\C:\\etc\\shadow",
                "file:///C:/etc/shadow"
            })
    void writesOnePathInOneWay(String written) {
        assertThat(Paths.normal(written)).isEqualTo("/etc/shadow");
    }

    @Test
    void writesEveryHomeAsATilde() {
        assertThat(Paths.normal("$HOME/.ssh")).isEqualTo("~/.ssh");
        assertThat(Paths.normal("${HOME}")).isEqualTo("~");
        assertThat(Paths.normal("%USERPROFILE%\\x")).isEqualTo("~/x");
        assertThat(Paths.normal("$HOMEWORK/x")).isEqualTo("$HOMEWORK/x");
    }

    @Test
    void leavesAnOrdinaryPathAsItIs() {
        assertThat(Paths.normal("src/a b.txt")).isEqualTo("src/a b.txt");
        assertThat(Paths.normal("100%.txt")).isEqualTo("100%.txt");
        assertThat(Paths.normal("")).isEmpty();
    }
}

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
                "file:///C:/etc/shadow",
                "vscode-local:/etc/shadow",
                "vscode-remote://ssh-remote+host/etc/shadow",
                "x-any:///etc/shadow"
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/proc/self/root/etc/shadow",
                "//proc/./1/root//etc/shadow",
                "/proc/self/task/7/root/etc/shadow",
                "/proc/$$/root/proc/self/root/etc/shadow",
                "/proc/thread-self/root/tmp/../etc/shadow"
            })
    void leadsThroughTheRootOfAProcess(String path) {
        assertThat(Paths.resolve("work", path)).isEqualTo("/etc/shadow");
    }

    @Test
    void leadsThroughTheDirectoryOfAProcess() {
        assertThat(Paths.resolve("work", "/proc/self/cwd/.env")).isEqualTo("work/.env");
        assertThat(Paths.resolve("", "/proc/self/cwd")).isEqualTo(".");
        assertThat(Paths.resolve("", "/proc/self/cwdx")).isEqualTo("/proc/self/cwdx");
    }

    @Test
    void leavesAnAddressOfTheWebAsItIs() {
        assertThat(Paths.normal("https://host/etc/shadow")).isEqualTo("https://host/etc/shadow");
        assertThat(Paths.normal("s3://bucket/etc")).isEqualTo("s3://bucket/etc");
    }

    @Test
    void leavesAnOrdinaryPathAsItIs() {
        assertThat(Paths.normal("src/a b.txt")).isEqualTo("src/a b.txt");
        assertThat(Paths.normal("100%.txt")).isEqualTo("100%.txt");
        assertThat(Paths.normal("")).isEmpty();
    }
}

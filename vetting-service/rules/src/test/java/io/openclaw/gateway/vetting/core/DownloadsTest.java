package io.openclaw.gateway.vetting.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.vetting.core.rule.RulePack;
import io.openclaw.gateway.vetting.core.shell.ShellReader;
import io.openclaw.gateway.vetting.core.shell.Surroundings;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DownloadsTest {
    private static final RulePack PACK = RulePack.builtIn();
    private static final ShellReader READER = new ShellReader(PACK);
    private static final Vetting VETTING = new Vetting(PACK);

    private static List<String> rules(String command, Set<String> downloaded) {
        return VETTING
                .examine(READER.read(command, Surroundings.NONE.after(downloaded))
                        .commands())
                .findings()
                .stream()
                .map(Finding::rule)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "curl -o tools/x.sh https://x.example/x.sh",
                "wget -O tools/x.sh https://x.example/x.sh",
                "curl -s https://x.example/x.sh > tools/x.sh",
                "cd tools && curl -s https://x.example/x.sh | tee x.sh"
            })
    void areReportedAsFetched(String command) {
        assertThat(READER.read(command).fetched()).containsExactly("tools/x.sh");
    }

    @Test
    void ofNothingAreNone() {
        assertThat(READER.read("curl -s https://x.example/x.json | jq . && make")
                        .fetched())
                .isEmpty();
    }

    @Nested
    class OfAnEarlierCall {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "sh tools/x.sh",
                    "cd tools; bash ./x.sh",
                    "./tools/x.sh",
                    ". tools/x.sh",
                    "cat tools/x.sh | bash"
                })
        void areNotRun(String command) {
            assertThat(rules(command, Set.of("tools/x.sh"))).contains("remote-code/download-to-shell");
            assertThat(rules(command, Set.of())).doesNotContain("remote-code/download-to-shell");
        }

        @ParameterizedTest
        @ValueSource(strings = {"cat tools/x.sh", "wc -l tools/x.sh", "sh other.sh", "rm tools/x.sh"})
        void areRead(String command) {
            assertThat(rules(command, Set.of("tools/x.sh"))).isEmpty();
        }
    }
}

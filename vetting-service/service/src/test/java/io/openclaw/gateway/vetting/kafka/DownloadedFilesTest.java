package io.openclaw.gateway.vetting.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DownloadedFilesTest {
    private final DownloadedFiles files = new DownloadedFiles();

    @Test
    void areKeptForTheirAgent() {
        files.add("a", Set.of("x.sh"));
        assertThat(files.of("a")).containsExactly("x.sh");
        assertThat(files.of("b")).isEmpty();
    }

    @Test
    void keepsTheLastFilesOfTheLastAgents() {
        IntStream.range(0, 100).forEach(i -> files.add("a", Set.of("x" + i)));
        assertThat(files.of("a"))
                .isEqualTo(IntStream.range(36, 100).mapToObj(i -> "x" + i).collect(Collectors.toSet()));
        IntStream.range(0, 1_000).forEach(i -> files.add("b" + i, Set.of("y")));
        assertThat(files.of("a")).isEmpty();
        assertThat(files.of("b999")).containsExactly("y");
    }
}

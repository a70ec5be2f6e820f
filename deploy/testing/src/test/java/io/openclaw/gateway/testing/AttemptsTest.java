package io.openclaw.gateway.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttemptsTest {
    private final AtomicInteger starts = new AtomicInteger();

    private String startFailingUntil(int attempt) {
        if (starts.incrementAndGet() < attempt) {
            throw new IllegalStateException("reason " + starts);
        }
        return "started";
    }

    @Test
    void aStartThatFailsIsTriedOnceMore() {
        assertThat(Attempts.twice("it", () -> startFailingUntil(2))).isEqualTo("started");
        assertThat(starts).hasValue(2);
    }

    @Test
    void oneThatFailsTwiceSaysWhyAndTheNextCallerMayTryAgain() {
        assertThatThrownBy(() -> Attempts.twice("it", () -> startFailingUntil(3)))
                .hasMessage("it did not start twice: reason 2")
                .hasSuppressedException(new IllegalStateException("reason 1"));
        assertThat(Attempts.twice("it", () -> startFailingUntil(3))).isEqualTo("started");
    }

    @Test
    void theReasonIsTheEndOfTheLog(@TempDir Path directory) throws IOException {
        Path log = directory.resolve("log");
        assertThat(Attempts.tail(log)).contains(log.toString());
        List<String> lines =
                IntStream.rangeClosed(1, 100).mapToObj(i -> "line " + i).toList();
        Files.write(log, lines);
        assertThat(Attempts.tail(log)).contains("line 61\n", "line 100").doesNotContain("line 60\n");
    }
}

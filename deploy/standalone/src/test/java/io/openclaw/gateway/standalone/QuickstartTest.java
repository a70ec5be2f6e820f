package io.openclaw.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartTest {
    @TempDir
    private Path directory;

    private String announcement() throws IOException {
        return new Quickstart(
                        directory,
                        Quickstart.Urls.all("http://127.0.0.1:8000"),
                        Secrets.of(directory),
                        false,
                        () -> "s3cret")
                .announcement();
    }

    @Test
    void printsKeysAtTheFirstStartOnly() throws IOException {
        String first = announcement();
        Secrets secrets = Secrets.of(directory);
        assertThat(first).contains(secrets.agentKey(), secrets.consolePassword());
        Path file = directory.resolve("quickstart.env");
        for (int i = 0; i < 2; i++) {
            assertThat(announcement())
                    .doesNotContain(secrets.agentKey(), secrets.consolePassword())
                    .contains(
                            file.toString(),
                            "http://127.0.0.1:8000/mcp",
                            "http://127.0.0.1:8000/sign-in/link?secret=s3cret");
        }
        assertThat(Files.readString(file))
                .contains(secrets.agentKey(), secrets.consolePassword())
                .doesNotContain("s3cret");
    }
}

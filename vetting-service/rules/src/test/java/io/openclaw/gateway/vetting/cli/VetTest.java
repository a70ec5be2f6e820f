package io.openclaw.gateway.vetting.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VetTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int vet(String input, String... args) throws IOException {
        return Vet.run(
                args,
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void explainsACommand() throws IOException {
        assertThat(vet("", "rm -r -f ${HOME}")).isZero();
        assertThat(printed())
                .contains("outcome    DENY", "rm -r -f ~", "filesystem/delete-root", "Instead:", "µs")
                .contains("It deletes recursively: ~, outside the workspace, cannot be undone.", "In: rm -r -f ~");
    }

    @Test
    void judgesLinesInTheirOrder() throws IOException {
        assertThat(vet("""
                        {"id":"a","command":"ls"}
                        {"id":7,"command":"rm -rf /"}

                        {"id":"c","command":"rm -rf $X"}
                        """, "--jsonl")).isZero();
        assertThat(printed().lines().toList())
                .containsExactly(
                        "{\"id\":\"a\",\"outcome\":\"ALLOW\",\"rules\":[]}",
                        "{\"id\":7,\"outcome\":\"DENY\",\"rules\":[\"filesystem/delete-root\",\"effect/delete-outside\"]}",
                        "{\"id\":\"c\",\"outcome\":\"ESCALATE\",\"rules\":[\"effect/delete-unknown\"]}");
    }

    @Test
    void namesTheLineThatItCannotReadAndGoesOn() throws IOException {
        assertThat(vet("nonsense\n{\"id\":\"b\"}\n{\"id\":\"c\",\"command\":\"ls\"}\n", "--jsonl"))
                .isEqualTo(1);
        assertThat(printed().lines().toList()).hasSize(3).satisfies(lines -> {
            assertThat(lines.get(0)).contains("\"line\":1", "error");
            assertThat(lines.get(1)).contains("\"line\":2", "command");
            assertThat(lines.get(2)).contains("ALLOW");
        });
    }

    @Test
    void saysHowItIsUsed() throws IOException {
        assertThat(vet("")).isEqualTo(2);
        assertThat(vet("", "rm", "-rf")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("Usage:", "put it in quotes");
    }

    @Test
    void printsItsUsageWhenItIsAsked() throws IOException {
        assertThat(vet("", "--help")).isZero();
        assertThat(vet("", "--jsonl", "-h")).isZero();
        assertThat(printed()).contains("Usage: deploy/vet");
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void refusesOptionsThatItDoesNotKnow() throws IOException {
        assertThat(vet("", "--jsnol")).isEqualTo(2);
        assertThat(vet("", "--rule", "d", "ls")).isEqualTo(2);
        assertThat(vet("", "--rules")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("'--jsnol'", "'--rule'", "needs the directory");
        assertThat(printed()).isEmpty();
        // A command is no option.
        assertThat(vet("", "--", "-x")).isZero();
        assertThat(vet("", "-x y")).isZero();
    }

    @Test
    void skipsAByteOrderMark() throws IOException {
        assertThat(vet("\ufeff{\"id\":1,\"command\":\"ls\"}\n", "--jsonl")).isZero();
        assertThat(printed()).contains("\"id\":1,\"outcome\":\"ALLOW\"");
    }

    @Test
    void takesRulesOfADirectoryAndNamesWhatIsWrongInThem(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("ours.yaml"), """
                rules:
                  - id: ours/x
                    title: X
                    severity: HIGH
                    outcome: DENY
                    match: [{program: frobnicate}]
                    reason: We do not frobnicate here.
                    alternative: do not.
                    examples: {match: [frobnicate], pass: [ls]}
                """);
        assertThat(vet("", "--rules", directory.toString(), "frobnicate now")).isZero();
        assertThat(printed()).contains("ours/x");

        Files.writeString(directory.resolve("ours.yaml"), "rules: [{id: ours/x}]");
        assertThat(vet("", "--rules", directory.toString(), "ls")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("ours.yaml", "has no title");
    }
}

package io.openclaw.gateway.audit.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.audit.core.tree.Checkpoint;
import io.openclaw.gateway.audit.core.tree.Checkpoints;
import io.openclaw.gateway.audit.core.tree.NoteKey;
import io.openclaw.gateway.audit.core.tree.Proofs;
import io.openclaw.gateway.audit.persistence.RecordDatabase;
import io.openclaw.gateway.common.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.web.ErrorResponseException;

class ProofIT {
    private final NoteKey key = NoteKey.ofPrivate("log.example", NoteKey.generate());
    private final UUID call = UUID.randomUUID();
    private RecordDatabase record;
    private ProofController controller;

    @TempDir
    private Path directory;

    @BeforeEach
    void fill() {
        record = RecordDatabase.create();
        record.add(290, 100);
        record.store()
                .add(List.of(
                        record.event(call, "{\"text\":\"ä😀\\u0000\\\"\\\\\"}"),
                        record.event(UUID.randomUUID(), "{}"),
                        record.event(call, "{ \"n\" : 1.0 }")));
        record.add(20, 3);
        controller = new ProofController(
                record.store(),
                record.tree(),
                new Checkpoints(
                        "log.example", List.of(key), record.tree(), Optional.empty(), List.of(), Clock.systemUTC()));
    }

    @Test
    void everyEventOfACallIsProven() {
        ProofController.CallProof proof = controller.call(call);
        Checkpoint checkpoint = Checkpoint.verified(
                proof.checkpoint(),
                List.of(NoteKey.ofVerifier(proof.verifierKeys().getFirst())));
        assertThat(checkpoint).isEqualTo(record.checkpoint());
        assertThat(proof.unproven()).isEmpty();
        assertThat(proof.events())
                .extracting(ProofController.ProvenEvent::position)
                .containsExactly(290L, 292L);
        for (ProofController.ProvenEvent event : proof.events()) {
            assertThat(Proofs.includes(
                            new io.openclaw.gateway.audit.core.tree.TreeHasher()
                                    .leaf(event.leaf().getBytes(UTF_8)),
                            event.position(),
                            checkpoint.size(),
                            event.proof().stream()
                                    .map(hash -> Base64.getDecoder().decode(hash))
                                    .toList(),
                            checkpoint.root()))
                    .isTrue();
        }
    }

    @Test
    void anEventThatSomebodyInsertedIsNotProven() {
        record.tamper(
                "insert into audit.events (topic, topic_partition, topic_offset, event_type, call_id, occurred_at,"
                        + " event) values ('t', 0, 1, 'call.completed', '" + call + "', now(), '{}')");
        assertThat(controller.call(call).unproven()).hasSize(1);
        assertThatThrownBy(() -> controller.call(UUID.randomUUID()))
                .isInstanceOfSatisfying(
                        ErrorResponseException.class,
                        e -> assertThat(e.getStatusCode().value()).isEqualTo(404));
    }

    @Test
    void aTreeIsProvenToBeTheBeginningOfTheNext() {
        ProofController.ConsistencyProof proof = controller.consistency(290, null);
        assertThat(proof.to()).isEqualTo(313);
        assertThat(Proofs.isConsistent(
                        proof.from(),
                        Base64.getDecoder().decode(proof.fromRoot()),
                        proof.to(),
                        Base64.getDecoder().decode(proof.toRoot()),
                        proof.proof().stream()
                                .map(hash -> Base64.getDecoder().decode(hash))
                                .toList()))
                .isTrue();
        assertThatThrownBy(() -> controller.consistency(5, 314L))
                .isInstanceOf(ErrorResponseException.class)
                .hasMessageContaining("400");
    }

    @Test
    void tilesHaveTheirPathsOfTlogTiles() {
        assertThat(tile("/audit/log/tile/0/000")).hasSize(8_192);
        assertThat(tile("/audit/log/tile/0/001.p/57")).hasSize(57 * 32);
        assertThat(tile("/audit/log/tile/1/000.p/1")).hasSize(32);
        for (String path : List.of(
                "/audit/log/tile/0/001",
                "/audit/log/tile/0/001.p/58",
                "/audit/log/tile/0/1",
                "/audit/log/tile/0/000.p/300",
                "/audit/log/tile/9/000",
                "/audit/log/tile/0/../000")) {
            assertThatThrownBy(() -> tile(path))
                    .isInstanceOf(ErrorResponseException.class)
                    .hasMessageContaining("404");
        }
        assertThat(controller.checkpoint().getBody()).startsWith("log.example\n313\n");
        assertThat(controller.keys().getBody()).isEqualTo(key.verifierKey() + "\n");
    }

    private byte[] tile(String path) {
        return Objects.requireNonNull(
                controller.tile(new MockHttpServletRequest("GET", path)).getBody());
    }

    /** The program of docs/record.md, which knows the RFC and nothing of the gateway. */
    @Test
    void aProgramInAnotherLanguageChecksTheProof() throws IOException, InterruptedException {
        Matcher program = Pattern.compile("```python\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("../docs/record.md")));
        assertThat(program.find()).as("docs/record.md has the program").isTrue();
        Path script = Files.writeString(directory.resolve("check.py"), program.group(1));
        byte[] proof = Json.write(controller.call(call));
        Run good = run(script, proof);
        assertThat(good.output()).contains("290 call.requested is in the tree of 313 events", "292 call.requested");
        assertThat(good.status()).isZero();
        String text = new String(proof, UTF_8);
        Run bad = run(script, text.replace("1.0", "2.0").getBytes(UTF_8));
        assertThat(bad.status()).isEqualTo(1);
        assertThat(bad.output()).contains("position 292 is not what was signed");
    }

    private record Run(int status, String output) {}

    private Run run(Path script, byte[] input) throws IOException, InterruptedException {
        Path in = Files.write(directory.resolve("in.json"), input);
        Path out = directory.resolve("out.txt");
        Process process;
        try {
            process = new ProcessBuilder("python3", script.toString())
                    .redirectInput(in.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
        } catch (IOException e) {
            Assumptions.abort("there is no python3 on this machine, so the program of docs/record.md was NOT tried: "
                    + e.getMessage());
            throw e;
        }
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return new Run(process.exitValue(), Files.readString(out));
    }
}

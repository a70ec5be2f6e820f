package io.openclaw.gateway.audit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.audit.core.tree.Checkpoints;
import io.openclaw.gateway.audit.core.tree.NoteKey;
import io.openclaw.gateway.audit.file.CheckpointFiles;
import io.openclaw.gateway.audit.persistence.RecordDatabase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code deploy/audit} as people use it. */
class AuditCliIT {
    private final NoteKey key = NoteKey.ofPrivate("log.example", NoteKey.generate());
    private final UUID call = UUID.randomUUID();
    private RecordDatabase record;
    private Checkpoints checkpoints;

    @TempDir
    private Path data;

    private record Run(int status, String out, String err) {}

    @BeforeEach
    void fill() {
        record = RecordDatabase.create();
        var files = new CheckpointFiles(data.resolve("record"));
        files.publish(List.of(key));
        checkpoints = new Checkpoints(
                "log.example", List.of(key), record.tree(), Optional.empty(), List.of(files), Clock.systemUTC());
        record.add(300, 100);
        checkpoints.renew();
        record.store()
                .add(List.of(
                        record.event(
                                call,
                                "{\"call\":{\"arguments\":{\"x\":\"<script>alert(1)</script>\"}},\"verdicts\":[{\"policyVersion\":\"v1\"}]}"),
                        record.event(null, "{\"version\":\"v1\",\"policy\":{\"agents\":[]}}")));
        checkpoints.renew();
    }

    private Run run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        if (!arguments[0].equals("check")) {
            all.addAll(List.of(
                    "--data",
                    data.toString(),
                    "--url",
                    record.source().getUrl(),
                    "--user",
                    String.valueOf(record.source().getUser())));
        }
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int status = AuditCli.run(
                all.toArray(String[]::new),
                Map.of("DATABASE_PASSWORD", String.valueOf(record.source().getPassword())),
                new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8));
        return new Run(status, out.toString(UTF_8), err.toString(UTF_8));
    }

    @Test
    void verifySaysOk() {
        Run run = run("verify");
        assertThat(run.err()).contains("302 events");
        assertThat(run.out()).contains("302 events in", "2 of 2 checkpoints").endsWith("OK\n");
        assertThat(run.status()).isZero();
        assertThat(run("verify", "--from", "300").out())
                .contains("2 events in", "1 of 2 checkpoints")
                .endsWith("OK\n");
    }

    @Test
    void verifyNamesTheFirstDifference() {
        record.tamper("update audit.events set agent = 'other' where id in (43, 50)");
        Run run = run("verify");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out())
                .contains("position 42: CHANGED: event 43 was changed", "position 49: CHANGED")
                .endsWith("NOT OK: the first difference is at position 42\n");
        assertThat(run("verify", "--from", "300").status()).isZero();
    }

    @Test
    void verifyWarnsWhereNothingFromOutsideIsKnown() throws IOException {
        try (var files = Files.list(data.resolve("record"))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        assertThat(run("verify").out())
                .contains("warning: there is no checkpoint")
                .endsWith("OK\n");
    }

    @Test
    void verifyUsesCheckpointsThatWereKeptElsewhere() throws IOException {
        Path kept = Files.writeString(
                data.resolve("kept"), checkpoints.last().orElseThrow().note());
        Path keys = Files.writeString(data.resolve("keys"), key.verifierKey() + "\n");
        assertThat(run("verify", "--checkpoint", kept.toString(), "--key", keys.toString(), "--from", kept.toString())
                        .out())
                .contains("0 events in")
                .endsWith("OK\n");
        NoteKey other = NoteKey.ofPrivate("log.example", NoteKey.generate());
        assertThat(run("verify", "--key", other.verifierKey()).err()).contains("signed by none of");
        assertThat(run("verify", "--checkpoint", data.resolve("none").toString())
                        .err())
                .contains("there is no file");
    }

    @Test
    void saysWhatCannotBeDone() {
        assertThat(run("verify", "--from", "7")).satisfies(run -> {
            assertThat(run.status()).isEqualTo(2);
            assertThat(run.err()).contains("there is no checkpoint of 7 events");
        });
        assertThat(run("export", data.resolve("b.zip").toString()).err()).contains("say what to export");
        assertThat(run("export", data.resolve("b.zip").toString(), "--since", "yesterday")
                        .err())
                .contains("--since is \"yesterday\"");
        assertThat(run("export", data.resolve("b.zip").toString(), "--agent", "nobody")
                        .err())
                .contains("nothing on record matches {agent=nobody}");
        assertThat(run("check", data.resolve("b.zip").toString()).err()).contains("there is no file");
        var err = new ByteArrayOutputStream();
        int status = AuditCli.run(
                new String[] {"verify", "--data", data.toString()},
                Map.of(),
                System.out,
                new PrintStream(err, true, UTF_8));
        assertThat(status).isEqualTo(2);
        assertThat(err.toString(UTF_8)).contains("no gateway runs on " + data);
        assertThat(AuditCli.run(new String[] {"verfy"}, Map.of(), System.out, new PrintStream(err, true, UTF_8)))
                .isEqualTo(2);
    }

    @Test
    void aBundleIsCheckedWithoutTheGateway() throws IOException {
        Path bundle = data.resolve("evidence.zip");
        Run exported = run("export", bundle.toString(), "--call", call.toString());
        assertThat(exported.out()).contains("1 events, proven by a checkpoint of 302 events");
        assertThat(run("check", bundle.toString(), "--key", key.verifierKey()).out())
                .isEqualTo(
                        "the checkpoint of log.example with 302 events is signed\n1 events: {call.requested=1}\nOK\n");
        assertThat(run("check", bundle.toString()).out())
                .startsWith("warning: the key is the bundle's own")
                .endsWith("OK\n");
        NoteKey other = NoteKey.ofPrivate("log.example", NoteKey.generate());
        Run refused = run("check", bundle.toString(), "--key", other.verifierKey());
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.out()).contains("signed by none of").endsWith("NOT OK\n");
        try (var zip = new ZipFile(bundle.toFile())) {
            assertThat(new String(zip.getInputStream(zip.getEntry("index.html")).readAllBytes(), UTF_8))
                    .contains("&lt;script&gt;alert(1)")
                    .doesNotContain("<script>")
                    .doesNotContain("@EVENTS@");
        }
    }

    @Test
    void aBundleHasThePoliciesThatDecided() {
        record.store()
                .add(List.of(new io.openclaw.gateway.audit.core.RecordedEvent(
                        "openclaw.policy.state",
                        0,
                        0,
                        "policy.published",
                        null,
                        null,
                        null,
                        null,
                        null,
                        RecordDatabase.NOW,
                        io.openclaw.gateway.common.json.RawJson.of("{\"version\":\"v1\",\"policy\":{\"agents\":[]}}"),
                        "policy",
                        null)));
        checkpoints.renew();
        Path bundle = data.resolve("evidence.zip");
        assertThat(run("export", bundle.toString(), "--call", call.toString()).out())
                .contains("2 events, proven");
        assertThat(run("check", bundle.toString(), "--key", key.verifierKey()).out())
                .contains("{call.requested=1, policy.published=1}");
    }

    @Test
    void aChangedBundleShows() throws IOException {
        Path bundle = data.resolve("evidence.zip");
        run("export", bundle.toString(), "--since", "2026-11-27T10:00:00Z", "--until", "2026-11-27T10:00:00.2Z");
        assertThat(run("check", bundle.toString(), "--key", key.verifierKey()).status())
                .isZero();
        Path changed = data.resolve("changed.zip");
        try (var zip = new ZipFile(bundle.toFile());
                var out = new ZipOutputStream(Files.newOutputStream(changed))) {
            for (var entries = zip.entries(); entries.hasMoreElements(); ) {
                ZipEntry entry = entries.nextElement();
                String text = new String(zip.getInputStream(entry).readAllBytes(), UTF_8);
                out.putNextEntry(new ZipEntry(entry.getName()));
                out.write((entry.getName().equals("events.jsonl") ? text.replaceFirst("demo", "eve") : text)
                        .getBytes(UTF_8));
                out.closeEntry();
            }
        }
        Run run = run("check", changed.toString(), "--key", key.verifierKey());
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out())
                .contains("line 1: the event at position 0 is not the one")
                .endsWith("NOT OK\n");
    }

    @Test
    void theProgramInABundleChecksIt() throws IOException, InterruptedException {
        Path bundle = data.resolve("evidence.zip");
        run("export", bundle.toString(), "--agent", "demo");
        Path script = data.resolve("check.py");
        try (var zip = new ZipFile(bundle.toFile())) {
            Files.write(script, zip.getInputStream(zip.getEntry("check.py")).readAllBytes());
        }
        Path out = data.resolve("out.txt");
        Process process;
        try {
            process = new ProcessBuilder("python3", script.toString(), bundle.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
        } catch (IOException e) {
            Assumptions.abort("there is no python3 on this machine, so check.py was NOT tried: " + e.getMessage());
            throw e;
        }
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        assertThat(Files.readString(out)).startsWith("302 events are in the tree of log.example with 302 events");
        assertThat(process.exitValue()).isZero();
    }
}

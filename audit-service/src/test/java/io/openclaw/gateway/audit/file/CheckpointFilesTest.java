package io.openclaw.gateway.audit.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.audit.core.tree.Checkpoint;
import io.openclaw.gateway.audit.core.tree.Checkpoints.SignedCheckpoint;
import io.openclaw.gateway.audit.core.tree.NoteKey;
import io.openclaw.gateway.audit.core.tree.SignedNote;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFilesTest {
    private final NoteKey key = NoteKey.ofPrivate("log.example", NoteKey.generate());

    @TempDir
    private Path directory;

    private CheckpointFiles files() {
        return new CheckpointFiles(directory.resolve("record"));
    }

    private SignedCheckpoint signed(long size, String at) {
        var checkpoint = new Checkpoint("log.example", size, new byte[32]);
        return new SignedCheckpoint(
                checkpoint, SignedNote.sign(checkpoint.text(), List.of(key)).format(), Instant.parse(at));
    }

    @Test
    void keepsAllAndKnowsTheLast() throws IOException {
        assertThat(files().last(List.of(key))).isEmpty();
        assertThat(files().all()).isEmpty();
        files().keep(signed(1, "2026-11-26T23:59:59Z"));
        files().keep(signed(2, "2026-11-27T00:00:01Z"));
        SignedCheckpoint third = signed(3, "2026-11-27T00:00:03.5Z");
        files().keep(third);
        assertThat(files().last(List.of(key))).contains(third);
        assertThat(Files.readString(directory.resolve("record/checkpoint"))).isEqualTo(third.note());
        assertThat(files().all()).hasSize(3).last().isEqualTo(new CheckpointFiles.Kept(third.note(), third.at()));
        try (var names = Files.list(directory.resolve("record"))) {
            assertThat(names.map(name -> name.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "checkpoint", "checkpoints-2026-11-26.jsonl", "checkpoints-2026-11-27.jsonl");
        }
    }

    @Test
    void passesOverWhatACrashCutOffAndWhatSomebodyElseSigned() throws IOException {
        files().keep(signed(1, "2026-11-27T00:00:01Z"));
        Path file = directory.resolve("record/checkpoints-2026-11-27.jsonl");
        Files.writeString(file, "{\"at\":\"2026-11-27T00:00:03Z\",\"no", StandardOpenOption.APPEND);
        assertThat(files().all()).hasSize(1);
        NoteKey other = NoteKey.ofPrivate("log.example", NoteKey.generate());
        assertThat(files().last(List.of(other))).isEmpty();
    }

    @Test
    void publishesKeysBesideThoseOfBefore() {
        NoteKey other = NoteKey.ofPrivate("log.example", NoteKey.generate());
        files().publish(List.of(key));
        files().publish(List.of(other, key));
        assertThat(files().verifierKeys()).containsExactly(key.verifierKey(), other.verifierKey());
    }

    @Test
    void readsASingleNoteToo() throws IOException {
        Path file = directory.resolve("kept");
        Files.writeString(file, signed(7, "2026-11-27T00:00:01Z").note());
        assertThat(CheckpointFiles.read(file)).hasSize(1);
        assertThatThrownBy(() -> CheckpointFiles.read(directory.resolve("none")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("none");
    }
}

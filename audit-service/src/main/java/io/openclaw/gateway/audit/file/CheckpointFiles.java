package io.openclaw.gateway.audit.file;

import io.openclaw.gateway.audit.core.tree.Checkpoint;
import io.openclaw.gateway.audit.core.tree.Checkpoints;
import io.openclaw.gateway.audit.core.tree.Checkpoints.SignedCheckpoint;
import io.openclaw.gateway.audit.core.tree.NoteKey;
import io.openclaw.gateway.audit.core.tree.UnsignedNoteException;
import io.openclaw.gateway.common.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Checkpoints in a directory, where nobody who can change the database alone can change them: {@code checkpoint} is the last one,
 * as it was signed; {@code checkpoints-DAY.jsonl} has all of a day, a JSON object a line; {@code verifier-keys} has the public keys,
 * one a line.
 */
public final class CheckpointFiles implements Checkpoints.Keeper {
    private static final String LAST = "checkpoint";
    private static final String KEYS = "verifier-keys";
    private static final String PREFIX = "checkpoints-";
    private static final String SUFFIX = ".jsonl";

    private final Path directory;

    public CheckpointFiles(Path directory) {
        this.directory = directory;
    }

    /** A checkpoint of a file, anyone who signed it. */
    public record Kept(String note, Instant at) {}

    /** Publishes keys beside those that are published already. */
    public void publish(List<NoteKey> keys) {
        try {
            Files.createDirectories(directory);
            List<String> known = new ArrayList<>(verifierKeys());
            for (NoteKey key : keys) {
                if (!known.contains(key.verifierKey())) {
                    known.add(key.verifierKey());
                }
            }
            replace(directory.resolve(KEYS), String.join("\n", known) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the record's public keys into " + directory, e);
        }
    }

    /** Returns the keys that were published. */
    public List<String> verifierKeys() {
        Path file = directory.resolve(KEYS);
        try {
            return Files.exists(file)
                    ? Files.readAllLines(file).stream()
                            .filter(line -> !line.isBlank())
                            .toList()
                    : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    @Override
    public void keep(SignedCheckpoint signed) {
        try {
            Files.createDirectories(directory);
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("at", signed.at());
            line.put("size", signed.checkpoint().size());
            line.put("note", signed.note());
            Path file = directory.resolve(PREFIX + LocalDate.ofInstant(signed.at(), ZoneOffset.UTC) + SUFFIX);
            try (FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
                ByteBuffer bytes =
                        ByteBuffer.wrap((Json.MAPPER.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            replace(directory.resolve(LAST), signed.note());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep a checkpoint of the record in " + directory, e);
        }
    }

    private static void replace(Path file, String text) throws IOException {
        Path draft = Files.createTempFile(
                file.toAbsolutePath().getParent(), file.getFileName().toString(), ".draft");
        Files.writeString(draft, text);
        Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Returns the largest checkpoint that one of these keys has signed. */
    public Optional<SignedCheckpoint> last(List<NoteKey> keys) {
        List<Path> files = files();
        for (int i = files.size() - 1; i >= 0; i--) {
            Optional<SignedCheckpoint> last = read(files.get(i)).stream()
                    .flatMap(kept -> verified(kept, keys).stream())
                    .max(Comparator.comparingLong(signed -> signed.checkpoint().size()));
            if (last.isPresent()) {
                return last;
            }
        }
        return Optional.empty();
    }

    private static Optional<SignedCheckpoint> verified(Kept kept, List<NoteKey> keys) {
        try {
            return Optional.of(new SignedCheckpoint(Checkpoint.verified(kept.note(), keys), kept.note(), kept.at()));
        } catch (IllegalArgumentException | UnsignedNoteException e) {
            return Optional.empty();
        }
    }

    /** Returns all checkpoints, the oldest first. A line that a crash cut off is passed over. */
    public List<Kept> all() {
        return files().stream().flatMap(file -> read(file).stream()).toList();
    }

    private List<Path> files() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> {
                        String name = String.valueOf(file.getFileName());
                        return name.startsWith(PREFIX) && name.endsWith(SUFFIX);
                    })
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + directory, e);
        }
    }

    /**
     * Reads the checkpoints of a file: one signed note, or a JSON object with a {@code note} a line.
     *
     * @throws UncheckedIOException if the file cannot be read
     */
    public static List<Kept> read(Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        if (!text.startsWith("{")) {
            return List.of(new Kept(text, Instant.EPOCH));
        }
        return text.lines().flatMap(line -> kept(line).stream()).toList();
    }

    private static Optional<Kept> kept(String line) {
        try {
            JsonNode json = Json.MAPPER.readTree(line);
            return json.path("note").isString()
                    ? Optional.of(new Kept(
                            json.get("note").asString(),
                            Instant.parse(json.path("at").asString("1970-01-01T00:00:00Z"))))
                    : Optional.empty();
        } catch (JacksonException | DateTimeException e) {
            // The last line, if the process was killed while it wrote.
            return Optional.empty();
        }
    }
}

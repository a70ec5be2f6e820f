package io.openclaw.gateway.audit.cli;

import io.openclaw.gateway.audit.core.tree.Checkpoint;
import io.openclaw.gateway.audit.core.tree.NoteKey;
import io.openclaw.gateway.audit.core.tree.UnsignedNoteException;
import io.openclaw.gateway.audit.file.CheckpointFiles;
import io.openclaw.gateway.audit.file.CheckpointFiles.Kept;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import picocli.CommandLine.Option;

/** Where the record is, and what is known of it outside its database. */
final class RecordSource {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "the gateway's data directory (default: data, or DATA_DIR)")
    private @Nullable Path data;

    @Option(names = "--url", paramLabel = "JDBC", description = "the database, if it is not in the data directory")
    private @Nullable String url;

    @Option(
            names = "--user",
            paramLabel = "NAME",
            description = "its user (default: DATABASE_USER); the password is in DATABASE_PASSWORD")
    private @Nullable String user;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = "a verifier key, or a file of them (default: those that the gateway published in DIR/record)")
    private List<String> keys = new ArrayList<>();

    @Option(
            names = "--checkpoint",
            paramLabel = "FILE",
            description = "checkpoints that you kept, beside those in DIR/record")
    private List<Path> checkpoints = new ArrayList<>();

    /** A signed checkpoint, and the note that it was read from. */
    record Known(Checkpoint checkpoint, String note) {}

    private Path directory(Map<String, String> environment) {
        return data == null ? Path.of(environment.getOrDefault("DATA_DIR", "data")) : data;
    }

    /** Returns the database of the record. */
    DataSource database(Map<String, String> environment) throws IOException {
        var source = new PGSimpleDataSource();
        if (url != null) {
            try {
                source.setUrl(url);
            } catch (IllegalArgumentException e) {
                throw new CliException(
                        "\"" + url + "\" is no JDBC address of PostgreSQL, such as jdbc:postgresql://HOST/openclaw");
            }
            source.setUser(user == null ? environment.getOrDefault("DATABASE_USER", "openclaw") : user);
            source.setPassword(environment.getOrDefault("DATABASE_PASSWORD", ""));
            return source;
        }
        Path postgres = directory(environment).resolve("postgres");
        Path pid = postgres.resolve("data/postmaster.pid");
        Path password = postgres.resolve("password");
        if (!Files.exists(pid) || !Files.exists(password)) {
            throw new CliException("no gateway runs on " + directory(environment) + " (there is no " + pid
                    + "): start it, name its directory with --data, or the database with --url");
        }
        // Its fourth line is the port (PostgreSQL, "Database File Layout").
        List<String> lines = Files.readAllLines(pid);
        source.setUrl("jdbc:postgresql://127.0.0.1:" + lines.get(3).strip() + "/openclaw");
        source.setUser("postgres");
        source.setPassword(Files.readString(password).strip());
        return source;
    }

    /** Returns the keys that checkpoints have to be signed with. */
    List<NoteKey> keys(Map<String, String> environment) throws IOException {
        List<String> texts = new ArrayList<>();
        for (String key : keys) {
            if (Files.isRegularFile(Path.of(key))) {
                texts.addAll(Files.readAllLines(Path.of(key)));
            } else {
                texts.add(key);
            }
        }
        if (keys.isEmpty()) {
            texts.addAll(new CheckpointFiles(directory(environment).resolve("record")).verifierKeys());
        }
        return texts.stream()
                .filter(text -> !text.isBlank())
                .map(RecordSource::key)
                .toList();
    }

    private static NoteKey key(String text) {
        try {
            return NoteKey.ofVerifier(text);
        } catch (IllegalArgumentException e) {
            throw new CliException(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Returns the checkpoints that are known outside the database, the smallest first.
     *
     * @throws CliException if one that was named is not signed by one of the keys
     */
    List<Known> checkpoints(Map<String, String> environment) throws IOException {
        List<NoteKey> known = keys(environment);
        Map<Long, Known> found = new LinkedHashMap<>();
        for (Path file : checkpoints) {
            for (Known each : read(file, known)) {
                found.put(each.checkpoint().size(), each);
            }
        }
        for (Kept kept : new CheckpointFiles(directory(environment).resolve("record")).all()) {
            Known each = known(
                    kept, known, "a checkpoint of " + directory(environment).resolve("record"));
            found.putIfAbsent(each.checkpoint().size(), each);
        }
        return found.values().stream()
                .sorted(Comparator.comparingLong(each -> each.checkpoint().size()))
                .toList();
    }

    static List<Known> read(Path file, List<NoteKey> keys) {
        if (!Files.isRegularFile(file)) {
            throw new CliException("there is no file " + file);
        }
        List<Kept> kept = CheckpointFiles.read(file);
        if (kept.isEmpty()) {
            throw new CliException(file + " has no checkpoint");
        }
        return kept.stream().map(each -> known(each, keys, file.toString())).toList();
    }

    private static Known known(Kept kept, List<NoteKey> keys, String where) {
        try {
            return new Known(Checkpoint.verified(kept.note(), keys), kept.note());
        } catch (IllegalArgumentException | UnsignedNoteException e) {
            throw new CliException(where + ": " + e.getMessage());
        }
    }
}

package io.openclaw.gateway.ingress.inbox;

import io.openclaw.gateway.ingress.inbox.core.InboxProof;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The secrets with which agents sign records of the inbox: a file named after each agent, a secret a line, so that a new one can
 * be there before the old one goes. A file that changes is read again. Thread-safe.
 */
final class InboxSecrets {
    private static final Logger log = LoggerFactory.getLogger(InboxSecrets.class);
    /** As much as the hash has (RFC 2104 section 3). */
    private static final int MIN_LENGTH = 32;

    private static final long MAX_FILE = 16 * 1024;

    private final @Nullable Path directory;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    private record Known(FileTime changed, long size, List<String> secrets) {}

    /** @param directory where the files are; null if there are none */
    InboxSecrets(@Nullable Path directory) {
        this.directory = directory;
    }

    /** Returns the secrets of an agent; none if it has no file, or none in it is long enough. */
    List<String> of(String agent) {
        if (directory == null || !InboxProof.PLAIN_AGENT.matcher(agent).matches()) {
            return List.of();
        }
        Path file = directory.resolve(agent);
        try {
            FileTime changed = Files.getLastModifiedTime(file);
            long size = Files.size(file);
            Known now = known.get(agent);
            if (now == null || !now.changed().equals(changed) || now.size() != size) {
                now = new Known(changed, size, read(file, size));
                known.put(agent, now);
            }
            return now.secrets();
        } catch (NoSuchFileException e) {
            known.remove(agent);
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("the secrets of agent '" + agent + "' cannot be read", e);
        }
    }

    private static List<String> read(Path file, long size) throws IOException {
        if (size > MAX_FILE) {
            log.error("{} has {} bytes, which is no file of secrets; none of it holds", file, size);
            return List.of();
        }
        List<String> lines = Files.readAllLines(file).stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        List<String> secrets =
                lines.stream().filter(line -> line.length() >= MIN_LENGTH).toList();
        if (secrets.size() < lines.size()) {
            log.error("{} has a secret of less than {} characters, which does not hold", file, MIN_LENGTH);
        }
        return secrets;
    }
}

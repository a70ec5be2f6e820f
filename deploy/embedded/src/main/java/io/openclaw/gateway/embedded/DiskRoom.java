package io.openclaw.gateway.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The room on the disk that the broker and the database write to. Neither is to find it full: a broker that starts where it
 * cannot write takes its records for damaged, and deletes them (docs/decisions/0010).
 */
public final class DiskRoom {
    /** What has to be left for a start, in bytes: more than what has to be left to go on, or it would stop at once. */
    static final long TO_START = 1024L * 1024 * 1024;
    /** What has to be left to go on, in bytes; enough to stop in good order. */
    static final long TO_GO_ON = 512L * 1024 * 1024;

    private static final Logger log = LoggerFactory.getLogger(DiskRoom.class);
    private static final Duration LOOK_EVERY = Duration.ofMillis(250);

    private final Path directory;
    private final LongSupplier left;

    /**
     * @param left how many bytes can still be written
     */
    DiskRoom(Path directory, LongSupplier left) {
        this.directory = directory;
        this.left = left;
    }

    /**
     * Returns the room on the disk of a directory.
     *
     * @param directory which has to exist
     */
    public static DiskRoom of(Path directory) {
        return new DiskRoom(directory, () -> {
            try {
                return Files.getFileStore(directory).getUsableSpace();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot see how much room " + directory + " has", e);
            }
        });
    }

    /**
     * Makes sure that there is room to start.
     *
     * @throws NoRoomException if there is not, saying where and how much is wanted
     */
    public void requireForStart() {
        long now = left.getAsLong();
        if (now < TO_START) {
            throw new NoRoomException(
                    left(now) + "; the gateway starts with " + megabytes(TO_START)
                            + " or more, because a broker that finds its disk full loses records. Make room, and start it again.");
        }
    }

    /**
     * Looks four times a second, as long as the process lives, whether there is room to go on.
     *
     * @param tooLittle is told once, in words for a person, when there is not
     */
    public void watch(Consumer<String> tooLittle) {
        Thread.ofPlatform().daemon().name("disk-room").start(() -> {
            try {
                while (true) {
                    Thread.sleep(LOOK_EVERY);
                    long now = left.getAsLong();
                    if (now < TO_GO_ON) {
                        tooLittle.accept(left(now) + ", so the gateway stops before its broker and its database find"
                                + " it full. Nothing is lost: make room, and start it again.");
                        return;
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (UncheckedIOException e) {
                log.warn("the room on the disk is no longer watched", e);
            }
        });
    }

    private String left(long bytes) {
        return "Only " + megabytes(bytes) + " are left on the disk of " + directory;
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%,d MB", bytes / (1024 * 1024));
    }
}

package io.openclaw.gateway.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** Directories that are closed to all but their owner (mode 700). */
public final class PrivateDirectory {
    private static final Set<PosixFilePermission> DIRECTORY = PosixFilePermissions.fromString("rwx------");

    private PrivateDirectory() {}

    /**
     * Makes a directory that is closed to others, with its parents.
     *
     * @throws OpenToOthersException if it exists and is open to others: who could write there may have changed it already,
     *     so a person decides
     */
    public static void require(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory.toAbsolutePath().getParent());
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(DIRECTORY));
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
        if (!DIRECTORY.containsAll(permissions)) {
            throw new OpenToOthersException(
                    "The data directory " + directory + " is open to other users of this machine ("
                            + PosixFilePermissions.toString(permissions)
                            + "), and it keeps secrets; close it, and start again: chmod 700 '"
                            + directory + "'");
        }
    }

    /** Makes a directory closed to others, or closes the one that is there. */
    static void close(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            Files.setPosixFilePermissions(directory, DIRECTORY);
        } else {
            Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(DIRECTORY));
        }
    }

    /** Takes all rights of others from a directory and from everything below it. Symbolic links are left alone. */
    static void closeAll(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS);
                Set<PosixFilePermission> owners = EnumSet.copyOf(DIRECTORY);
                owners.retainAll(permissions);
                if (!Files.isSymbolicLink(file) && !owners.equals(permissions)) {
                    Files.setPosixFilePermissions(file, owners);
                }
            }
        }
    }
}

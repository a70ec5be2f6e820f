package io.openclaw.gateway.embedded;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/** Writes files that only their owner may read (mode 600), whole or not at all. */
public final class PrivateFile {
    private PrivateFile() {}

    /** What is written. */
    public interface Content {
        void writeTo(Writer writer) throws IOException;
    }

    /** Replaces the file, or makes it. */
    public static void write(Path file, Content content) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".draft");
        Files.deleteIfExists(draft);
        Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (Writer writer = Files.newBufferedWriter(draft)) {
            content.writeTo(writer);
        }
        Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Returns the password that the file has, which is made if there is none: 48 hexadecimal digits. */
    static String password(Path file) throws IOException {
        if (!Files.exists(file)) {
            String made = newPassword();
            write(file, writer -> writer.write(made));
        }
        return Files.readString(file).strip();
    }

    /** Returns a new password: 48 hexadecimal digits. */
    static String newPassword() {
        byte[] random = new byte[24];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }
}

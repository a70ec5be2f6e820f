package io.openclaw.gateway.policy.file;

import io.openclaw.gateway.common.policy.PolicyInForce;
import io.openclaw.gateway.policy.core.PolicyText;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The files of a policy: every {@code *.yaml} and {@code *.yml} in a directory and below, but those that are hidden and the
 * tests, {@code *.test.yaml}. A single file is a policy too.
 */
public final class PolicyDirectory {
    private static final PathMatcher YAML = FileSystems.getDefault().getPathMatcher("glob:**.{yaml,yml}");
    private static final PathMatcher TESTS = FileSystems.getDefault().getPathMatcher("glob:**.test.{yaml,yml}");

    private final Path path;

    public PolicyDirectory(Path path) {
        this.path = path.toAbsolutePath().normalize();
    }

    /** Returns the text of each file of the policy, by its name within the directory. */
    public Map<String, String> policyFiles() throws IOException {
        return read(false);
    }

    /** Returns the text of each test file, by its name within the directory. */
    public Map<String, String> testFiles() throws IOException {
        return read(true);
    }

    /**
     * Reads the policy.
     *
     * @throws IOException if a file cannot be read
     * @throws io.openclaw.gateway.policy.core.InvalidPolicyException naming everything that is wrong with it
     */
    public PolicyInForce read() throws IOException {
        return PolicyText.read(policyFiles());
    }

    /** Tells whether files can be added: it is a directory, and this process may write to it. */
    public boolean isWritable() {
        return Files.isDirectory(path) && Files.isWritable(path);
    }

    /**
     * Adds a file, or replaces it, in one step, so that the policy is never read from a half of it.
     *
     * @param name its name within the directory
     * @throws IllegalArgumentException if the name leads out of the directory
     */
    public void write(String name, String text) throws IOException {
        Path file = path.resolve(name).normalize();
        Path parent = file.getParent();
        if (!file.startsWith(path) || parent == null) {
            throw new IllegalArgumentException("'" + name + "' is no file of " + path);
        }
        Files.createDirectories(parent);
        // Hidden files are no part of the policy.
        Path unfinished = Files.writeString(parent.resolve("." + file.getFileName()), text);
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private Map<String, String> read(boolean tests) throws IOException {
        Map<String, String> files = new TreeMap<>();
        if (Files.isRegularFile(path)) {
            if (!tests) {
                files.put(String.valueOf(path.getFileName()), Files.readString(path));
            }
            return files;
        }
        if (!Files.isDirectory(path)) {
            throw new IOException("there is no " + path);
        }
        try (Stream<Path> found = Files.walk(path)) {
            for (Path file : (Iterable<Path>) found::iterator) {
                Path name = path.relativize(file);
                boolean hidden = Stream.iterate(name, parent -> parent != null, Path::getParent)
                        .anyMatch(part -> String.valueOf(part.getFileName()).startsWith("."));
                if (!hidden && YAML.matches(file) && TESTS.matches(file) == tests && Files.isRegularFile(file)) {
                    files.put(name.toString(), Files.readString(file));
                }
            }
        }
        return files;
    }

    @Override
    public String toString() {
        return path.toString();
    }
}

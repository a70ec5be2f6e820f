package io.openclaw.gateway.vetting.file;

import io.openclaw.gateway.vetting.core.rule.OwnDirectories;
import io.openclaw.gateway.vetting.core.rule.RulePack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the rule packs that come with the gateway, and those of a directory. */
public final class RuleDirectory {
    private RuleDirectory() {}

    /**
     * Reads all rules.
     *
     * @param directory whose {@code *.yaml} files are added; none if {@code null}
     * @throws IllegalArgumentException naming the file and the rule that is wrong
     * @throws IOException if the directory cannot be read
     */
    public static RulePack read(@Nullable Path directory) throws IOException {
        return read(directory, List.of());
    }

    /**
     * Reads all rules, and one that guards what the gateway keeps.
     *
     * @param directory whose {@code *.yaml} files are added; none if {@code null}
     * @param own files and directories of the gateway itself
     * @throws IllegalArgumentException naming the file and the rule that is wrong
     * @throws IOException if the directory cannot be read
     */
    public static RulePack read(@Nullable Path directory, List<Path> own) throws IOException {
        Map<String, byte[]> files = new HashMap<>();
        OwnDirectories.pack(own).ifPresent(pack -> files.put("gateway-own.yaml", pack));
        if (directory != null) {
            List<Path> paths;
            try (Stream<Path> all = Files.list(directory)) {
                paths = all.filter(path -> path.toString().endsWith(".yaml")
                                || path.toString().endsWith(".yml"))
                        .toList();
            }
            for (Path path : paths) {
                files.put(String.valueOf(path.getFileName()), Files.readAllBytes(path));
            }
        }
        return RulePack.of(files);
    }
}

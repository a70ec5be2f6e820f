package io.openclaw.gateway.vetting.core.rule;

import io.openclaw.gateway.common.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** A rule pack that guards what the gateway itself keeps on this machine, wherever that is: its data, policy and settings. */
public final class OwnDirectories {
    private OwnDirectories() {}

    /**
     * Returns the pack as a file of rules (JSON is YAML).
     *
     * @param paths files and directories of the gateway
     * @return empty if there are none
     */
    public static Optional<byte[]> pack(List<Path> paths) {
        var inside = new TreeSet<String>();
        var above = new TreeSet<String>();
        String example = "";
        for (Path path : paths) {
            Path absolute = path.toAbsolutePath().normalize();
            String canonical = ArgumentClass.canonical(absolute.toString());
            inside.add(canonical);
            inside.add(canonical + "/**");
            example = absolute.toString();
            for (Path parent = absolute.getParent();
                    parent != null && parent.getNameCount() > 0;
                    parent = parent.getParent()) {
                above.add(ArgumentClass.canonical(parent.toString()));
            }
        }
        if (inside.isEmpty()) {
            return Optional.empty();
        }
        List<Map<String, String>> matches = new ArrayList<>(List.of(
                Map.of("program", "*", "argument", "@gateway-own"),
                Map.of("program", "*", "writes", "@gateway-own"),
                Map.of("program", "*", "reads", "@gateway-own")));
        if (!above.isEmpty()) {
            matches.add(Map.of("program", "@deletes|mv|cp|rsync|tar|zip|chmod|chown", "argument", "@gateway-above"));
        }
        Map<String, Object> pack = Map.of(
                "classes",
                Map.of(
                        "gateway-own",
                        Map.of("paths", List.copyOf(inside), "ignore-case", true),
                        "gateway-above",
                        Map.of("paths", List.copyOf(above), "ignore-case", true)),
                "rules",
                List.of(Map.of(
                        "id", "guard/own-directories",
                        "title", "Reads or changes what the gateway keeps",
                        "severity", "CRITICAL",
                        "outcome", "ESCALATE",
                        "match", matches,
                        "reason",
                                "It reaches into the gateway's own data, policy or settings, which say what an agent may do.",
                        "alternative", "say what should change and why, and let a person change it.",
                        "examples", Map.of("match", List.of("cat '" + example + "'"), "pass", List.of("ls -l")))));
        return Optional.of(Json.MAPPER.writeValueAsString(pack).getBytes(StandardCharsets.UTF_8));
    }
}

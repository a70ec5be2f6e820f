package io.openclaw.gateway.standalone;

import io.openclaw.gateway.embedded.PrivateFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The MCP servers of {@code deploy/run --upstream NAME=URL}. They are a policy file of their own, which is written anew at each
 * start, and gone when none is given.
 *
 * @param urls by name
 */
record CommandLineUpstreams(Map<String, String> urls) {
    private static final String FILE = "command-line.yaml";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    /**
     * Reads {@code NAME=URL}, with spaces between several.
     *
     * @throws IllegalArgumentException naming what is none
     */
    static CommandLineUpstreams of(String text) {
        Map<String, String> urls = new LinkedHashMap<>();
        for (String each : text.strip().split("\\s+", -1)) {
            if (each.isEmpty()) {
                continue;
            }
            int equals = each.indexOf('=');
            String name = equals < 0 ? "" : each.substring(0, equals);
            String url = each.substring(equals + 1);
            if (!NAME.matcher(name).matches() || !isUrl(url)) {
                throw new IllegalArgumentException(
                        "--upstream wants NAME=URL, such as everything=http://127.0.0.1:3001/mcp, and got '" + each
                                + "'");
            }
            urls.put(name, url);
        }
        return new CommandLineUpstreams(urls);
    }

    private static boolean isUrl(String text) {
        try {
            URI uri = URI.create(text);
            return uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    boolean isEmpty() {
        return urls.isEmpty();
    }

    /** Writes the policy file, or removes the one that an earlier start wrote. */
    void writeTo(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (isEmpty()) {
            Files.deleteIfExists(file);
            return;
        }
        List<String> lines = new ArrayList<>();
        lines.add(
                "# What deploy/run --upstream asked for; written anew at each start. The demo agent may use all of it.");
        lines.add("upstreams:");
        urls.forEach((name, url) -> {
            lines.add("  - name: " + name);
            lines.add("    mcp: {urls: [\"" + url + "\"]}");
            lines.add("    unknownTools: allow");
        });
        lines.add("rules:");
        lines.add("  - id: command-line-upstreams");
        lines.add("    tools: ["
                + String.join(
                        ", ",
                        urls.keySet().stream().map(name -> '"' + name + "/*\"").toList()) + "]");
        lines.add("    when: agent.id == 'demo'");
        lines.add("    effect: allow");
        lines.add("    reason: deploy/run --upstream lets the demo agent use all tools of this upstream");
        PrivateFile.write(file, writer -> writer.write(String.join("\n", lines) + "\n"));
    }
}

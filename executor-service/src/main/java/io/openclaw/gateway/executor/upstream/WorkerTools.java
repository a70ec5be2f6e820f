package io.openclaw.gateway.executor.upstream;

import io.openclaw.gateway.common.policy.ToolDefinition;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The tools of an OpenClaw worker, which has no way to list them: those that are shipped with the gateway, and those of a file
 * that adds to them or takes their place. The file is read again at every look; one that is broken changes nothing.
 */
public final class WorkerTools {
    private static final Logger log = LoggerFactory.getLogger(WorkerTools.class);
    private static final Set<String> KNOWN = Set.of("outputSchema", "icons", "_meta");
    private static final String SHIPPED = "/openclaw-tools.yaml";
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final @Nullable Path file;
    private final Map<String, ToolDefinition> shipped;
    private List<ToolDefinition> last;
    private String lastText = "";

    /** The content of a file. */
    record Catalogue(List<ToolDefinition> tools) {}

    /**
     * @param file more tools, if there are any
     */
    public WorkerTools(@Nullable Path file) {
        this.file = file;
        try (InputStream in = WorkerTools.class.getResourceAsStream(SHIPPED)) {
            if (in == null) {
                throw new IllegalStateException("this jar has no " + SHIPPED);
            }
            this.shipped = read(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.last = List.copyOf(shipped.values());
    }

    /** Returns the tools as they are defined now. */
    public synchronized List<ToolDefinition> now() {
        if (file == null) {
            return last;
        }
        try {
            String text = Files.readString(file);
            if (!text.equals(lastText)) {
                lastText = text;
                Map<String, ToolDefinition> all = new LinkedHashMap<>(shipped);
                all.putAll(read(text));
                last = List.copyOf(all.values());
            }
        } catch (IOException | JacksonException | IllegalArgumentException e) {
            log.error("the tool catalogue {} is broken, and changes nothing: {}", file, e.getMessage());
        }
        return last;
    }

    private static Map<String, ToolDefinition> read(String yaml) {
        Map<String, ToolDefinition> byName = new LinkedHashMap<>();
        Catalogue catalogue = yaml.isBlank() ? null : YAML.readValue(yaml, Catalogue.class);
        if (catalogue != null && catalogue.tools() != null) {
            for (ToolDefinition tool : catalogue.tools()) {
                if (!KNOWN.containsAll(tool.more().keySet())) {
                    throw new IllegalArgumentException("the tool '" + tool.name() + "' has fields that no tool has: "
                            + tool.more().keySet());
                }
                if (tool.name() == null || byName.put(tool.name(), tool) != null) {
                    throw new IllegalArgumentException("the tool '" + tool.name() + "' has no name, or is there twice");
                }
            }
        }
        return byName;
    }
}

package io.openclaw.gateway.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** docker-compose.yml, with its anchors followed and what is merged merged. */
final class ComposeFile {
    static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();

    private final JsonNode document;

    private ComposeFile(JsonNode document) {
        this.document = document;
    }

    static ComposeFile read() {
        // Jackson's tree does not follow aliases, SnakeYAML's own objects do.
        try (var in = Files.newBufferedReader(ROOT.resolve("docker-compose.yml"))) {
            Object loaded = new Yaml().load(in);
            return new ComposeFile(new YAMLMapper().valueToTree(loaded));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode service(String name) {
        return document.at("/services/" + name);
    }

    Iterable<String> services() {
        return document.get("services").propertyNames();
    }

    JsonNode secrets() {
        return document.get("secrets");
    }

    Map<String, String> environment(String service) {
        Map<String, String> environment = new TreeMap<>();
        service(service)
                .path("environment")
                .properties()
                .forEach(each -> environment.put(
                        each.getKey(),
                        each.getValue().isNull() ? "" : each.getValue().asString()));
        return environment;
    }

    /** Returns the broker's settings, named as its image names them: KAFKA_A_B is a.b, and three underscores are a dash. */
    Map<String, String> kafkaSettings() {
        Map<String, String> settings = new TreeMap<>();
        environment("kafka").forEach((name, value) -> {
            if (name.startsWith("KAFKA_") && !name.equals("KAFKA_OPTS")) {
                settings.put(propertyOf(name), value);
            }
        });
        return settings;
    }

    static String propertyOf(String variable) {
        return variable.substring("KAFKA_".length())
                .toLowerCase(Locale.ROOT)
                .replace("___", "-")
                .replace("__", "\0")
                .replace('_', '.')
                .replace('\0', '_');
    }
}

package io.openclaw.gateway.vetting.core.tool;

import io.openclaw.gateway.vetting.core.shell.Languages;
import io.openclaw.gateway.vetting.core.shell.Paths;
import io.openclaw.gateway.vetting.core.shell.Surroundings;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Where and with what the commands among some arguments are run: the working directories and variables that stand beside
 * them, at any of the usual names.
 *
 * @param directories every directory that it may be; more than one if the arguments do not agree
 * @param environment variables by name
 * @param input standard input, if it is given apart
 * @param language what the code is written in, in its usual name
 */
record ArgumentContext(
        List<String> directories,
        Map<String, String> environment,
        @Nullable String input,
        @Nullable String language) {
    static final ArgumentContext NONE = new ArgumentContext(List.of(""), Map.of(), null, null);

    private static final int MAX_DIRECTORIES = 4;
    private static final int MAX_VARIABLES = 200;
    private static final int MAX_DEPTH = 3;

    /** Returns what an object of arguments says, and of what it says nothing, what holds around it. */
    ArgumentContext within(JsonNode object, ToolProfile tool) {
        var found = new Collected();
        collect(object, tool, 0, found);
        List<String> places = new ArrayList<>(found.directories);
        if (places.isEmpty()) {
            places.addAll(directories);
        } else if (!found.certain && !places.contains("")) {
            places.add("");
        }
        Map<String, String> variables = new LinkedHashMap<>(environment);
        variables.putAll(found.environment);
        return new ArgumentContext(
                List.copyOf(places.subList(0, Math.min(MAX_DIRECTORIES, places.size()))),
                variables,
                found.input == null ? input : found.input,
                found.language == null ? language : found.language);
    }

    /** Returns one reading for each directory. */
    List<Surroundings> surroundings() {
        return directories.stream()
                .map(directory -> new Surroundings(directory, environment, input))
                .toList();
    }

    private static final class Collected {
        final List<String> directories = new ArrayList<>();
        final Map<String, String> environment = new LinkedHashMap<>();
        boolean certain;

        @Nullable
        String input;

        @Nullable
        String language;
    }

    private static void collect(JsonNode object, ToolProfile tool, int depth, Collected found) {
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            JsonNode value = entry.getValue();
            Role role = Role.of(entry.getKey(), tool);
            if (role == Role.DIRECTORY && value.isString() && value.asString().length() < 4096) {
                String directory = Paths.resolve("", Paths.normal(value.asString()));
                String place = directory.equals(".") ? "" : directory;
                found.certain |= depth == 0 && Role.isCertainDirectory(entry.getKey());
                if (!found.directories.contains(place)) {
                    found.directories.add(place);
                }
            } else if (role == Role.ENVIRONMENT) {
                variables(value, found.environment, 0);
            } else if (role == Role.INPUT && value.isString() && depth == 0) {
                found.input = value.asString();
            } else if (role == Role.LANGUAGE && value.isString() && found.language == null) {
                // One that says nothing is none.
                String language = Languages.normal(Normalizer.normalize(value.asString(), Normalizer.Form.NFKC));
                found.language = language.isEmpty() ? null : language;
            } else if (depth < MAX_DEPTH && value.isObject()) {
                collect(value, tool, depth + 1, found);
            }
        }
    }

    /** Variables as an object, as {@code K=V} texts, or as objects of a name and a value. */
    private static void variables(JsonNode value, Map<String, String> environment, int depth) {
        if (depth > 2 || environment.size() > MAX_VARIABLES) {
            return;
        }
        if (value.isArray()) {
            value.forEach(element -> variables(element, environment, depth + 1));
        } else if (value.isString()) {
            JsonNode inner = EmbeddedJson.in(value.asString());
            if (inner != null) {
                variables(inner, environment, depth + 1);
                return;
            }
            for (String line : value.asString().split("[\n\r\0]+", MAX_VARIABLES)) {
                String text = line.strip().replaceFirst("^(?:export|set|setx) ", "");
                int equals = text.indexOf('=');
                if (equals > 0) {
                    put(environment, text.substring(0, equals), text.substring(equals + 1));
                }
            }
        } else if (value.isObject()) {
            JsonNode name = first(value, "name", "key", "variable", "Name", "Key");
            JsonNode content = first(value, "value", "val", "Value");
            if (name != null && content != null && name.isString()) {
                put(environment, name.asString(), content.asString(""));
                return;
            }
            for (Map.Entry<String, JsonNode> entry : value.properties()) {
                if (entry.getValue().isValueNode()) {
                    put(environment, entry.getKey(), entry.getValue().asString(""));
                } else {
                    variables(entry.getValue(), environment, depth + 1);
                }
            }
        }
    }

    private static void put(Map<String, String> environment, String name, String value) {
        if (environment.size() < MAX_VARIABLES) {
            environment.put(name.strip(), value);
        }
    }

    private static @Nullable JsonNode first(JsonNode object, String... names) {
        for (String name : names) {
            JsonNode value = object.get(name);
            if (value != null) {
                return value;
            }
        }
        return null;
    }
}

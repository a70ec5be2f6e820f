package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes JSON Schemas (2020-12) of the records that events are, with what their Javadoc says of each field. */
final class EventSchemas {
    private static final Path SOURCES = Path.of("src/main/java");
    private static final Pattern PARAMETER =
            Pattern.compile("@param (\\w+) (.*?)(?=@param |@return |\\z)", Pattern.DOTALL);

    private final ObjectNode definitions = Json.MAPPER.createObjectNode();

    private EventSchemas() {}

    /** Returns the schema of a type of event. */
    static ObjectNode of(EventType type) {
        var schemas = new EventSchemas();
        ObjectNode schema = Json.MAPPER.createObjectNode();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("$id", "urn:openclaw:" + type.typeName());
        schema.put("title", type.shortName());
        schema.setAll(schemas.object(type.eventClass()));
        if (!schemas.definitions.isEmpty()) {
            schema.set("$defs", schemas.definitions);
        }
        return schema;
    }

    private ObjectNode object(Class<?> type) {
        ObjectNode schema = Json.MAPPER.createObjectNode();
        Javadoc said = Javadoc.of(type);
        if (!said.text().isEmpty()) {
            schema.put("description", said.text());
        }
        schema.put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = Json.MAPPER.createArrayNode();
        JsonInclude inclusion = type.getAnnotation(JsonInclude.class);
        boolean leavesOutWhatIsEmpty = inclusion != null && inclusion.value() == JsonInclude.Include.NON_EMPTY;
        for (RecordComponent component : type.getRecordComponents()) {
            if (component.getAccessor().isAnnotationPresent(JsonAnyGetter.class)) {
                // Whatever else is there, such as what a newer version wrote.
                continue;
            }
            ObjectNode property = schema(component.getGenericType());
            String text = said.parameters().getOrDefault(component.getName(), "");
            if (!text.isEmpty()) {
                property.put("description", text);
            }
            String name = nameOf(component);
            properties.set(name, property);
            if (!isNullable(component) && !leavesOutWhatIsEmpty) {
                required.add(name);
            }
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        return schema;
    }

    private static String nameOf(RecordComponent component) {
        JsonProperty property = component.getAccessor().getAnnotation(JsonProperty.class);
        return property == null || property.value().isEmpty() ? component.getName() : property.value();
    }

    private static boolean isNullable(RecordComponent component) {
        return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private ObjectNode schema(Type type) {
        ObjectNode schema = Json.MAPPER.createObjectNode();
        if (type instanceof ParameterizedType generic) {
            Class<?> raw = (Class<?>) generic.getRawType();
            Type[] of = generic.getActualTypeArguments();
            if (Collection.class.isAssignableFrom(raw)) {
                schema.put("type", "array").set("items", schema(of[0]));
            } else if (Map.class.isAssignableFrom(raw)) {
                schema.put("type", "object").set("additionalProperties", schema(of[1]));
            } else {
                throw new IllegalArgumentException("no schema for " + type);
            }
            return schema;
        }
        Class<?> plain = (Class<?>) type;
        if (plain == String.class) {
            schema.put("type", "string");
        } else if (plain == UUID.class) {
            schema.put("type", "string").put("format", "uuid");
        } else if (plain == Instant.class) {
            schema.put("type", "string").put("format", "date-time");
        } else if (plain == boolean.class || plain == Boolean.class) {
            schema.put("type", "boolean");
        } else if (plain == double.class || plain == Double.class) {
            schema.put("type", "number");
        } else if (plain == int.class || plain == long.class || plain == Integer.class || plain == Long.class) {
            schema.put("type", "integer");
        } else if (plain.isEnum()) {
            ArrayNode values = schema.putArray("enum");
            Arrays.stream(plain.getEnumConstants()).forEach(value -> values.add(Json.MAPPER.valueToTree(value)));
        } else if (plain.isRecord()) {
            String name = plain.getSimpleName();
            if (!definitions.has(name)) {
                // Before it is complete, because a record may hold others of its kind.
                definitions.putObject(name);
                definitions.set(name, object(plain));
            }
            schema.put("$ref", "#/$defs/" + name);
        } else if (plain != RawJson.class) {
            throw new IllegalArgumentException("no schema for " + type);
        }
        return schema;
    }

    /**
     * Returns what a schema says of each field, by its path: its type, and {@code !} if it is always there. What readers of before
     * rely on.
     */
    static Map<String, String> fields(JsonNode schema) {
        Map<String, String> fields = new TreeMap<>();
        addFields(schema, schema, "", fields);
        return fields;
    }

    private static void addFields(JsonNode root, JsonNode object, String path, Map<String, String> fields) {
        object.path("properties").properties().forEach(property -> {
            boolean always = object.path("required")
                    .valueStream()
                    .anyMatch(name -> name.asString().equals(property.getKey()));
            addField(root, property.getValue(), path + "/" + property.getKey(), always ? "!" : "", fields);
        });
    }

    private static void addField(
            JsonNode root, JsonNode schema, String path, String always, Map<String, String> fields) {
        JsonNode resolved =
                schema.has("$ref") ? root.at(schema.get("$ref").asString().substring(1)) : schema;
        fields.put(path, kindOf(resolved) + always);
        if (resolved.has("items")) {
            addField(root, resolved.get("items"), path + "/*", "", fields);
        } else if (resolved.path("additionalProperties").isObject()) {
            addField(root, resolved.get("additionalProperties"), path + "/*", "", fields);
        } else {
            addFields(root, resolved, path, fields);
        }
    }

    private static String kindOf(JsonNode schema) {
        if (schema.has("enum")) {
            return "enum";
        }
        return schema.path("type").asString("any")
                + (schema.has("format") ? ":" + schema.get("format").asString() : "");
    }

    /** What the Javadoc of a record says, of it and of its components. */
    private record Javadoc(String text, Map<String, String> parameters) {
        static Javadoc of(Class<?> type) {
            Class<?> outer = type.getEnclosingClass() == null ? type : type.getEnclosingClass();
            Path file = SOURCES.resolve(outer.getName().replace('.', '/') + ".java");
            String source;
            try {
                source = Files.readString(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            Matcher named =
                    Pattern.compile("\\brecord " + type.getSimpleName() + "\\b").matcher(source);
            if (!named.find()) {
                throw new IllegalStateException(file + " has no record " + type.getSimpleName());
            }
            int end = source.lastIndexOf("*/", named.start());
            // What stands between its Javadoc and a record is annotations; anything else says that it has none.
            if (end < 0 || source.substring(end, named.start()).matches("(?s).*[;{}].*")) {
                return new Javadoc("", Map.of());
            }
            String plain = plain(source.substring(source.lastIndexOf("/**", end) + 3, end));
            int first = plain.indexOf("@param");
            Map<String, String> parameters = new TreeMap<>();
            PARAMETER
                    .matcher(plain)
                    .results()
                    .forEach(each -> parameters.put(each.group(1), each.group(2).strip()));
            return new Javadoc((first < 0 ? plain : plain.substring(0, first)).strip(), parameters);
        }

        private static String plain(String javadoc) {
            return javadoc.replaceAll("(?m)^\\s*\\*", " ")
                    .replaceAll("\\{@(?:code|value|link|linkplain) #?([^}]*)}", "$1")
                    .replaceAll("</?p>|<p>", " ")
                    .replaceAll("\\s+", " ")
                    .strip();
        }
    }
}

package io.openclaw.gateway.ingress.execute.model;

import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import io.openclaw.gateway.common.json.RawJson;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** JSON Schemas of tools as langchain4j has them: the outermost object read, everything in it passed on as it is. */
final class ToolSchemas {
    private ToolSchemas() {}

    /** Returns the schema; any object, if there is none or it is not of an object. */
    static JsonObjectSchema of(@Nullable RawJson schema) {
        var object = JsonObjectSchema.builder();
        JsonNode read = read(schema);
        if (read == null) {
            return object.additionalProperties(true).build();
        }
        read.path("properties")
                .properties()
                .forEach(property -> object.addProperty(
                        property.getKey(),
                        JsonRawSchema.from(
                                property.getValue().isObject()
                                        ? property.getValue().toString()
                                        : "{}")));
        if (read.path("required").isArray()) {
            object.required(read.get("required")
                    .valueStream()
                    .filter(JsonNode::isString)
                    .map(JsonNode::asString)
                    .toList());
        }
        if (read.path("additionalProperties").isBoolean()) {
            object.additionalProperties(read.get("additionalProperties").booleanValue());
        }
        Map<String, JsonSchemaElement> definitions = new LinkedHashMap<>();
        read.path("$defs")
                .properties()
                .forEach(each -> definitions.put(
                        each.getKey(), JsonRawSchema.from(each.getValue().toString())));
        if (!definitions.isEmpty()) {
            object.definitions(definitions);
        }
        return object.build();
    }

    private static @Nullable JsonNode read(@Nullable RawJson schema) {
        if (schema == null) {
            return null;
        }
        try {
            JsonNode read = schema.as(JsonNode.class);
            return read.isObject() ? read : null;
        } catch (JacksonException e) {
            return null;
        }
    }
}

package io.openclaw.gateway.approval.core;

import io.openclaw.gateway.common.json.CanonicalJson;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import java.util.Arrays;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The arguments of a call as a person changed them, who saw them masked. */
public final class EditedArguments {
    private static final int MAX_LENGTH = 200_000;

    private EditedArguments() {}

    /**
     * Returns the arguments that a person means: where a value is still the mask that the person was shown, the call's own.
     *
     * @param text what the person wrote
     * @param shown the call's arguments, masked, as the person saw them
     * @param original the call's arguments
     * @throws IllegalArgumentException saying what is wrong with the text
     */
    public static RawJson read(String text, RawJson shown, RawJson original) {
        if (text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "the arguments have " + text.length() + " characters, and may have " + MAX_LENGTH);
        }
        JsonNode edited;
        try {
            edited = Json.MAPPER.readTree(text);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("the arguments are no JSON: " + e.getOriginalMessage(), e);
        }
        if (!(edited instanceof ObjectNode)) {
            throw new IllegalArgumentException("the arguments have to be a JSON object");
        }
        JsonNode meant = unmasked(edited, shown.as(JsonNode.class), original.as(JsonNode.class));
        RawJson result = RawJson.from(meant);
        if (Arrays.equals(CanonicalJson.of(result), CanonicalJson.of(original))) {
            throw new IllegalArgumentException("nothing is changed");
        }
        return result;
    }

    private static JsonNode unmasked(JsonNode edited, JsonNode shown, JsonNode original) {
        if (edited.equals(shown)) {
            return original;
        }
        if (edited instanceof ObjectNode object && shown.isObject() && original.isObject()) {
            var result = object.objectNode();
            object.properties().forEach(field -> {
                JsonNode was = shown.get(field.getKey());
                JsonNode is = original.get(field.getKey());
                result.set(
                        field.getKey(),
                        was == null || is == null ? field.getValue() : unmasked(field.getValue(), was, is));
            });
            return result;
        }
        if (edited instanceof ArrayNode array
                && shown.isArray()
                && original.isArray()
                && array.size() == shown.size()
                && shown.size() == original.size()) {
            var result = array.arrayNode();
            for (int i = 0; i < array.size(); i++) {
                result.add(unmasked(array.get(i), shown.get(i), original.get(i)));
            }
            return result;
        }
        return edited;
    }
}

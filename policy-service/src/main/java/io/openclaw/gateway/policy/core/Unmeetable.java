package io.openclaw.gateway.policy.core;

import com.networknt.schema.SpecificationVersion;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Finds a tool's schema that no JSON object can meet, as far as a look at its keywords shows that: one that is about a list
 * or a text, or about nothing. Held against arguments, it would refuse every call of its tool. A schema without a finding may
 * still be one that nothing meets.
 */
final class Unmeetable {
    private static final List<String> ANY = List.of("anyOf", "oneOf");
    private static final int MAX_DEPTH = 100;

    private final ObjectNode root;
    private final boolean ignoresBesideRef;
    /** By schema: each is looked at once, however many others refer to it. Empty for one that some object may meet. */
    private final IdentityHashMap<JsonNode, String> known = new IdentityHashMap<>();

    private int depth;

    /** @param root a schema whose references lead to places within it, written as {@code #/…} */
    Unmeetable(ObjectNode root, SpecificationVersion version) {
        this.root = root;
        this.ignoresBesideRef = version.getOrder() < SpecificationVersion.DRAFT_2019_09.getOrder();
    }

    /** Returns why no object meets the schema; null if some may. */
    @Nullable
    String why() {
        return why(root);
    }

    private @Nullable String why(JsonNode schema) {
        if (schema.isBoolean()) {
            return schema.asBoolean() ? null : "it is false";
        }
        if (!(schema instanceof ObjectNode object) || depth >= MAX_DEPTH) {
            return null;
        }
        // One that refers back to itself is met by what meets the rest of it, as far as this can tell.
        String before = known.putIfAbsent(schema, "");
        if (before != null) {
            return before.isEmpty() ? null : before;
        }
        depth++;
        String found = whyOfReference(object);
        if (found == null && !(ignoresBesideRef && object.has("$ref"))) {
            found = whyOfKeywords(object);
            if (found == null) {
                found = whyOfParts(object);
            }
        }
        depth--;
        if (found != null) {
            known.put(schema, found);
        }
        return found;
    }

    private @Nullable String whyOfReference(ObjectNode schema) {
        String reference = schema.path("$ref").asString("");
        JsonNode target = reference.startsWith("#")
                ? SchemaReading.at(root, SchemaReading.decoded(reference.substring(1)))
                : null;
        return target == null ? null : why(target);
    }

    private static @Nullable String whyOfKeywords(ObjectNode schema) {
        JsonNode type = schema.get("type");
        if (type != null && !namesObject(type)) {
            return "its type is " + type + ", and arguments are an object";
        }
        JsonNode only = schema.get("const");
        if (only != null && !only.isObject()) {
            return "it is the constant " + only + ", and arguments are an object";
        }
        JsonNode some = schema.get("enum");
        if (some != null && some.isArray() && some.valueStream().noneMatch(JsonNode::isObject)) {
            return "its enum has no object, and arguments are one";
        }
        JsonNode not = schema.get("not");
        if (not != null && takesEveryObject(not)) {
            return "'not' excludes every object";
        }
        JsonNode required = schema.path("required");
        if (SchemaReading.isTexts(required)) {
            for (JsonNode each : required) {
                String name = each.asString();
                if (isForbidden(schema, name)) {
                    return "it requires '" + name + "', and allows no such property";
                }
            }
        }
        return schema.path("minProperties").isNumber()
                        && schema.path("maxProperties").isNumber()
                        && schema.get("minProperties")
                                        .decimalValue()
                                        .compareTo(schema.get("maxProperties").decimalValue())
                                > 0
                ? "it wants more properties than it allows"
                : null;
    }

    private @Nullable String whyOfParts(ObjectNode schema) {
        for (JsonNode each : schema.path("allOf")) {
            String why = why(each);
            if (why != null) {
                return why;
            }
        }
        for (String keyword : ANY) {
            JsonNode branches = schema.path(keyword);
            if (!branches.isEmpty() && branches.valueStream().allMatch(each -> why(each) != null)) {
                return "none of its " + keyword + " can be met: " + why(branches.get(0));
            }
        }
        return null;
    }

    private static boolean namesObject(JsonNode type) {
        return type.isString()
                ? type.asString().equals("object")
                : type.valueStream().anyMatch(each -> each.asString("").equals("object"));
    }

    private static boolean takesEveryObject(JsonNode schema) {
        return schema.isBoolean()
                ? schema.asBoolean()
                : schema.isEmpty() || (schema.size() == 1 && schema.has("type") && namesObject(schema.get("type")));
    }

    private static boolean isForbidden(ObjectNode schema, String name) {
        JsonNode own = schema.path("properties").get(name);
        if (own != null) {
            return own.isBoolean() && !own.asBoolean();
        }
        JsonNode others = schema.path("additionalProperties");
        return others.isBoolean()
                && !others.asBoolean()
                && schema.path("patternProperties").isEmpty();
    }
}

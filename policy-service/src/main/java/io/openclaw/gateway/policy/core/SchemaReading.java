package io.openclaw.gateway.policy.core;

import com.networknt.schema.SpecificationVersion;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes of a tool's schema one that the validator can use: keywords that cannot be used are taken out, references lead to
 * places within the schema, and what an older draft wrote otherwise is written as 2020-12 has it where the schema names no
 * dialect. Where less is checked than the schema says, {@code not}, {@code if} and {@code oneOf} around it check less too, so
 * that nothing is refused because of a keyword that was taken out.
 */
final class SchemaReading {
    private static final int MAX_SCHEMAS = 20_000;
    private static final int MAX_RESOURCES = 1_000;
    private static final int MAX_PATTERN_SIZE = 100_000;
    private static final int MAX_NOTES = 20;
    private static final int MAX_EXPONENT = 1_000;
    private static final URI HERE = URI.create("schema://tool/");
    private static final Set<String> TYPES =
            Set.of("array", "boolean", "integer", "null", "number", "object", "string");
    private static final Set<String> MAPS =
            Set.of("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies");
    private static final Set<String> LISTS = Set.of("allOf", "anyOf", "oneOf", "prefixItems");
    private static final Set<String> SINGLE = Set.of(
            "additionalProperties",
            "unevaluatedProperties",
            "propertyNames",
            "items",
            "additionalItems",
            "unevaluatedItems",
            "contains",
            "not",
            "if",
            "then",
            "else");
    /** Those that are about the same value as the schema that has them. */
    private static final Set<String> IN_PLACE =
            Set.of("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "dependencies");

    private static final Set<String> DEFINITIONS = Set.of("$defs", "definitions");
    private static final Set<String> REFERENCES = Set.of("$ref", "$dynamicRef", "$recursiveRef");
    private static final Map<String, Predicate<JsonNode>> SHAPES = shapes();
    /** Without one of these, anyone who names properties means that there are no others. */
    private static final List<String> SAYS_MORE = List.of(
            "additionalProperties",
            "unevaluatedProperties",
            "patternProperties",
            "$ref",
            "$dynamicRef",
            "$recursiveRef",
            "allOf",
            "anyOf",
            "oneOf",
            "if",
            "dependentSchemas");

    private final List<String> notes = new ArrayList<>();
    private final IdentityHashMap<ObjectNode, Place> places = new IdentityHashMap<>();
    private final List<Place> inOrder = new ArrayList<>();
    private final Deque<Reference> references = new ArrayDeque<>();
    private final Map<String, Resource> resources = new HashMap<>();
    private final Map<String, String> anchors = new HashMap<>();
    private final Map<String, List<String>> dynamicAnchors = new HashMap<>();
    /** Schemas that check less than they say. */
    private final Set<ObjectNode> loose = Collections.newSetFromMap(new IdentityHashMap<>());
    /** Schemas that lost something which names properties, or items. */
    private final Set<ObjectNode> lostProperties = Collections.newSetFromMap(new IdentityHashMap<>());

    private final Set<ObjectNode> lostItems = Collections.newSetFromMap(new IdentityHashMap<>());
    private SpecificationVersion version = SpecificationVersion.DRAFT_2020_12;
    private int patternSize;
    private int notesLeftOut;

    /** A schema within the schema. */
    private static final class Place {
        final ObjectNode schema;
        final String pointer;
        /** The schemas that it consists of, and those that it refers to. */
        final List<Link> links = new ArrayList<>();

        Place(ObjectNode schema, String pointer) {
            this.schema = schema;
            this.pointer = pointer;
        }
    }

    private record Link(String keyword, ObjectNode target, boolean isInPlace) {}

    private record Reference(Place from, String keyword, URI base) {}

    private record Resource(String pointer) {}

    private static final class TooLargeException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private static Map<String, Predicate<JsonNode>> shapes() {
        Map<String, Predicate<JsonNode>> shapes = new HashMap<>();
        Predicate<JsonNode> count = node -> isCount(node);
        for (String keyword : List.of(
                "minLength",
                "maxLength",
                "minItems",
                "maxItems",
                "minProperties",
                "maxProperties",
                "minContains",
                "maxContains")) {
            shapes.put(keyword, count);
        }
        for (String keyword : List.of("minimum", "maximum")) {
            shapes.put(keyword, SchemaReading::isNumber);
        }
        for (String keyword : List.of("exclusiveMinimum", "exclusiveMaximum")) {
            shapes.put(keyword, node -> isNumber(node) || node.isBoolean());
        }
        shapes.put("multipleOf", node -> isNumber(node) && node.decimalValue().signum() > 0);
        shapes.put("uniqueItems", JsonNode::isBoolean);
        shapes.put("required", SchemaReading::isTexts);
        shapes.put("enum", node -> node.isArray() && !node.isEmpty());
        shapes.put("pattern", JsonNode::isString);
        shapes.put(
                "type",
                node -> node.isString()
                        ? TYPES.contains(node.asString())
                        : isTexts(node)
                                && !node.isEmpty()
                                && node.valueStream().allMatch(type -> TYPES.contains(type.asString())));
        shapes.put(
                "dependentRequired",
                node -> node.isObject() && node.valueStream().allMatch(SchemaReading::isTexts));
        shapes.put("format", JsonNode::isString);
        return shapes;
    }

    private static boolean isNumber(JsonNode node) {
        if (!node.isNumber()) {
            return false;
        }
        BigDecimal number = node.decimalValue();
        return Math.abs((long) number.precision() - number.scale()) <= MAX_EXPONENT
                && Math.abs((long) number.scale()) <= MAX_EXPONENT;
    }

    private static boolean isCount(JsonNode node) {
        if (!isNumber(node)) {
            return false;
        }
        BigDecimal number = node.decimalValue();
        return number.signum() >= 0
                && number.stripTrailingZeros().scale() <= 0
                && number.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) <= 0;
    }

    static boolean isTexts(JsonNode node) {
        return node.isArray() && node.valueStream().allMatch(JsonNode::isString);
    }

    /** Returns what can be used of a schema, changed in place; null if nothing can. */
    @Nullable
    JsonNode read(JsonNode schema) {
        if (schema.isBoolean()) {
            if (schema.asBoolean()) {
                return schema;
            }
            notes.add("the whole schema is not checked: no arguments could meet it, because it is false");
            return null;
        }
        if (!(schema instanceof ObjectNode root)) {
            notes.add("the whole schema is not checked: it is neither an object nor a boolean");
            return null;
        }
        chooseVersion(root);
        close(root);
        try {
            resources.put(HERE.toString(), new Resource(""));
            visit(root, "", HERE);
            while (!references.isEmpty()) {
                resolve(references.poll());
            }
        } catch (TooLargeException e) {
            notes.clear();
            notesLeftOut = 0;
            notes.add("the whole schema is not checked: it consists of more than " + MAX_SCHEMAS
                    + " schemas, or of more" + " than " + MAX_RESOURCES + " with an id");
            return null;
        }
        breakCycles();
        loosen();
        String why = new Unmeetable(root, version).why();
        if (why != null) {
            note("the whole schema is not checked: no arguments could meet it, because " + why);
            return null;
        }
        return root;
    }

    /**
     * Says of a schema that names properties and leaves it open whether others may come that they may not. What it asks for
     * elsewhere is named as well.
     */
    private static void close(ObjectNode root) {
        if (!(root.get("properties") instanceof ObjectNode properties)
                || SAYS_MORE.stream().anyMatch(root::has)
                || root.path("dependencies").valueStream().anyMatch(SchemaReading::isSchema)) {
            return;
        }
        Set<String> named = new LinkedHashSet<>();
        addTexts(named, root.path("required"));
        for (String keyword : List.of("dependentRequired", "dependencies")) {
            if (root.get(keyword) instanceof ObjectNode dependencies) {
                named.addAll(dependencies.propertyNames());
                dependencies.values().forEach(names -> addTexts(named, names));
            }
        }
        named.stream().filter(name -> !properties.has(name)).forEach(properties::putObject);
        JsonNode least = root.path("minProperties");
        if (!isCount(least) || least.decimalValue().compareTo(BigDecimal.valueOf(properties.size())) <= 0) {
            root.put("additionalProperties", false);
        }
    }

    private static void addTexts(Set<String> names, JsonNode texts) {
        if (isTexts(texts)) {
            texts.forEach(text -> names.add(text.asString()));
        }
    }

    SpecificationVersion version() {
        return version;
    }

    List<String> notes() {
        if (notesLeftOut > 0) {
            var all = new ArrayList<>(notes);
            all.add("and " + notesLeftOut + " more");
            return all;
        }
        return notes;
    }

    private void note(String text) {
        if (notes.size() < MAX_NOTES) {
            notes.add(ToolSchema.shortened(text));
        } else {
            notesLeftOut++;
        }
    }

    private void chooseVersion(ObjectNode root) {
        JsonNode named = root.get("$schema");
        if (named == null) {
            return;
        }
        String id = named.isString() ? named.asString().strip().replaceAll("#$", "") : "";
        var known = SpecificationVersion.fromDialectId(
                        id.replaceFirst("^http://json-schema\\.org/draft/", "https://json-schema.org/draft/"))
                .or(() -> SpecificationVersion.fromDialectId(id + "#"))
                .or(() -> SpecificationVersion.fromDialectId(id))
                .or(() -> SpecificationVersion.fromDialectId(
                        id.replaceFirst("^https://json-schema\\.org/draft-", "http://json-schema.org/draft-") + "#"));
        if (known.isPresent()) {
            version = known.get();
        } else {
            note("/$schema names the dialect " + named + ", which is not known: the schema is read as 2020-12");
        }
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    private void drop(Place place, String keyword, String why) {
        note(place.pointer + "/" + escaped(keyword) + " is not checked: " + why);
        place.schema.remove(keyword);
        loose.add(place.schema);
        if (keyword.equals("properties") || keyword.equals("patternProperties")) {
            lostProperties.add(place.schema);
        } else if (keyword.equals("prefixItems")) {
            lostItems.add(place.schema);
        }
    }

    /** Reads a schema and those that it consists of. */
    private void visit(ObjectNode schema, String pointer, URI base) {
        if (places.containsKey(schema)) {
            return;
        }
        if (places.size() >= MAX_SCHEMAS) {
            throw new TooLargeException();
        }
        var place = new Place(schema, pointer);
        places.put(schema, place);
        inOrder.add(place);
        URI here = identify(place, base);
        modernise(place);
        for (String keyword : List.copyOf(schema.propertyNames())) {
            JsonNode value = schema.get(keyword);
            if (REFERENCES.contains(keyword)) {
                references.add(new Reference(place, keyword, here));
            } else if (keyword.equals("items") && value.isArray() && isOld()) {
                list(place, keyword, value, here);
            } else if (SINGLE.contains(keyword)) {
                single(place, keyword, value, here);
            } else if (LISTS.contains(keyword)) {
                list(place, keyword, value, here);
            } else if (MAPS.contains(keyword)) {
                map(place, keyword, value, here);
            } else {
                check(place, keyword, value);
            }
        }
    }

    /** Tells whether the dialect is one in which items may be an array. */
    private boolean isOld() {
        return version != SpecificationVersion.DRAFT_2020_12;
    }

    private URI identify(Place place, URI base) {
        ObjectNode schema = place.schema;
        URI here = base;
        String idKeyword = version == SpecificationVersion.DRAFT_4 ? "id" : "$id";
        JsonNode id = schema.get(idKeyword);
        // Before 2019-09 what stands beside a $ref is ignored.
        boolean isIgnored = schema.has("$ref") && version.getOrder() < SpecificationVersion.DRAFT_2019_09.getOrder();
        if (id != null && !isIgnored) {
            schema.remove(idKeyword);
            try {
                URI resolved = base.resolve(new URI(id.isString() ? id.asString() : ":"));
                if (resolved.getRawFragment() != null
                        && !resolved.getRawFragment().isEmpty()) {
                    anchors.putIfAbsent(resolved.toString(), place.pointer);
                }
                here = withoutFragment(resolved);
                resources.putIfAbsent(here.toString(), new Resource(place.pointer));
                if (resources.size() > MAX_RESOURCES) {
                    throw new TooLargeException();
                }
            } catch (java.net.URISyntaxException e) {
                // It names the schema for others, and there are none: only references can miss it.
                note(place.pointer + "/" + idKeyword + " is ignored: " + id + " is no URI");
            }
        }
        for (String keyword : List.of("$anchor", "$dynamicAnchor")) {
            JsonNode name = schema.get(keyword);
            if (name != null && version.getOrder() >= SpecificationVersion.DRAFT_2019_09.getOrder()) {
                schema.remove(keyword);
                if (name.isString()) {
                    anchors.putIfAbsent(here + "#" + name.asString(), place.pointer);
                    if (keyword.equals("$dynamicAnchor")) {
                        dynamicAnchors
                                .computeIfAbsent(name.asString(), key -> new ArrayList<>())
                                .add(place.pointer);
                    }
                }
            }
        }
        if (schema.path("$recursiveAnchor").asBoolean(false) && !place.pointer.isEmpty()) {
            dynamicAnchors.computeIfAbsent("", key -> new ArrayList<>()).add(place.pointer);
        }
        schema.remove("$recursiveAnchor");
        schema.remove("id");
        schema.remove("$schema");
        schema.remove("$vocabulary");
        return here;
    }

    private static URI withoutFragment(URI uri) {
        String text = uri.toString();
        int hash = text.indexOf('#');
        return hash < 0 ? uri : URI.create(text.substring(0, hash));
    }

    /** Writes what older drafts wrote otherwise as 2020-12 has it, where the schema does not say that it is older. */
    private void modernise(Place place) {
        ObjectNode schema = place.schema;
        if (version != SpecificationVersion.DRAFT_2020_12) {
            return;
        }
        if (schema.get("items") instanceof ArrayNode tuple && !schema.has("prefixItems")) {
            schema.remove("items");
            if (!tuple.isEmpty()) {
                schema.set("prefixItems", tuple);
            }
            JsonNode others = schema.remove("additionalItems");
            if (others != null) {
                schema.set("items", others);
            }
        }
        exclusive(schema, "exclusiveMinimum", "minimum");
        exclusive(schema, "exclusiveMaximum", "maximum");
        if (schema.get("dependencies") instanceof ObjectNode dependencies) {
            for (Map.Entry<String, JsonNode> each : dependencies.properties()) {
                String keyword = each.getValue().isArray() ? "dependentRequired" : "dependentSchemas";
                if (!schema.has(keyword)) {
                    schema.putObject(keyword);
                }
                if (schema.get(keyword) instanceof ObjectNode map && !map.has(each.getKey())) {
                    map.set(each.getKey(), each.getValue());
                }
            }
            schema.remove("dependencies");
        }
    }

    private static void exclusive(ObjectNode schema, String keyword, String bound) {
        JsonNode is = schema.get(keyword);
        if (is != null && is.isBoolean()) {
            schema.remove(keyword);
            JsonNode limit = schema.get(bound);
            if (is.asBoolean() && limit != null) {
                schema.set(keyword, limit);
                schema.remove(bound);
            }
        }
    }

    private static boolean isSchema(JsonNode node) {
        return node.isObject() || node.isBoolean();
    }

    private void part(Place place, String keyword, String name, JsonNode value, URI base) {
        if (value instanceof ObjectNode schema) {
            String pointer = place.pointer + "/" + escaped(keyword) + name;
            visit(schema, pointer, base);
            if (!DEFINITIONS.contains(keyword)) {
                place.links.add(new Link(keyword, schema, IN_PLACE.contains(keyword)));
            }
        }
    }

    private void single(Place place, String keyword, JsonNode value, URI base) {
        if (!isSchema(value)) {
            drop(place, keyword, "it is no schema");
            return;
        }
        part(place, keyword, "", value, base);
    }

    private void list(Place place, String keyword, JsonNode value, URI base) {
        if (!value.isArray() || value.isEmpty() || !value.valueStream().allMatch(SchemaReading::isSchema)) {
            drop(place, keyword, "it is no list of schemas");
            return;
        }
        for (int i = 0; i < value.size(); i++) {
            part(place, keyword, "/" + i, value.get(i), base);
        }
    }

    private void map(Place place, String keyword, JsonNode value, URI base) {
        if (!(value instanceof ObjectNode map)) {
            drop(place, keyword, "it is no object");
            return;
        }
        for (String name : List.copyOf(map.propertyNames())) {
            JsonNode each = map.get(name);
            String why = null;
            if (!isSchema(each) && !(keyword.equals("dependencies") && isTexts(each))) {
                why = "it is no schema";
            } else if (keyword.equals("patternProperties")) {
                why = problemWithPattern(name);
            }
            if (why != null) {
                note(place.pointer + "/" + escaped(keyword) + "/" + escaped(name) + " is not checked: " + why);
                if (keyword.equals("properties")) {
                    // Its name stays, so that it is not taken for one that the schema does not name.
                    map.put(name, true);
                } else {
                    map.remove(name);
                }
                if (!DEFINITIONS.contains(keyword)) {
                    loose.add(place.schema);
                }
                if (keyword.equals("patternProperties")) {
                    lostProperties.add(place.schema);
                }
            } else {
                part(place, keyword, "/" + escaped(name), each, base);
            }
        }
    }

    private void check(Place place, String keyword, JsonNode value) {
        Predicate<JsonNode> shape = SHAPES.get(keyword);
        if (shape == null) {
            return;
        }
        if (!shape.test(value)) {
            drop(
                    place,
                    keyword,
                    "its value is " + ToolSchema.shortened(value.toString()) + ", which means nothing there");
        } else if (keyword.equals("pattern")) {
            String why = problemWithPattern(value.asString());
            if (why != null) {
                drop(place, keyword, why);
            }
        } else if (keyword.startsWith("exclusiveM") && value.isBoolean() && version != SpecificationVersion.DRAFT_4) {
            drop(place, keyword, "it is a boolean, as in draft-04, and the schema says that it is of another draft");
        }
    }

    private @Nullable String problemWithPattern(String source) {
        try {
            EcmaPattern pattern = EcmaPattern.of(source);
            patternSize += pattern.size();
            return patternSize > MAX_PATTERN_SIZE
                    ? "the patterns of the schema have more than " + MAX_PATTERN_SIZE + " parts, repeats counted"
                    : null;
        } catch (IllegalArgumentException | StackOverflowError e) {
            return "the pattern " + ToolSchema.shortened(source) + " cannot be used: " + e.getMessage();
        }
    }

    private void resolve(Reference reference) {
        Place place = reference.from();
        String keyword = reference.keyword();
        JsonNode value = place.schema.get(keyword);
        if (value == null) {
            return;
        }
        String pointer = value.isString() ? target(reference, value.asString()) : null;
        JsonNode target = pointer == null ? null : at(root(), pointer);
        if (pointer == null || target == null || !isSchema(target)) {
            boolean isElsewhere = value.isString() && isElsewhere(reference.base(), value.asString());
            drop(
                    place,
                    keyword,
                    isElsewhere
                            ? "it refers to " + value + ", outside of the schema, and nothing is fetched"
                            : "it refers to " + value + ", and nothing is there that could be used");
            return;
        }
        place.schema.remove(keyword);
        Place referring = place.schema.has("$ref") ? besideReference(place) : place;
        referring.schema.put("$ref", "#" + fragment(pointer));
        if (target instanceof ObjectNode schema) {
            if (!places.containsKey(schema)) {
                visit(schema, pointer, base(pointer));
            }
            referring.links.add(new Link("$ref", schema, true));
        }
    }

    /** Adds a schema for a second reference to one that has a reference already. */
    private Place besideReference(Place place) {
        ArrayNode all = place.schema.withArray("allOf");
        var added = new Place(all.addObject(), place.pointer + "/allOf/" + (all.size() - 1));
        places.put(added.schema, added);
        inOrder.add(added);
        place.links.add(new Link("allOf", added.schema, true));
        return added;
    }

    private ObjectNode root() {
        return inOrder.getFirst().schema;
    }

    private URI base(String pointer) {
        URI base = HERE;
        int longest = -1;
        for (Map.Entry<String, Resource> each : resources.entrySet()) {
            String at = each.getValue().pointer();
            if (at.length() > longest && (pointer.equals(at) || pointer.startsWith(at + "/"))) {
                longest = at.length();
                base = URI.create(each.getKey());
            }
        }
        return base;
    }

    private boolean isElsewhere(URI base, String text) {
        try {
            return !resources.containsKey(
                    withoutFragment(base.resolve(new URI(text))).toString());
        } catch (java.net.URISyntaxException e) {
            return false;
        }
    }

    /** Returns where a reference leads, as a JSON pointer from the root; null if nowhere. */
    private @Nullable String target(Reference reference, String text) {
        String keyword = reference.keyword();
        if (keyword.equals("$recursiveRef")) {
            return text.equals("#") && !dynamicAnchors.containsKey("")
                    ? java.util.Objects.requireNonNull(
                                    resources.get(reference.base().toString()))
                            .pointer()
                    : null;
        }
        if (text.startsWith("#/") || text.equals("#")) {
            // Also one that is no URI, such as one with blanks.
            Resource resource = resources.get(reference.base().toString());
            return resource == null ? null : resource.pointer() + decoded(text.substring(1));
        }
        URI resolved;
        try {
            resolved = reference.base().resolve(new URI(text));
        } catch (java.net.URISyntaxException e) {
            return null;
        }
        String fragment = resolved.getRawFragment();
        Resource resource = resources.get(withoutFragment(resolved).toString());
        if (resource == null) {
            return anchors.get(resolved.toString());
        }
        if (fragment == null || fragment.isEmpty()) {
            return resource.pointer();
        }
        if (fragment.startsWith("/")) {
            return resource.pointer() + decoded(fragment);
        }
        if (keyword.equals("$dynamicRef")
                && dynamicAnchors.getOrDefault(fragment, List.of()).size() > 1) {
            return null;
        }
        return anchors.get(resolved.toString());
    }

    static String decoded(String fragment) {
        try {
            return URLDecoder.decode(fragment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return fragment;
        }
    }

    private static String fragment(String pointer) {
        var text = new StringBuilder();
        for (byte b : pointer.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            if (c < 0x80 && (Character.isLetterOrDigit(c) || "/-._~$".indexOf(c) >= 0)) {
                text.append(c);
            } else {
                text.append('%').append(String.format("%02X", (int) c));
            }
        }
        return text.toString();
    }

    static @Nullable JsonNode at(JsonNode root, String pointer) {
        try {
            JsonNode node = root.at(JsonPointer.compile(pointer));
            return node.isMissingNode() ? null : node;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Takes out references that lead back to their schema without a step into the value: they say nothing, for ever. */
    private void breakCycles() {
        IdentityHashMap<ObjectNode, Integer> incoming = new IdentityHashMap<>();
        IdentityHashMap<ObjectNode, Integer> outgoing = new IdentityHashMap<>();
        IdentityHashMap<ObjectNode, List<ObjectNode>> backwards = new IdentityHashMap<>();
        for (Place place : inOrder) {
            for (Link link : place.links) {
                if (link.isInPlace()) {
                    incoming.merge(link.target(), 1, Integer::sum);
                    outgoing.merge(place.schema, 1, Integer::sum);
                    backwards
                            .computeIfAbsent(link.target(), key -> new ArrayList<>())
                            .add(place.schema);
                }
            }
        }
        Set<ObjectNode> left = Collections.newSetFromMap(new IdentityHashMap<>());
        left.addAll(places.keySet());
        var none = new ArrayDeque<ObjectNode>();
        places.keySet().stream().filter(node -> !incoming.containsKey(node)).forEach(none::add);
        while (!none.isEmpty()) {
            ObjectNode node = none.poll();
            left.remove(node);
            for (Link link : placeOf(node).links) {
                if (link.isInPlace() && incoming.merge(link.target(), -1, Integer::sum) == 0) {
                    none.add(link.target());
                }
            }
        }
        left.stream()
                .filter(node -> placeOf(node).links.stream()
                        .noneMatch(link -> link.isInPlace() && left.contains(link.target())))
                .forEach(none::add);
        while (!none.isEmpty()) {
            ObjectNode node = none.poll();
            if (left.remove(node)) {
                for (ObjectNode before : backwards.getOrDefault(node, List.of())) {
                    if (left.contains(before)
                            && placeOf(before).links.stream()
                                    .noneMatch(link -> link.isInPlace() && left.contains(link.target()))) {
                        none.add(before);
                    }
                }
            }
        }
        for (Place place : inOrder) {
            if (left.contains(place.schema)) {
                boolean isCircular = place.links.removeIf(
                        link -> link.keyword().equals("$ref") && link.isInPlace() && left.contains(link.target()));
                if (isCircular) {
                    drop(place, "$ref", "it leads back to itself");
                }
            }
        }
    }

    private Place placeOf(ObjectNode schema) {
        return java.util.Objects.requireNonNull(places.get(schema));
    }

    /** Has what stands around something that was taken out check less too, where it would check more otherwise. */
    private void loosen() {
        if (loose.isEmpty()) {
            return;
        }
        IdentityHashMap<ObjectNode, List<ObjectNode>> users = new IdentityHashMap<>();
        for (Place place : inOrder) {
            for (Link link : place.links) {
                users.computeIfAbsent(link.target(), key -> new ArrayList<>()).add(place.schema);
            }
        }
        var spreading = new ArrayDeque<ObjectNode>(loose);
        while (!spreading.isEmpty()) {
            for (ObjectNode user : users.getOrDefault(spreading.poll(), List.of())) {
                if (loose.add(user)) {
                    spreading.add(user);
                }
            }
        }
        for (Place place : List.copyOf(inOrder)) {
            ObjectNode schema = place.schema;
            if (!loose.contains(schema)) {
                continue;
            }
            Set<String> keywords = new HashSet<>();
            place.links.stream()
                    .filter(link -> loose.contains(link.target()))
                    .forEach(link -> keywords.add(link.keyword()));
            if (keywords.contains("not")) {
                drop(place, "not", "something in it cannot be checked");
            }
            if (keywords.contains("if")) {
                for (String keyword : List.of("if", "then", "else")) {
                    if (schema.has(keyword)) {
                        drop(place, keyword, "something in its condition cannot be checked");
                    }
                }
            }
            if (keywords.contains("oneOf")) {
                note(place.pointer + "/oneOf is checked as anyOf: something in it cannot be checked");
                JsonNode branches = schema.remove("oneOf");
                ObjectNode any = schema.withArray("allOf").addObject();
                any.set("anyOf", branches);
            }
            if (keywords.contains("contains") && schema.has("maxContains")) {
                drop(place, "maxContains", "something in contains cannot be checked");
            }
            var others = new ArrayList<>(List.of("unevaluatedProperties", "unevaluatedItems"));
            if (lostProperties.contains(schema)) {
                others.add("additionalProperties");
            }
            if (lostItems.contains(schema)) {
                others.add("items");
            }
            for (String keyword : others) {
                if (schema.has(keyword)) {
                    drop(place, keyword, "something that says what it is not about cannot be checked");
                }
            }
        }
    }
}

package io.openclaw.gateway.policy.core;

import com.google.re2j.Pattern;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.regex.RegularExpression;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.ToolPinned;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.ToolDefinition;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The tools that are known, each with the definition that was pinned. Arguments are held against its JSON Schema (2020-12);
 * one that the schema does not name is an error, unless the schema says that others may come.
 */
public final class ToolCatalogue {
    /** Knows no tool, and has nothing against any. */
    public static final ToolCatalogue UNCHECKED = new ToolCatalogue(Map.of(), false);

    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            // A schema must not make the gateway fetch anything, nor stand in for another that has the same $id, nor
            // keep
            // it busy: RE2 takes time in proportion to the text, whatever the pattern.
            builder -> builder.schemaLoader(loader -> loader.fetchRemoteResources(false))
                    .schemaCacheEnabled(false)
                    .schemaRegistryConfig(SchemaRegistryConfig.builder()
                            .regularExpressionFactory(ToolCatalogue::re2)
                            .build()));
    private static final int MOST_ERRORS = 3;

    private final Map<String, Entry> byAddress;
    private final boolean checking;

    private record Entry(
            ToolPinned pinned,
            @Nullable Schema schema,
            @Nullable String schemaProblem) {}

    private ToolCatalogue(Map<String, Entry> byAddress, boolean checking) {
        this.byAddress = byAddress;
        this.checking = checking;
    }

    /**
     * Makes a catalogue.
     *
     * @param before an earlier one, whose compiled schemas are used again
     */
    public static ToolCatalogue of(Collection<ToolPinned> tools, ToolCatalogue before) {
        Map<String, Entry> entries = HashMap.newHashMap(tools.size());
        for (ToolPinned pinned : tools) {
            Entry known = before.byAddress.get(pinned.address());
            entries.put(
                    pinned.address(),
                    known != null && known.pinned().hash().equals(pinned.hash())
                            ? new Entry(pinned, known.schema(), known.schemaProblem())
                            : entry(pinned));
        }
        return new ToolCatalogue(Map.copyOf(entries), true);
    }

    /** Returns what is pinned, by {@code upstream/tool}. */
    public Collection<ToolPinned> tools() {
        return byAddress.values().stream().map(Entry::pinned).toList();
    }

    private static RegularExpression re2(String regex) {
        Pattern pattern = Pattern.compile(regex);
        return text -> pattern.matcher(text).find();
    }

    private static Entry entry(ToolPinned pinned) {
        RawJson json = pinned.accepted().inputSchema();
        if (json == null) {
            return new Entry(pinned, null, null);
        }
        try {
            JsonNode schema = json.as(JsonNode.class);
            if (schema instanceof ObjectNode object && saysNothingOfOthers(object)) {
                object.put("additionalProperties", false);
            }
            Schema compiled = SCHEMAS.getSchema(schema);
            // Compiles all of it: a reference that leads nowhere shows here, and not at the first call.
            compiled.validate(Json.MAPPER.createObjectNode());
            return new Entry(pinned, compiled, null);
        } catch (RuntimeException e) {
            return new Entry(pinned, null, String.valueOf(e.getMessage()));
        }
    }

    private static boolean saysNothingOfOthers(ObjectNode schema) {
        return schema.has("properties")
                && List.of(
                                "additionalProperties",
                                "unevaluatedProperties",
                                "patternProperties",
                                "$ref",
                                "$dynamicRef",
                                "allOf",
                                "anyOf",
                                "oneOf",
                                "if",
                                "dependentSchemas")
                        .stream()
                        .noneMatch(schema::has);
    }

    KnownTool tool(KnownTool.UpstreamTraits upstream, ToolCall call) {
        Entry entry = byAddress.get(call.address());
        return new KnownTool(
                upstream, call.tool(), entry == null ? null : entry.pinned().accepted());
    }

    /** Returns why the arguments of a call are none of its tool, if they are not. */
    Optional<Reason> problemWith(ToolCall call) {
        Entry entry = byAddress.get(call.address());
        if (entry == null || (entry.schema() == null && entry.schemaProblem() == null)) {
            return Optional.empty();
        }
        if (entry.schema() == null) {
            return Optional.of(new Reason(
                    "catalogue/broken-schema",
                    "the arguments cannot be checked: the schema of " + call.address() + " is broken: "
                            + entry.schemaProblem(),
                    Severity.HIGH));
        }
        RawJson json = call.arguments() == null ? RawJson.EMPTY_OBJECT : call.arguments();
        List<Error> errors;
        try {
            errors = entry.schema().validate(json.as(JsonNode.class));
        } catch (RuntimeException e) {
            return Optional.of(new Reason(
                    Reason.INVALID_ARGUMENTS,
                    "the arguments of " + call.address() + " cannot be checked: " + e.getMessage(),
                    Severity.HIGH));
        }
        return errors.isEmpty()
                ? Optional.empty()
                : Optional.of(new Reason(
                        Reason.INVALID_ARGUMENTS,
                        "the arguments are none of " + call.address() + ": "
                                + errors.stream()
                                        .limit(MOST_ERRORS)
                                        .map(error -> (error.getInstanceLocation() + " " + error.getMessage()).strip())
                                        .collect(Collectors.joining("; ")),
                        Severity.HIGH));
    }

    /** Returns what the catalogue has against a call of a tool, as a clause: the tool is not in it, or is not what it was. */
    Optional<Clause> concernAbout(ToolCall call, Decision unknownTools) {
        if (!checking) {
            return Optional.empty();
        }
        Entry entry = byAddress.get(call.address());
        if (entry == null) {
            // Allowing it is not this clause's to do.
            return unknownTools == Decision.ALLOW
                    ? Optional.empty()
                    : Optional.of(concern(
                            Reason.UNKNOWN_TOOL,
                            unknownTools,
                            "no upstream has told of a tool " + call.address()
                                    + " (unknownTools of the upstream says what to do then)"));
        }
        ToolDefinition changed = entry.pinned().changed();
        return changed == null
                ? Optional.empty()
                : Optional.of(concern(
                        "catalogue/changed-definition",
                        Decision.ESCALATE,
                        "the definition of " + call.address() + " is not the one that was accepted: it changed at "
                                + entry.pinned().changedAt()));
    }

    private static Clause concern(String ruleId, Decision effect, String text) {
        return new Clause(ruleId, effect, List.of(), null, text, null);
    }
}

package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.ToolPinned;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.mcp.Offer;
import io.openclaw.gateway.common.policy.ToolDefinition;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tools that are known, each with the definition that was pinned. Arguments are held against its JSON Schema, as far as
 * that can be checked; one that the schema does not name is an error, unless the schema says that others may come.
 */
public final class ToolCatalogue {
    /** Knows no tool, and has nothing against any. */
    public static final ToolCatalogue UNCHECKED = new ToolCatalogue(Map.of(), Map.of(), false);

    private final Map<String, Entry> byAddress;
    /** What upstreams offer beside tools, by address. */
    private final Map<String, ToolPinned> offers;

    private final boolean checking;

    private record Entry(ToolPinned pinned, @Nullable ToolSchema schema) {}

    private ToolCatalogue(Map<String, Entry> byAddress, Map<String, ToolPinned> offers, boolean checking) {
        this.byAddress = byAddress;
        this.offers = offers;
        this.checking = checking;
    }

    /**
     * Makes a catalogue.
     *
     * @param before an earlier one, whose compiled schemas are used again
     */
    public static ToolCatalogue of(Collection<ToolPinned> tools, ToolCatalogue before) {
        Map<String, Entry> entries = HashMap.newHashMap(tools.size());
        Map<String, ToolPinned> offers = new HashMap<>();
        for (ToolPinned pinned : tools) {
            if (Offer.isPinName(pinned.accepted().name())) {
                offers.put(pinned.address(), pinned);
                continue;
            }
            Entry known = before.byAddress.get(pinned.address());
            entries.put(
                    pinned.address(),
                    known != null && known.pinned().hash().equals(pinned.hash())
                            ? new Entry(pinned, known.schema())
                            : entry(pinned));
        }
        return new ToolCatalogue(Map.copyOf(entries), Map.copyOf(offers), true);
    }

    /** Returns what is pinned, by {@code upstream/tool}. */
    public Collection<ToolPinned> tools() {
        return byAddress.values().stream().map(Entry::pinned).toList();
    }

    private static Entry entry(ToolPinned pinned) {
        RawJson json = pinned.accepted().inputSchema();
        return new Entry(pinned, json == null ? null : ToolSchema.of(json));
    }

    /**
     * Returns what of a tool's schema is not checked, and why; empty if all of it is, or there is no such tool.
     *
     * @param address {@code upstream/tool}
     */
    public List<String> schemaNotes(String address) {
        Entry entry = byAddress.get(address);
        return entry == null || entry.schema() == null
                ? List.of()
                : entry.schema().notes();
    }

    /** Returns what of the schema of a definition is not checked, and why; empty if all of it is. */
    public static List<String> notesOn(ToolDefinition definition) {
        RawJson json = definition.inputSchema();
        return json == null ? List.of() : ToolSchema.of(json).notes();
    }

    KnownTool tool(KnownTool.UpstreamTraits upstream, ToolCall call) {
        Entry entry = byAddress.get(call.address());
        return new KnownTool(
                upstream, call.tool(), entry == null ? null : entry.pinned().accepted());
    }

    /** Returns why the arguments of a call are none of its tool, if they are not. */
    Optional<Reason> problemWith(ToolCall call) {
        Entry entry = byAddress.get(call.address());
        if (entry == null || entry.schema() == null) {
            return Optional.empty();
        }
        RawJson arguments = call.arguments() == null ? RawJson.EMPTY_OBJECT : call.arguments();
        try {
            List<String> problems = entry.schema().problemsWith(arguments);
            return problems.isEmpty()
                    ? Optional.empty()
                    : Optional.of(invalid(
                            "the arguments are none of " + call.address() + ": " + String.join("; ", problems)));
        } catch (RuntimeException e) {
            // Anyone who makes a check fail does not get past it.
            return Optional.of(invalid("the arguments of " + call.address() + " cannot be checked: " + e.getMessage()));
        }
    }

    private static Reason invalid(String text) {
        return new Reason(Reason.INVALID_ARGUMENTS, text, Severity.HIGH);
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
        String askedFor = Offer.askedFor(call.tool(), call.arguments());
        ToolPinned offer = askedFor == null ? null : offers.get(call.upstream() + "/" + askedFor);
        ToolPinned changed = entry.pinned().changed() != null || offer == null ? entry.pinned() : offer;
        return changed.changed() == null
                ? Optional.empty()
                : Optional.of(concern(
                        "catalogue/changed-definition",
                        Decision.ESCALATE,
                        "the definition of " + changed.address() + " is not the one that was accepted: it changed at "
                                + changed.changedAt()));
    }

    private static Clause concern(String ruleId, Decision effect, String text) {
        return new Clause(ruleId, effect, List.of(), null, text, null, List.of());
    }
}

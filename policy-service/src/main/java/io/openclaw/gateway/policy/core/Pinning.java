package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.event.ToolPinned;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.common.policy.ToolName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The rule of pins: what was seen first is accepted; anything else waits until an administrator accepts it. */
public final class Pinning {
    private Pinning() {}

    /**
     * Returns what is pinned after a definition was seen; empty if nothing changes. One that is not fit to be seen by a model
     * is not accepted, not even when it is the first.
     *
     * @param concerns why it is not fit; none, most of the time
     * @throws IllegalArgumentException if the tool's name is none
     * @throws io.openclaw.gateway.common.json.InexactJsonException if the definition has no canonical form
     */
    public static Optional<ToolPinned> after(
            @Nullable ToolPinned known,
            String upstream,
            ToolDefinition seen,
            List<String> concerns,
            String by,
            Instant at) {
        ToolName.problemWith(seen.name() == null ? "" : seen.name()).ifPresent(problem -> {
            throw new IllegalArgumentException(problem);
        });
        String hash = seen.hash();
        if (known == null) {
            if (concerns.isEmpty()) {
                return Optional.of(new ToolPinned(upstream, seen, hash, null, concerns, at, by, null, Map.of()));
            }
            ToolDefinition bare = ToolDefinition.named(seen.name());
            return Optional.of(new ToolPinned(upstream, bare, bare.hash(), seen, concerns, at, by, null, Map.of()));
        }
        ToolDefinition waiting = known.changed();
        if (known.hash().equals(hash)) {
            return waiting == null ? Optional.empty() : Optional.of(pinned(known, null, List.of(), by, at));
        }
        return waiting != null && waiting.hash().equals(hash)
                ? Optional.empty()
                : Optional.of(pinned(known, seen, concerns, by, at));
    }

    private static ToolPinned pinned(
            ToolPinned known, @Nullable ToolDefinition changed, List<String> concerns, String by, Instant at) {
        return new ToolPinned(
                known.upstream(), known.accepted(), known.hash(), changed, concerns, at, by, null, known.unknown());
    }

    /**
     * Accepts the definition that waits.
     *
     * @param hash that of the definition that the administrator saw
     * @throws IllegalStateException if that one does not wait: none does, or it changed again
     */
    public static ToolPinned accept(ToolPinned known, String hash, String by, Instant at) {
        ToolDefinition waiting = known.changed();
        if (waiting == null || !waiting.hash().equals(hash)) {
            throw new IllegalStateException(
                    waiting == null
                            ? known.address() + " has no changed definition that waits to be accepted"
                            : "the definition of " + known.address() + " that waits has the hash " + waiting.hash()
                                    + ", not " + hash + ": look at it again");
        }
        return new ToolPinned(known.upstream(), waiting, hash, null, List.of(), at, by, null, known.unknown());
    }

    /**
     * One place where two definitions differ.
     *
     * @param path a JSON pointer (RFC 6901)
     * @param before what was accepted there, as JSON; absent if nothing was
     * @param now what is there now, as JSON; absent if nothing is
     */
    public record Change(
            String path, @Nullable RawJson before, @Nullable RawJson now) {}

    /** Returns where the definition that waits differs from the accepted one; empty if none waits. */
    public static List<Change> changes(ToolPinned pinned) {
        var changes = new ArrayList<Change>();
        if (pinned.changed() != null) {
            compare("", Json.MAPPER.valueToTree(pinned.accepted()), Json.MAPPER.valueToTree(pinned.changed()), changes);
        }
        return changes;
    }

    private static void compare(String path, @Nullable JsonNode before, @Nullable JsonNode now, List<Change> changes) {
        if (before != null && before.equals(now)) {
            return;
        }
        if (before != null && now != null && before.isObject() && now.isObject()) {
            var names = new TreeSet<String>();
            names.addAll(before.propertyNames());
            names.addAll(now.propertyNames());
            names.forEach(name -> compare(
                    path + "/" + name.replace("~", "~0").replace("/", "~1"), before.get(name), now.get(name), changes));
            return;
        }
        changes.add(new Change(path, json(before), json(now)));
    }

    private static @Nullable RawJson json(@Nullable JsonNode node) {
        return node == null ? null : RawJson.from(node);
    }
}

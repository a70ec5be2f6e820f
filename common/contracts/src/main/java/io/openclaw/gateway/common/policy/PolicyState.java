package io.openclaw.gateway.common.policy;

import io.openclaw.gateway.common.event.FreezeChanged;
import io.openclaw.gateway.common.event.KeyChanged;
import io.openclaw.gateway.common.event.PolicyEvent;
import io.openclaw.gateway.common.event.PolicyPublished;
import io.openclaw.gateway.common.event.ToolPinned;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that decides about calls, as it is at one moment.
 *
 * @param active the policy in force; absent before the first
 * @param candidate the policy that is tried beside it, if there is one
 * @param freezes what is frozen
 * @param keys by id: the API keys that were issued, and those of the policy that were revoked or cut short
 * @param tools by {@code upstream/tool}: the definitions that are accepted, and those that wait to be
 */
public record PolicyState(
        @Nullable PolicyInForce active,
        @Nullable PolicyInForce candidate,
        Freezes freezes,
        Map<String, KeyChanged> keys,
        Map<String, ToolPinned> tools) {
    /** Nothing was published yet. */
    public static final PolicyState EMPTY = new PolicyState(null, null, Freezes.NONE, Map.of(), Map.of());

    public PolicyState after(PolicyEvent event) {
        return switch (event) {
            case PolicyPublished published -> after(published);
            case FreezeChanged change -> new PolicyState(active, candidate, freezes.after(change), keys, tools);
            case KeyChanged change ->
                new PolicyState(active, candidate, freezes, with(keys, change.keyId(), change), tools);
            case ToolPinned pinned ->
                new PolicyState(active, candidate, freezes, keys, with(tools, pinned.address(), pinned));
        };
    }

    private PolicyState after(PolicyPublished published) {
        var policy = published.document() == null
                ? null
                : new PolicyInForce(published.version(), published.document().as(PolicyDocument.class));
        return published.slot() == PolicyPublished.Slot.CANDIDATE
                ? new PolicyState(active, policy, freezes, keys, tools)
                : new PolicyState(policy, candidate, freezes, keys, tools);
    }

    private static <V> Map<String, V> with(Map<String, V> map, String key, V value) {
        Map<String, V> changed = new HashMap<>(map);
        changed.put(key, value);
        return Map.copyOf(changed);
    }
}

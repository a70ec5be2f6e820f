package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.ToolDefinition;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tool's definition was pinned, changed at its upstream, or was accepted.
 *
 * @param upstream what executes it
 * @param accepted the definition that was seen first, or that an administrator accepted
 * @param hash the SHA-256 of that definition
 * @param changed what the upstream says now, if that is something else
 * @param changedAt when this changed
 * @param changedBy who changed it: the policy instance that saw it, or the administrator
 * @param signature policy's signature
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record ToolPinned(
        String upstream,
        ToolDefinition accepted,
        String hash,
        @Nullable ToolDefinition changed,
        Instant changedAt,
        String changedBy,
        @Nullable String signature,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements PolicyEvent {

    public ToolPinned {
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    /** Returns {@code upstream/tool}. */
    public String address() {
        return upstream + "/" + accepted.name();
    }

    @Override
    public ToolPinned signed(@Nullable String by) {
        return new ToolPinned(upstream, accepted, hash, changed, changedAt, changedBy, by, unknown);
    }

    @Override
    public String key() {
        return "tool/" + address();
    }
}

package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.ToolDefinition;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tool's definition was pinned, changed at its upstream, or was accepted.
 *
 * @param upstream what executes it
 * @param accepted the definition that was seen first, or that an administrator accepted
 * @param hash the SHA-256 of that definition
 * @param changed what the upstream says now, if that is something else
 * @param concerns why what the upstream says now is not fit to be seen by a model; none, most of the time
 * @param changedAt when this changed
 * @param changedBy who changed it: the policy instance that saw it, or the administrator
 * @param signature policy's signature
 * @param unknown fields that a newer version wrote, kept as they came
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ToolPinned(
        String upstream,
        ToolDefinition accepted,
        String hash,
        @Nullable ToolDefinition changed,
        List<String> concerns,
        Instant changedAt,
        String changedBy,
        @Nullable String signature,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements PolicyEvent {

    public ToolPinned {
        concerns = concerns == null ? List.of() : List.copyOf(concerns);
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    /**
     * Tells whether no agent may see the tool: what was seen of it first was not fit to be seen, so nothing but its name is
     * accepted.
     */
    @JsonIgnore
    public boolean isWithheld() {
        return changed != null && !concerns.isEmpty() && accepted.equals(ToolDefinition.named(accepted.name()));
    }

    /** Returns {@code upstream/tool}. */
    public String address() {
        return upstream + "/" + accepted.name();
    }

    @Override
    public ToolPinned signed(@Nullable String by) {
        return new ToolPinned(upstream, accepted, hash, changed, concerns, changedAt, changedBy, by, unknown);
    }

    @Override
    public String key() {
        return "tool/" + address();
    }
}

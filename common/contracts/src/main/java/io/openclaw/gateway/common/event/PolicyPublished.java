package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The policy in force from now on, or the candidate that is tried beside it.
 *
 * @param slot which of the two
 * @param version the content hash of the document
 * @param document the policy, as JSON; absent if there is no candidate any more
 * @param publishedAt when it was accepted
 * @param publishedBy the policy instance that read it, or the person who published it
 * @param signature policy's signature
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record PolicyPublished(
        Slot slot,
        String version,
        @Nullable RawJson document,
        Instant publishedAt,
        String publishedBy,
        @Nullable String signature,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements PolicyEvent {

    /** Which policy. */
    public enum Slot {
        /** It decides. */
        ACTIVE,
        /** It is asked too, and what it says is only noted. */
        CANDIDATE
    }

    public PolicyPublished {
        slot = slot == null ? Slot.ACTIVE : slot;
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    /** Makes one that is not signed yet. */
    public static PolicyPublished of(Slot slot, String version, @Nullable RawJson document, Instant at, String by) {
        return new PolicyPublished(slot, version, document, at, by, null, Map.of());
    }

    @Override
    public PolicyPublished signed(@Nullable String by) {
        return new PolicyPublished(slot, version, document, publishedAt, publishedBy, by, unknown);
    }

    @Override
    public String key() {
        return slot == Slot.ACTIVE ? "active" : "candidate";
    }

    @Override
    public String subject() {
        return "policy/" + version;
    }
}

package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The policy in force from now on.
 *
 * @param version the content hash of the document
 * @param document the policy, as JSON
 * @param publishedAt when it was accepted
 * @param publishedBy the policy instance that read it
 * @param signature policy's signature over version and document
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record PolicyPublished(
        String version,
        RawJson document,
        Instant publishedAt,
        String publishedBy,
        @Nullable String signature,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements GatewayEvent {

    /** The one key, so that compaction keeps the policy in force. */
    public static final String KEY = "active";

    public PolicyPublished {
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    /** Returns this event with policy's signature. */
    public PolicyPublished signed(String by) {
        return new PolicyPublished(version, document, publishedAt, publishedBy, by, unknown);
    }

    @Override
    public String key() {
        return KEY;
    }

    @Override
    public String subject() {
        return version;
    }
}

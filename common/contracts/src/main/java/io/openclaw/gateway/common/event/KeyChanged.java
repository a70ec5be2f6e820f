package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An API key was issued, was given an end, or was revoked.
 *
 * @param keyId the first 16 hexadecimal digits of the key's SHA-256
 * @param agent whom it proves
 * @param sha256 the SHA-256 of the key, 64 lower-case hexadecimal digits
 * @param issuedAt when it was issued; absent for a key that the policy itself names
 * @param expires after which it proves nothing; never, if absent
 * @param revoked whether it proves nothing any more
 * @param changedAt when this changed
 * @param changedBy who changed it
 * @param signature policy's signature
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record KeyChanged(
        String keyId,
        String agent,
        String sha256,
        @Nullable Instant issuedAt,
        @Nullable Instant expires,
        boolean revoked,
        Instant changedAt,
        String changedBy,
        @Nullable String signature,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements PolicyEvent {

    public KeyChanged {
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    @Override
    public KeyChanged signed(@Nullable String by) {
        return new KeyChanged(keyId, agent, sha256, issuedAt, expires, revoked, changedAt, changedBy, by, unknown);
    }

    @Override
    public String key() {
        return "key/" + keyId;
    }
}

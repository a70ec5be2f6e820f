package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.Map;

/**
 * Somebody failed to sign in at the console: the first time in a row, or so often that a lock follows.
 *
 * @param user the user's name; empty if there is no such user
 * @param address where it was tried from, an IP address
 * @param failures how many have failed in a row
 * @param failedAt when
 * @param reportedBy the instance that was asked
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record SignInFailed(
        String user,
        String address,
        int failures,
        Instant failedAt,
        String reportedBy,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements GatewayEvent {

    public SignInFailed {
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    @Override
    public String key() {
        return "console/" + user;
    }
}

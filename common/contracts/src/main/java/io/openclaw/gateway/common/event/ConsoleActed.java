package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A person did something at the console that no other event tells of: signed in or out, changed an account, a token or a grant.
 *
 * @param person who
 * @param action a stable word for programs, such as {@code signin.succeeded}, {@code account.created} or {@code grant.revoked}
 * @param subject what it was done to, such as an account's name or a grant's id
 * @param details more, for people; never a secret
 * @param address where from, an IP address; absent if the gateway itself did it
 * @param actedAt when
 * @param reportedBy the instance that did it
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record ConsoleActed(
        String person,
        String action,
        String subject,
        @Nullable String details,
        @Nullable String address,
        Instant actedAt,
        String reportedBy,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements GatewayEvent {

    public ConsoleActed {
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    @Override
    public String key() {
        return "console/" + person;
    }
}

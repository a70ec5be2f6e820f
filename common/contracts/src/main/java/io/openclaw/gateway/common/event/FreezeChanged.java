package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Somebody froze something, or set it free.
 *
 * @param scope {@code all}, {@code agent:ID}, {@code upstream:NAME} or {@code tool:UPSTREAM/TOOL}
 * @param frozen whether nothing of it runs from now on
 * @param reason why, for anyone who is refused
 * @param changedAt when
 * @param changedBy who did it
 * @param signature policy's signature
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record FreezeChanged(
        String scope,
        boolean frozen,
        String reason,
        Instant changedAt,
        String changedBy,
        @Nullable String signature,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements PolicyEvent {

    public FreezeChanged {
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    /** Returns the message for a caller that is refused. */
    public String words() {
        return (scope.equals("all") ? "everything" : scope.replace(':', ' ')) + " is frozen since "
                + changedAt.truncatedTo(ChronoUnit.SECONDS) + " by " + changedBy + ": " + reason;
    }

    @Override
    public FreezeChanged signed(@Nullable String by) {
        return new FreezeChanged(scope, frozen, reason, changedAt, changedBy, by, unknown);
    }

    @Override
    public String key() {
        return "freeze/" + scope;
    }
}

package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A hook in an agent's process says how much of what the agent did it has seen. It is what the hook says, under its agent's key.
 *
 * @param agent whose key it has
 * @param node the process that it is in, such as a host's name
 * @param status how it is
 * @param why what was seen, masked; for people
 * @param session the conversation that it is about, if it is about one
 * @param ran how many calls that conversation's transcript has, if it is about one
 * @param missed the tools of those that the hook was not asked about, at most 100
 * @param reportedAt when ingress heard of it
 * @param reportedBy the ingress instance
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record HookReported(
        String agent,
        String node,
        Status status,
        String why,
        @Nullable String session,
        int ran,
        List<String> missed,
        Instant reportedAt,
        String reportedBy,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements GatewayEvent {

    /** How a hook is. */
    public enum Status {
        /** It is asked about every call, as far as it can tell. */
        COVERING,
        /** It was not asked about calls that ran. */
        MISSING_CALLS,
        /** It does not fire: a call that was made to try it was not seen. */
        SILENT,
        /** It let calls through without a decision, as its settings say, because the gateway did not answer. */
        LET_THROUGH,
        /** It was taken out. */
        REMOVED
    }

    public HookReported {
        missed = missed == null ? List.of() : List.copyOf(missed);
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    @Override
    public String key() {
        return "hook/" + agent + "/" + node;
    }
}

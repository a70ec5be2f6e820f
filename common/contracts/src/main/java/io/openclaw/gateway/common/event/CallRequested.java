package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.json.RawJson;
import java.util.List;
import java.util.Map;

/** An agent asked for a call, and ingress sealed it. Keyed by agent. */
public record CallRequested(
        ToolCall call, @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown) implements CallEvent {

    public CallRequested {
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    public CallRequested(ToolCall call) {
        this(call, Map.of());
    }

    @Override
    public List<Verdict> verdicts() {
        return List.of();
    }

    @Override
    public String key() {
        return call.agent();
    }
}

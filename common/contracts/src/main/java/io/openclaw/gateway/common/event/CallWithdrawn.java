package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.json.RawJson;
import java.util.List;
import java.util.Map;

/** The agent no longer wants the call; it is cancelled if nobody has started it. The call comes without arguments. */
public record CallWithdrawn(
        ToolCall call, @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown) implements CallEvent {

    public CallWithdrawn {
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    public CallWithdrawn(ToolCall call) {
        this(call, Map.of());
    }

    @Override
    public List<Verdict> verdicts() {
        return List.of();
    }
}

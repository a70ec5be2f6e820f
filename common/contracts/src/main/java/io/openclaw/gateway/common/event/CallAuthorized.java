package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.json.RawJson;
import java.util.List;
import java.util.Map;

/** Policy did not deny the call; vetting is next. */
public record CallAuthorized(
        ToolCall call,
        List<Verdict> verdicts,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown) implements CallEvent {

    public CallAuthorized {
        verdicts = verdicts == null ? List.of() : List.copyOf(verdicts);
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }
}

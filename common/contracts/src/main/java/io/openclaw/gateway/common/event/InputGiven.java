package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An agent's client gave what a call asked it for.
 *
 * @param call the call, without its arguments
 * @param round which time of asking it answers
 * @param responses by the keys of the requests: the client's results
 * @param errors by the keys of the requests: JSON-RPC errors, where the client answered with one
 * @param complete whether nothing more will come for this round
 * @param givenAt when
 * @param signature ingress's signature
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record InputGiven(
        ToolCall call,
        int round,
        Map<String, RawJson> responses,
        Map<String, RawJson> errors,
        boolean complete,
        Instant givenAt,
        @Nullable String signature,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements ConversationEvent {

    public InputGiven {
        responses = responses == null ? Map.of() : Map.copyOf(responses);
        errors = errors == null ? Map.of() : Map.copyOf(errors);
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    @Override
    @JsonIgnore
    public Stage signedBy() {
        return Stage.INGRESS;
    }

    @Override
    public List<@Nullable String> signedFields() {
        return List.of(
                Integer.toString(round),
                Boolean.toString(complete),
                RawJson.from(new java.util.TreeMap<>(responses)).text(),
                RawJson.from(new java.util.TreeMap<>(errors)).text());
    }

    @Override
    public InputGiven signed(String by) {
        return new InputGiven(call, round, responses, errors, complete, givenAt, by, unknown);
    }
}

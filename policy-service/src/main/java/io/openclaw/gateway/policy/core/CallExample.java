package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.call.CallContext;
import io.openclaw.gateway.common.call.Identity;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A call as a person writes it down, to see what a policy says of it.
 *
 * @param agent its agent's id
 * @param tool {@code upstream/tool}
 * @param arguments an object; the empty one if absent
 * @param intent what the agent says it wants
 * @param onBehalfOf the person for whom the agent acts
 * @param proven whether a token proves that person
 * @param roles the roles that a token proves, for an agent that the policy does not name
 * @param session the session's key
 * @param channel the channel that the session came by
 * @param context what else reaches the upstream beside the arguments, as {@link io.openclaw.gateway.common.call.CallContext} has it
 * @param origin the door it comes in by; REST, if absent
 * @param at when; now, if absent
 */
public record CallExample(
        @Nullable String agent,
        @Nullable String tool,
        @Nullable JsonNode arguments,
        @Nullable String intent,
        @Nullable String onBehalfOf,
        @Nullable Boolean proven,
        @Nullable List<String> roles,
        @Nullable String session,
        @Nullable String channel,
        @Nullable JsonNode context,
        @Nullable Origin origin,
        @Nullable Instant at) {

    /** Makes an example of what matters most; the rest is absent. */
    public static CallExample of(String agent, String tool, JsonNode arguments, @Nullable JsonNode context) {
        return new CallExample(agent, tool, arguments, null, null, null, null, null, null, context, null, null);
    }

    /**
     * Reads an example.
     *
     * @throws IllegalArgumentException if the text is no YAML, or has a field that an example has not
     */
    public static CallExample read(String yaml) {
        try {
            return PolicyText.YAML.readValue(yaml, CallExample.class);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
    }

    /**
     * Makes the call.
     *
     * @param now when it is made, if the example does not say
     * @throws IllegalArgumentException if it has no agent, or no {@code upstream/tool}, or arguments that are no object
     */
    public ToolCall call(UUID callId, Instant now) {
        if (agent == null || agent.isBlank()) {
            throw new IllegalArgumentException("the call has no agent");
        }
        int slash = tool == null ? -1 : tool.indexOf('/');
        if (tool == null || slash <= 0 || slash == tool.length() - 1) {
            throw new IllegalArgumentException("the call's tool is '" + tool + "'; it must be upstream/tool");
        }
        if (arguments != null && !arguments.isObject()) {
            throw new IllegalArgumentException("the call's arguments must be an object");
        }
        if (context != null && !context.isObject()) {
            throw new IllegalArgumentException("the call's context must be an object");
        }
        ObjectNode whole = context == null ? Json.MAPPER.createObjectNode() : (ObjectNode) context.deepCopy();
        if (session != null) {
            whole.put("sessionKey", session);
        }
        if (channel != null) {
            whole.put(CallContext.HEADER_PREFIX + "message-channel", channel);
        }
        Instant when = at == null ? now : at;
        return new ToolCall(
                callId,
                agent,
                tool.substring(0, slash),
                tool.substring(slash + 1),
                arguments == null ? RawJson.EMPTY_OBJECT : RawJson.from(arguments),
                origin == null ? Origin.REST : origin,
                Mode.EXECUTE,
                when,
                when.plusSeconds(1_800),
                null,
                intent,
                whole.isEmpty() ? null : RawJson.from(whole),
                new Identity(roles == null ? List.of() : roles, onBehalfOf, Boolean.TRUE.equals(proven)),
                0,
                "",
                null,
                Map.of());
    }
}

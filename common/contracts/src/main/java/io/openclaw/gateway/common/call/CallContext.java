package io.openclaw.gateway.common.call;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.openclaw.gateway.common.json.RawJson;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What reaches an upstream beside a call's arguments. It is decided about like them: policy's facts, vetting, the digest, the
 * approval and the record all have it. Nothing else that a client sends beside arguments is passed on.
 *
 * @param sessionKey the conversation (OpenClaw)
 * @param agentId the worker's own agent (OpenClaw)
 * @param dryRun whether nothing is to happen (OpenClaw)
 * @param messageChannel where answers go (OpenClaw)
 * @param accountId whose account sends (OpenClaw)
 * @param messageTo who gets the message (OpenClaw)
 * @param threadId the thread of the channel (OpenClaw)
 * @param meta the parts of {@code _meta} that the upstream's {@code passMeta} names (MCP)
 * @param inputResponses input that came with the request, unasked (MCP 2026-07-28)
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record CallContext(
        @Nullable String sessionKey,
        @Nullable String agentId,
        @Nullable Boolean dryRun,

        @JsonProperty(HEADER_PREFIX + "message-channel") @Nullable
        String messageChannel,

        @JsonProperty(HEADER_PREFIX + "account-id") @Nullable
        String accountId,

        @JsonProperty(HEADER_PREFIX + "message-to") @Nullable
        String messageTo,

        @JsonProperty(HEADER_PREFIX + "thread-id") @Nullable String threadId,

        @Nullable RawJson meta,
        @Nullable RawJson inputResponses) {
    /** What the names of the worker's headers begin with. */
    public static final String HEADER_PREFIX = "x-openclaw-";

    /** Nothing beside the arguments. */
    public static final CallContext NONE = new CallContext(null, null, null, null, null, null, null, null, null);

    /** The part of a context that says how the client is answered, and holds no word of its own; see {@code McpContext}. */
    public static final String CLIENT = "mcp";

    /** Returns what a call's context holds. */
    public static CallContext of(ToolCall call) {
        return call.context() == null ? NONE : call.context().as(CallContext.class);
    }

    /** Returns the part of a context that is decided about; null if there is none. */
    public static @Nullable RawJson decided(@Nullable RawJson context) {
        if (context == null || !(context.as(JsonNode.class) instanceof ObjectNode object)) {
            return null;
        }
        object.remove(CLIENT);
        return object.isEmpty() ? null : RawJson.from(object);
    }

    /** Returns this as a call's context; null if there is nothing. */
    public @Nullable RawJson json() {
        return equals(NONE) ? null : RawJson.from(this);
    }

    /** Returns the headers that an OpenClaw worker gets, by their names in lower case. */
    public Map<String, String> workerHeaders() {
        Map<String, String> headers = new LinkedHashMap<>();
        putIfPresent(headers, "message-channel", messageChannel);
        putIfPresent(headers, "account-id", accountId);
        putIfPresent(headers, "message-to", messageTo);
        putIfPresent(headers, "thread-id", threadId);
        return headers;
    }

    private static void putIfPresent(Map<String, String> headers, String name, @Nullable String value) {
        if (value != null) {
            headers.put(HEADER_PREFIX + name, value);
        }
    }
}

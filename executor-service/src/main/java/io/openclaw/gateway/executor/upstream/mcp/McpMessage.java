package io.openclaw.gateway.executor.upstream.mcp;

import io.openclaw.gateway.common.json.InexactJsonException;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.JsonText;
import io.openclaw.gateway.common.json.RawJson;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * A JSON-RPC 2.0 message of an MCP server.
 *
 * @param id of a request, or of the request that is answered; as JSON
 * @param method of a request or notification
 * @param params of a request or notification
 * @param result of a response
 * @param error of a response
 * @param status the HTTP status that it came with, if it came over HTTP
 */
record McpMessage(
        @Nullable RawJson id,
        @Nullable String method,
        @Nullable RawJson params,
        @Nullable RawJson result,
        @Nullable RawJson error,
        @Nullable Integer status) {

    /** Stands for the method of a request or notification that cannot be passed on; no client can answer it. */
    private static final String UNFIT = "gateway/unfit";

    /** The fields of a message; others mean nothing. */
    private record Fields(
            @Nullable RawJson id,
            @Nullable String method,
            @Nullable RawJson params,
            @Nullable RawJson result,
            @Nullable RawJson error) {}

    /**
     * Reads a message.
     *
     * @throws IllegalArgumentException if it is none
     */
    static McpMessage read(byte[] json, @Nullable Integer status) {
        try {
            Fields fields = Json.readUnchecked(json, Fields.class);
            if (fields == null || (fields.method() == null && fields.result() == null && fields.error() == null)) {
                throw new IllegalArgumentException("it is no JSON-RPC message");
            }
            try {
                JsonText.requireUtf8(json);
            } catch (InexactJsonException e) {
                return unfit(fields, status, String.valueOf(e.getMessage()));
            }
            return new McpMessage(
                    fields.id(), fields.method(), fields.params(), fields.result(), fields.error(), status);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("it is no JSON-RPC message: " + e.getOriginalMessage(), e);
        }
    }

    /** Nothing of such a message is passed on, and nothing is changed in silence: an answer becomes an error that says why. */
    private static McpMessage unfit(Fields fields, @Nullable Integer status, String why) {
        return fields.method() == null
                ? new McpMessage(
                        fields.id(),
                        null,
                        null,
                        null,
                        RawJson.from(Map.of(
                                "code", -32603, "message", "The server's answer cannot be passed on: " + why + ".")),
                        status)
                : new McpMessage(fields.id(), UNFIT, null, null, null, status);
    }

    boolean isResponse() {
        return method == null;
    }

    boolean isRequest() {
        return method != null && id != null;
    }

    boolean answers(String requestId) {
        return isResponse() && id != null && id.text().equals(requestId);
    }
}

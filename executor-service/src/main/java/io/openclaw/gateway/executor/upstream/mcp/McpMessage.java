package io.openclaw.gateway.executor.upstream.mcp;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
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
            Fields fields = Json.read(json, Fields.class);
            if (fields == null || (fields.method() == null && fields.result() == null && fields.error() == null)) {
                throw new IllegalArgumentException("it is no JSON-RPC message");
            }
            return new McpMessage(
                    fields.id(), fields.method(), fields.params(), fields.result(), fields.error(), status);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("it is no JSON-RPC message: " + e.getOriginalMessage(), e);
        }
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

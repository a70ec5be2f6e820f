package io.openclaw.gateway.ingress.core.mcp;

import io.openclaw.gateway.common.json.RawJson;
import org.jspecify.annotations.Nullable;

/** Thrown for a request that is answered with a JSON-RPC error. */
public final class JsonRpcException extends RuntimeException {
    public static final int PARSE_ERROR = -32700;
    public static final int INVALID_REQUEST = -32600;
    public static final int METHOD_NOT_FOUND = -32601;
    public static final int INVALID_PARAMS = -32602;
    public static final int INTERNAL_ERROR = -32603;
    /** Headers and body differ, or headers are missing (MCP 2026-07-28). */
    public static final int HEADER_MISMATCH = -32020;
    /** The client lacks a capability that the request needs (MCP 2026-07-28). */
    public static final int MISSING_CAPABILITY = -32021;
    /** The version is none of ours (MCP 2026-07-28). */
    public static final int UNSUPPORTED_VERSION = -32022;
    /** What was asked for is refused; the gateway's own code, outside the ranges that JSON-RPC and MCP keep. */
    public static final int REFUSED = 403;

    private static final long serialVersionUID = 1L;

    private final int code;
    private final int status;
    private final transient @Nullable RawJson data;

    /**
     * @param status the HTTP status that it goes with
     */
    public JsonRpcException(int code, String message, @Nullable RawJson data, int status) {
        super(message);
        this.code = code;
        this.data = data;
        this.status = status;
    }

    public static JsonRpcException badRequest(int code, String message) {
        return new JsonRpcException(code, message, null, 400);
    }

    public static JsonRpcException invalidParams(String message) {
        return new JsonRpcException(INVALID_PARAMS, message, null, 200);
    }

    public int code() {
        return code;
    }

    public int status() {
        return status;
    }

    public @Nullable RawJson data() {
        return data;
    }
}

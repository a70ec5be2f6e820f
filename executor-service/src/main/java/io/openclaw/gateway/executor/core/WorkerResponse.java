package io.openclaw.gateway.executor.core;

import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.json.InexactJsonException;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Reads what an OpenClaw worker answers to {@code POST /tools/invoke} (its docs/gateway/tools-invoke-http-api.md). */
public final class WorkerResponse {
    private static final String TOKEN_MISMATCH = "gateway token mismatch";

    private WorkerResponse() {}

    private record Body(
            @Nullable Boolean ok,
            @Nullable RawJson result,
            @Nullable Refusal error) {}

    private record Refusal(@Nullable String type, @Nullable String message) {}

    /** Returns what an answer means. An answer that is none of the worker's is a failure that says so. */
    public static Answer read(int status, byte[] bytes) {
        Body body;
        try {
            body = Json.read(bytes, Body.class);
        } catch (JacksonException e) {
            return notAWorker(status);
        } catch (InexactJsonException e) {
            return Answer.failed(new CallError(
                    "invalid_result",
                    "The worker answered, but its answer cannot be passed on: " + e.getMessage() + ".",
                    status));
        }
        if (status == 200 && body != null && Boolean.TRUE.equals(body.ok())) {
            RawJson result = body.result();
            return Answer.succeeded(result == null ? RawJson.of("null") : result);
        }
        Refusal error = body == null ? null : body.error();
        if (error == null) {
            return notAWorker(status);
        }
        String message = error.message() == null ? "the worker gave no reason" : error.message();
        if (message.toLowerCase(Locale.ROOT).contains(TOKEN_MISMATCH)) {
            return Answer.failed(tokenMismatch(message, status));
        }
        if (status == 401) {
            return Answer.failed(new CallError(
                    "worker_unauthorized",
                    "The worker refused the gateway's token (" + message
                            + "). Set OPENCLAW_WORKER_TOKEN to the worker's"
                            + " gateway.auth.token and restart the executor.",
                    status));
        }
        return Answer.failed(new CallError(error.type() == null ? "tool_error" : error.type(), message, status));
    }

    private static CallError tokenMismatch(String message, int status) {
        return new CallError(
                "worker_token_mismatch",
                "The worker's inner WebSocket client used another token than its own server: " + message + ". The call"
                        + " reached the worker; the gateway's OPENCLAW_WORKER_TOKEN is right. On the worker, unset"
                        + " OPENCLAW_GATEWAY_TOKEN and CLAWDBOT_GATEWAY_TOKEN, or set them equal to gateway.auth.token, and"
                        + " restart it.",
                status);
    }

    private static Answer notAWorker(int status) {
        return Answer.failed(new CallError(
                "upstream_error",
                "The upstream answered HTTP " + status + " with a body that no OpenClaw worker sends. Check that"
                        + " OPENCLAW_WORKER_URL points at a worker.",
                status));
    }
}

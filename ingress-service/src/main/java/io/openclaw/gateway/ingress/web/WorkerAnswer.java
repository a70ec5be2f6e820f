package io.openclaw.gateway.ingress.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;

/**
 * An answer as the OpenClaw worker's own {@code POST /tools/invoke} gives it (its docs/gateway/tools-invoke-http-api.md).
 *
 * @param body {@code ok} and {@code result}, or {@code ok} and {@code error}; a 401 has {@code error} alone
 */
record WorkerAnswer(int status, Body body) {

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Body(
            @Nullable Boolean ok,
            @Nullable RawJson result,
            @Nullable List<Reason> findings,
            @Nullable Refusal error) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Refusal(
            String type,
            String message,
            @Nullable Boolean requiresApproval,
            @Nullable String callId,
            @Nullable String url) {
        static Refusal of(String type, String message) {
            return new Refusal(type, message, null, null, null);
        }
    }

    /** @param findings what was noticed in the result; the worker itself never says such a thing */
    static WorkerAnswer succeeded(@Nullable RawJson result, List<Reason> findings) {
        return new WorkerAnswer(
                200,
                new Body(
                        true,
                        result == null ? RawJson.of("null") : result,
                        findings.isEmpty() ? null : findings,
                        null));
    }

    static WorkerAnswer failed(int status, Refusal error) {
        return failed(status, error, List.of());
    }

    /** @param findings what was noticed in the worker's error */
    static WorkerAnswer failed(int status, Refusal error, List<Reason> findings) {
        return new WorkerAnswer(status, new Body(false, null, findings.isEmpty() ? null : findings, error));
    }

    /** Says what a problem says, in the worker's shape. */
    static WorkerAnswer of(ProblemDetail problem) {
        int status = problem.getStatus();
        if (status == HttpStatus.UNAUTHORIZED.value()) {
            return new WorkerAnswer(status, new Body(null, null, null, Refusal.of("unauthorized", "Unauthorized")));
        }
        String detail = String.valueOf(problem.getDetail());
        return switch (status) {
            case 400, 413, 422 -> failed(status == 422 ? 400 : status, Refusal.of("invalid_request", detail));
            case 429 -> failed(status, Refusal.of("rate_limited", detail));
            default -> failed(status, Refusal.of("tool_error", detail));
        };
    }

    void write(HttpServletResponse response) throws IOException {
        response.setStatus(status);
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.getOutputStream().write(Json.write(body));
    }
}

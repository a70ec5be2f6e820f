package io.openclaw.gateway.ingress.web.mcp;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.ingress.core.mcp.JsonRpcException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The answer to one request: a JSON object, or, as soon as there is anything to say before it, a stream of server-sent
 * events that ends with it.
 */
final class McpReply {
    private static final int RETRY_MILLIS = 1_000;

    private final HttpServletResponse response;
    private RawJson id = RawJson.of("null");
    private @Nullable UUID resumable;
    private boolean primes;
    private boolean streaming;
    private int events;

    McpReply(HttpServletResponse response) {
        this.response = response;
    }

    /** Says which request is answered. */
    void answers(@Nullable RawJson requestId) {
        id = requestId == null ? RawJson.of("null") : requestId;
    }

    RawJson id() {
        return id;
    }

    /**
     * Makes the stream one that the client can take up again where it broke off.
     *
     * @param callId what is waited for
     * @param withPrimer whether the client knows the event without data that says so before anything else does
     */
    void isResumable(UUID callId, boolean withPrimer) {
        resumable = callId;
        primes = withPrimer;
    }

    /** A place in a stream that broke off. */
    record Place(UUID callId, RawJson requestId) {
        /** Reads the id of an event; empty if it is none of ours. */
        static Optional<Place> of(String eventId) {
            String[] parts = eventId.split("\\.", -1);
            try {
                return parts.length == 3
                        ? Optional.of(new Place(
                                UUID.fromString(parts[0]),
                                RawJson.from(Json.MAPPER.readTree(
                                        Base64.getUrlDecoder().decode(parts[2])))))
                        : Optional.empty();
            } catch (RuntimeException e) {
                return Optional.empty();
            }
        }
    }

    boolean isStreaming() {
        return streaming;
    }

    /** Begins the stream, if it has not begun. */
    void stream() {
        if (streaming) {
            return;
        }
        streaming = true;
        response.setStatus(200);
        response.setContentType("text/event-stream");
        response.setCharacterEncoding(StandardCharsets.UTF_8);
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Accel-Buffering", "no");
        if (resumable != null && primes) {
            write("id: " + eventId() + "\nretry: " + RETRY_MILLIS + "\ndata: \n\n");
        } else {
            write(": this stream ends with the answer\n\n");
        }
    }

    private String eventId() {
        String encoded =
                Base64.getUrlEncoder().withoutPadding().encodeToString(id.text().getBytes(StandardCharsets.UTF_8));
        return resumable + "." + ++events + "." + encoded;
    }

    /** Says something that is no answer. */
    void notify(String method, ObjectNode params) {
        ObjectNode message = Json.MAPPER.createObjectNode();
        message.put("jsonrpc", "2.0").put("method", method).set("params", params);
        stream();
        event(message.toString());
    }

    /** Asks the client something; revisions with sessions only. */
    void request(String requestId, String method, @Nullable RawJson params) {
        stream();
        event("{\"jsonrpc\":\"2.0\",\"id\":" + Json.MAPPER.writeValueAsString(requestId) + ",\"method\":"
                + Json.MAPPER.writeValueAsString(method)
                + (params == null ? "" : ",\"params\":" + params.text()) + "}");
    }

    /** Says nothing, so that both sides see that the other is still there. */
    void keepAlive() {
        if (streaming) {
            write(":\n\n");
        } else {
            stream();
        }
    }

    void result(RawJson result) {
        end(200, "{\"jsonrpc\":\"2.0\",\"id\":" + id.text() + ",\"result\":" + result.text() + "}");
    }

    void result(ObjectNode result) {
        result(RawJson.from(result));
    }

    void error(JsonRpcException e) {
        ObjectNode error = Json.MAPPER.createObjectNode();
        error.put("code", e.code()).put("message", String.valueOf(e.getMessage()));
        RawJson data = e.data();
        if (data != null) {
            error.set("data", Json.MAPPER.readTree(data.text()));
        }
        end(e.status(), "{\"jsonrpc\":\"2.0\",\"id\":" + id.text() + ",\"error\":" + error + "}");
    }

    /** Accepts what wants no answer. */
    void accepted() {
        response.setStatus(HttpServletResponse.SC_ACCEPTED);
    }

    private void end(int status, String json) {
        if (streaming) {
            event(json);
            return;
        }
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        response.setContentType("application/json");
        response.setContentLength(bytes.length);
        write(bytes);
    }

    private void event(String json) {
        write((resumable == null ? "" : "id: " + eventId() + "\n") + "event: message\ndata: "
                + json.replace("\n", "\ndata: ") + "\n\n");
    }

    private void write(String text) {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    private void write(byte[] bytes) {
        try {
            OutputStream out = response.getOutputStream();
            out.write(bytes);
            response.flushBuffer();
        } catch (IOException e) {
            throw new ClientGoneException(e);
        }
    }
}

package io.openclaw.gateway.ingress.web.mcp;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.ingress.core.mcp.JsonRpcException;
import io.openclaw.gateway.ingress.web.mcp.MediaTypes.Accepted;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The answer to one request: a JSON object, or, as soon as there is anything to say before it, a stream of server-sent
 * events that ends with it; what the client accepts permitting. A client that takes no events is told nothing but the end.
 */
final class McpReply {
    private static final int RETRY_MILLIS = 1_000;
    /** What ends a line of an event (HTML, "Parsing an event stream"); between the tokens of JSON each is the same. */
    private static final Pattern LINE_END = Pattern.compile("\r\n|\r|\n");

    private final @Nullable HttpServletResponse response;
    private Accepted accepted;
    private String answer = "";
    private RawJson id = RawJson.of("null");
    private @Nullable UUID resumable;
    private boolean primes;
    private boolean streaming;
    private int events;

    McpReply(HttpServletResponse response) {
        this.response = response;
        this.accepted = Accepted.BOTH;
    }

    private McpReply() {
        this.response = null;
        this.accepted = new Accepted(true, false);
    }

    /** Makes the reply to a message of a batch: kept until the others have theirs. */
    static McpReply inBatch() {
        return new McpReply();
    }

    /** Returns the JSON that answers a message of a batch; empty if it wanted no answer. */
    String answer() {
        return answer;
    }

    /** Tells whether anything can be said before the answer. */
    boolean canStream() {
        return accepted.events();
    }

    /** Says what the client accepts: everything, until this is said. */
    void accepts(Accepted what) {
        accepted = what;
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

    /** Begins the stream, if it has not begun and can begin. */
    void stream() {
        HttpServletResponse response = this.response;
        if (streaming || response == null || !canStream()) {
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
        stream();
        if (streaming) {
            ObjectNode message = Json.MAPPER.createObjectNode();
            message.put("jsonrpc", "2.0").put("method", method).set("params", params);
            event(message.toString());
        }
    }

    /** Asks the client something; revisions with sessions only, and clients that take events. */
    void request(String requestId, String method, @Nullable RawJson params) {
        if (!canStream()) {
            throw new IllegalStateException("this client can be asked nothing");
        }
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
        if (response != null) {
            response.setStatus(HttpServletResponse.SC_ACCEPTED);
        }
    }

    /** Answers a batch, or accepts it if none of its messages wants an answer. */
    void batch(List<String> answers) {
        if (answers.isEmpty()) {
            accepted();
        } else {
            end(200, "[" + String.join(",", answers) + "]");
        }
    }

    private void end(int status, String json) {
        HttpServletResponse response = this.response;
        if (response == null) {
            answer = json;
            return;
        }
        if (!accepted.json() && status == 200) {
            stream();
        }
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
                + LINE_END.matcher(json).replaceAll("\ndata: ") + "\n\n");
    }

    private void write(String text) {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    private void write(byte[] bytes) {
        HttpServletResponse response = Objects.requireNonNull(this.response);
        try {
            OutputStream out = response.getOutputStream();
            out.write(bytes);
            response.flushBuffer();
        } catch (IOException e) {
            throw new ClientGoneException(e);
        }
    }
}

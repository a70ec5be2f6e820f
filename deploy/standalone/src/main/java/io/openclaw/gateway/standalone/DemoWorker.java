package io.openclaw.gateway.standalone;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A worker that speaks the OpenClaw worker's {@code POST /tools/invoke} and does nothing: a few harmless tools, and an
 * {@code exec} that only says what it would have run. It listens on loopback alone.
 */
public final class DemoWorker implements AutoCloseable {
    /** The real worker's own limit. */
    private static final int MAX_BODY_BYTES = 2 * 1024 * 1024;

    static {
        // Without it each small answer waits for the acknowledgement of the one before.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;

    private DemoWorker(HttpServer server) {
        this.server = server;
    }

    /** A tool: its answer is a function of its arguments. What it throws becomes a {@code tool_error}. */
    @FunctionalInterface
    public interface Tool {
        /**
         * @throws IllegalArgumentException for arguments it cannot use (400)
         */
        String run(JsonNode arguments) throws Exception;
    }

    /** Returns the harmless tools. */
    public static Map<String, Tool> harmlessTools() {
        return Map.of(
                "sessions_list", arguments -> "{\"sessions\":[]}",
                "memory_search", arguments -> "{\"results\":[]}",
                "echo", JsonNode::toString,
                "clock", arguments -> "{\"now\":\"" + Instant.now() + "\"}",
                "message", arguments -> "The demo worker would have sent: " + text(arguments, "text"),
                "exec", arguments -> "The demo worker would have run: " + text(arguments, "command"));
    }

    /**
     * Starts a worker.
     *
     * @param port 0 for any free one
     * @param token what callers must bring
     */
    public static DemoWorker start(int port, String token, Map<String, Tool> tools) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.createContext("/tools/invoke", exchange -> {
                try (exchange) {
                    invoke(exchange, token, tools);
                }
            });
            server.start();
            return new DemoWorker(server);
        } catch (IOException e) {
            throw new UncheckedIOException("the demo worker cannot listen on 127.0.0.1:" + port, e);
        }
    }

    /** Returns the base URL. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private record Request(String tool, String name, JsonNode args) {}

    private static void invoke(HttpExchange exchange, String token, Map<String, Tool> tools) throws IOException {
        if (!exchange.getRequestMethod().equals("POST")) {
            answer(exchange, 405, "Method Not Allowed");
            return;
        }
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        String authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        if (!MessageDigest.isEqual(utf8("Bearer " + token), utf8(authorization))) {
            answer(exchange, 401, Map.of("error", Map.of("message", "Unauthorized", "type", "unauthorized")));
            return;
        }
        if (body.length > MAX_BODY_BYTES) {
            refuse(exchange, 413, "invalid_request", "payload too large");
            return;
        }
        Request request;
        try {
            request = Json.MAPPER.readValue(body, Request.class);
        } catch (JacksonException e) {
            refuse(exchange, 400, "invalid_request", "invalid JSON");
            return;
        }
        String name = request == null ? null : request.name() != null ? request.name() : request.tool();
        if (name == null) {
            refuse(exchange, 400, "invalid_request", "tools.invoke requires body.tool");
            return;
        }
        Tool tool = tools.get(name);
        if (tool == null) {
            refuse(exchange, 404, "not_found", "Tool not available: " + name);
            return;
        }
        try {
            String text = tool.run(request.args() == null ? Json.MAPPER.createObjectNode() : request.args());
            answer(
                    exchange,
                    200,
                    Map.of("ok", true, "result", Map.of("content", List.of(Map.of("type", "text", "text", text)))));
        } catch (IllegalArgumentException e) {
            refuse(exchange, 400, "tool_error", String.valueOf(e.getMessage()));
        } catch (Exception e) {
            refuse(exchange, 500, "tool_error", "tool execution failed");
        }
    }

    private static String text(JsonNode arguments, String name) {
        JsonNode value = arguments.get(name);
        if (value == null || !value.isString()) {
            throw new IllegalArgumentException(name + " required");
        }
        return value.asString();
    }

    private static void refuse(HttpExchange exchange, int status, String type, String message) throws IOException {
        answer(exchange, status, Map.of("ok", false, "error", Map.of("type", type, "message", message)));
    }

    private static void answer(HttpExchange exchange, int status, Object body) throws IOException {
        byte[] bytes = body instanceof String text
                ? utf8(text)
                : utf8(RawJson.from(body).text());
        exchange.getResponseHeaders()
                .set("Content-Type", body instanceof String ? "text/plain; charset=utf-8" : "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

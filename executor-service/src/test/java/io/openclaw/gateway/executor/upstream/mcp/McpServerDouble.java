package io.openclaw.gateway.executor.upstream.mcp;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.openclaw.gateway.common.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/** An MCP server over HTTP of either era, that can be made to behave badly. */
final class McpServerDouble implements AutoCloseable {
    final AtomicInteger calls = new AtomicInteger();
    final List<String> methods = new CopyOnWriteArrayList<>();
    final Set<String> sessions = ConcurrentHashMap.newKeySet();
    volatile String wantedToken = "";
    /** The bodies of all calls of tools. */
    final List<String> callBodies = new CopyOnWriteArrayList<>();
    /** The headers of the last of them. */
    volatile Map<String, List<String>> callHeaders = Map.of();

    volatile String lastParams = "";

    private final boolean modern;
    private final HttpServer server;
    private final AtomicInteger tokens = new AtomicInteger();

    McpServerDouble(boolean modern) throws IOException {
        this.modern = modern;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/mcp", this::handle);
        server.createContext("/token", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                wantedToken = "token-" + tokens.incrementAndGet();
                answer(exchange, 200, "{\"access_token\":\"" + wantedToken + "\",\"expires_in\":3600}");
            }
        });
        server.start();
    }

    String url() {
        return base() + "/mcp";
    }

    String base() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    int tokensGiven() {
        return tokens.get();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!wantedToken.isEmpty()
                    && !("Bearer " + wantedToken)
                            .equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                exchange.sendResponseHeaders(401, -1);
                return;
            }
            if (exchange.getRequestMethod().equals("GET")) {
                resume(exchange);
                return;
            }
            if (exchange.getRequestMethod().equals("DELETE")) {
                exchange.sendResponseHeaders(200, -1);
                return;
            }
            byte[] body = exchange.getRequestBody().readAllBytes();
            JsonNode message = Json.MAPPER.readTree(body);
            String method = message.path("method").asString("");
            methods.add(method);
            if (method.equals("tools/call")) {
                callBodies.add(new String(body, StandardCharsets.UTF_8));
                callHeaders = Map.copyOf(exchange.getRequestHeaders());
            }
            if (!message.has("id") || method.isEmpty()) {
                exchange.sendResponseHeaders(202, -1);
                return;
            }
            if (!modern && method.equals("server/discover")) {
                answer(
                        exchange,
                        400,
                        "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32000,\"message\":\"no session\"}}");
                return;
            }
            if (modern && method.equals("initialize")) {
                error(exchange, message, 404, -32601, "Method not found");
                return;
            }
            if (!modern && !method.equals("initialize")) {
                String session = exchange.getRequestHeaders().getFirst("Mcp-Session-Id");
                if (session == null || !sessions.contains(session)) {
                    answer(exchange, 404, "{}");
                    return;
                }
            }
            dispatch(exchange, message, method);
        }
    }

    private void dispatch(HttpExchange exchange, JsonNode message, String method) throws IOException {
        switch (method) {
            case "server/discover" ->
                result(exchange, message, "{\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{\"tools\":{}}}");
            case "initialize" -> {
                String session = "session-" + sessions.size();
                sessions.add(session);
                exchange.getResponseHeaders().set("Mcp-Session-Id", session);
                result(exchange, message, "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{}}}");
            }
            case "tools/list" ->
                result(
                        exchange,
                        message,
                        message.path("params").has("cursor")
                                ? "{\"tools\":[{\"name\":\"broken\",\"inputSchema\":{\"properties\":{\"a\":{\"type\":\"number\",\"x-mcp-header\":\"A\"}}}}]}"
                                : "{\"nextCursor\":\"2\",\"tools\":[{\"name\":\"echo\",\"inputSchema\":{\"properties\":{\"region\":{\"type\":\"string\",\"x-mcp-header\":\"Region\"}}}}]}");
            case "tools/call" -> call(exchange, message);
            default -> result(exchange, message, "{}");
        }
    }

    private void call(HttpExchange exchange, JsonNode message) throws IOException {
        calls.incrementAndGet();
        JsonNode arguments = message.at("/params/arguments");
        lastParams = message.get("params").toString();
        switch (arguments.path("do").asString("")) {
            case "hang" -> {
                try {
                    Thread.sleep(60_000);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            case "fail" ->
                result(exchange, message, "{\"isError\":true,\"content\":[{\"type\":\"text\",\"text\":\"it broke\"}]}");
            case "halve" -> result(exchange, message, "{\"content\":[{\"type\":\"text\",\"text\":\"x\\ud800y\"}]}");
            case "refuse" -> error(exchange, message, 200, -32602, "wrong arguments");
            case "die" -> exchange.sendResponseHeaders(500, -1);
            case "babble" -> answer(exchange, 200, "this is no JSON");
            case "flood" -> {
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, 0);
                byte[] chunk = ("{\"a\":\"" + "x".repeat(100_000)).getBytes(StandardCharsets.UTF_8);
                for (int i = 0; i < 100; i++) {
                    exchange.getResponseBody().write(chunk);
                }
            }
            case "stop" -> {
                exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody()
                        .write(("id: " + message.get("id") + "\nretry: 10\ndata:\n\n")
                                .getBytes(StandardCharsets.UTF_8));
            }
            default -> result(exchange, message, "{\"content\":[{\"type\":\"text\",\"text\":\"hello\"}]}");
        }
    }

    private void resume(HttpExchange exchange) throws IOException {
        String last = exchange.getRequestHeaders().getFirst("Last-Event-ID");
        if (last == null) {
            exchange.sendResponseHeaders(405, -1);
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody()
                .write(("data: {\"jsonrpc\":\"2.0\",\"id\":" + last
                                + ",\r\ndata: \"result\":{\"content\":[{\"type\":\"text\",\"text\":\"taken up again\"}]}}\r\n\r\n")
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static void result(HttpExchange exchange, JsonNode message, String result) throws IOException {
        answer(exchange, 200, "{\"jsonrpc\":\"2.0\",\"id\":" + message.get("id") + ",\"result\":" + result + "}");
    }

    private static void error(HttpExchange exchange, JsonNode message, int status, int code, String words)
            throws IOException {
        answer(
                exchange,
                status,
                "{\"jsonrpc\":\"2.0\",\"id\":" + message.get("id") + ",\"error\":{\"code\":" + code + ",\"message\":\""
                        + words + "\"}}");
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

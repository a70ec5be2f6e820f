package io.openclaw.gateway.e2e;

import io.openclaw.gateway.common.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** An MCP client that can be made to say anything, of either era. */
final class McpSession {
    static final String MODERN = "2026-07-28";

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final String url;
    private final String key;
    private final boolean modern;
    private final AtomicInteger ids = new AtomicInteger();
    private String session;
    private ObjectNode capabilities = Json.MAPPER.createObjectNode();

    private McpSession(String url, String key, boolean modern) {
        this.url = url;
        this.key = key;
        this.modern = modern;
    }

    /** Makes a client of 2026-07-28; without a key it sends no credentials. */
    static McpSession modern(String url, String key) {
        return new McpSession(url, key, true);
    }

    /** Begins a session of 2025-11-25. */
    static McpSession begin(String url, String key, String capabilities) {
        return begin(url, key, capabilities, "2025-11-25");
    }

    /** Begins a session of a revision. */
    static McpSession begin(String url, String key, String capabilities, String version) {
        var made = new McpSession(url, key, false);
        Reply reply = made.request(
                "initialize",
                "{\"protocolVersion\":\"" + version + "\",\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"},"
                        + "\"capabilities\":" + capabilities + "}");
        made.session = reply.response().headers().firstValue("Mcp-Session-Id").orElseThrow();
        made.notify("notifications/initialized", "{}");
        return made;
    }

    /** Returns the same session, as a client that reached another instance has it. */
    McpSession at(String otherUrl) {
        var other = new McpSession(otherUrl, key, modern);
        other.session = session;
        other.capabilities = capabilities;
        other.ids.set(ids.get() + 1_000);
        return other;
    }

    McpSession can(String json) {
        capabilities = (ObjectNode) Json.MAPPER.readTree(json);
        return this;
    }

    String session() {
        return session;
    }

    /** Everything that was answered to one request. */
    record Reply(int status, HttpResponse<?> response, List<JsonNode> messages) {
        JsonNode last() {
            return messages.getLast();
        }

        JsonNode at(String pointer) {
            return last().at(pointer);
        }

        String text(String pointer) {
            return at(pointer).asString("");
        }

        List<JsonNode> notifications(String method) {
            return messages.stream()
                    .filter(message -> message.path("method").asString("").equals(method))
                    .toList();
        }
    }

    Reply request(String method, String params) {
        return reply(send(message(method, params, ids.incrementAndGet()), Map.of()));
    }

    Reply call(String tool, String arguments) {
        return request(
                "tools/call",
                "{\"name\":" + Json.MAPPER.writeValueAsString(tool) + ",\"arguments\":" + arguments + "}");
    }

    void notify(String method, String params) {
        send("{\"jsonrpc\":\"2.0\",\"method\":\"" + method + "\",\"params\":" + params + "}", Map.of());
    }

    /** Answers a request of the server. */
    int answer(JsonNode request, String result) {
        return send("{\"jsonrpc\":\"2.0\",\"id\":" + request.get("id") + ",\"result\":" + result + "}", Map.of())
                .statusCode();
    }

    List<String> tools() {
        List<String> tools = new ArrayList<>();
        String cursor = null;
        do {
            JsonNode result = request("tools/list", cursor == null ? "{}" : "{\"cursor\":\"" + cursor + "\"}")
                    .at("/result");
            result.path("tools").forEach(tool -> tools.add(tool.path("name").asString()));
            cursor = result.path("nextCursor").asString(null);
        } while (cursor != null);
        return tools;
    }

    /** Returns a message with all that the era wants said. */
    String message(String method, String params, int id) {
        ObjectNode message = Json.MAPPER.createObjectNode();
        message.put("jsonrpc", "2.0").put("id", id).put("method", method);
        ObjectNode node = (ObjectNode) Json.MAPPER.readTree(params);
        if (modern) {
            ObjectNode meta = node.withObject("_meta");
            meta.put("io.modelcontextprotocol/protocolVersion", MODERN);
            meta.set("io.modelcontextprotocol/clientCapabilities", capabilities);
        }
        message.set("params", node);
        return message.toString();
    }

    HttpRequest.Builder post(String body) {
        HttpRequest.Builder request = headers()
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (modern) {
            JsonNode message = Json.MAPPER.readTree(body);
            request.header("MCP-Protocol-Version", MODERN);
            request.header("Mcp-Method", message.path("method").asString(""));
            JsonNode params = message.path("params");
            String name = params.path("name").asString(params.path("uri").asString(""));
            if (!name.isEmpty()) {
                request.header("Mcp-Name", name);
            }
        }
        return request;
    }

    private HttpRequest.Builder headers() {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(90));
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        if (session != null) {
            request.header("Mcp-Session-Id", session);
        }
        return request;
    }

    HttpResponse<String> send(String body, Map<String, String> headers) {
        HttpRequest.Builder request = post(body);
        headers.forEach(request::setHeader);
        return send(request);
    }

    static HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return HTTP.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Opens the stream of an answer, and hands out its messages as they come. */
    Stream<JsonNode> stream(String method, String params) {
        return open(post(message(method, params, ids.incrementAndGet())));
    }

    /** Opens the stream of what belongs to no request, or takes one up again. */
    Stream<JsonNode> listen(String lastEventId) {
        HttpRequest.Builder request =
                headers().header("Accept", "text/event-stream").GET();
        if (lastEventId != null) {
            request.header("Last-Event-ID", lastEventId);
        }
        return open(request);
    }

    private static Stream<JsonNode> open(HttpRequest.Builder request) {
        try {
            return HTTP.send(request.build(), BodyHandlers.ofLines())
                    .body()
                    .filter(line -> line.startsWith("data:") && line.length() > 6)
                    .map(line -> Json.MAPPER.readTree(line.substring(5)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    int end() {
        return send(headers().DELETE()).statusCode();
    }

    private static Reply reply(HttpResponse<String> response) {
        List<JsonNode> messages = new ArrayList<>();
        if (response.headers().firstValue("Content-Type").orElse("").startsWith("text/event-stream")) {
            for (String line : response.body().split("\n", -1)) {
                if (line.startsWith("data:") && line.strip().length() > 5) {
                    messages.add(Json.MAPPER.readTree(line.substring(5)));
                }
            }
        } else if (!response.body().isEmpty()) {
            messages.add(Json.MAPPER.readTree(response.body()));
        }
        return new Reply(response.statusCode(), response, messages);
    }
}

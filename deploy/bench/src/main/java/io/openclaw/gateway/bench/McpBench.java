package io.openclaw.gateway.bench;

import com.sun.net.httpserver.HttpServer;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;

/**
 * Prints, as one JSON object from one run, {@code tools/call} at an MCP server directly and through the gateway, at rising
 * concurrency: calls per second, p50 and p99 in milliseconds, and the ratios. The server is one in this process that answers at
 * once, or {@code --upstream URL --tool NAME --arguments JSON}; {@code --seconds N} sets how long each figure is measured.
 */
public final class McpBench {
    private static final List<Integer> CONCURRENCY = List.of(1, 16, 64);
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String ACCEPT =
            "Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2025-11-25\r\n";

    private final String tool;
    private final String arguments;

    private McpBench(String tool, String arguments) {
        this.tool = tool;
        this.arguments = arguments;
    }

    static void main(String... args) throws Exception {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i + 1 < args.length; i += 2) {
            options.put(args[i], args[i + 1]);
        }
        Duration time = Duration.ofSeconds(Long.parseLong(options.getOrDefault("--seconds", "10")));
        HttpServer own = null;
        String upstream = options.get("--upstream");
        if (upstream == null) {
            own = server();
            upstream = "http://127.0.0.1:" + own.getAddress().getPort() + "/mcp";
        }
        var bench = new McpBench(
                options.getOrDefault("--tool", "echo"), options.getOrDefault("--arguments", "{\"message\":\"hello\"}"));
        System.out.println(RawJson.from(bench.run(URI.create(upstream), time)).text());
        if (own != null) {
            own.stop(0);
        }
    }

    private Map<String, Object> run(URI upstream, Duration time) throws Exception {
        Path directory = Files.createTempDirectory("openclaw-mcp-bench");
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("cores", Runtime.getRuntime().availableProcessors());
        report.put("secondsEach", time.toSeconds());
        try (var gateway =
                new GatewayProcess(directory.resolve("gateway"), Map.of("OPENCLAW_UPSTREAMS", "bench=" + upstream))) {
            URI through = URI.create("http://127.0.0.1:" + gateway.port() + "/mcp");
            String key = "Authorization: Bearer " + gateway.agentKey() + "\r\n";
            Load.warmUp(64, number -> caller(upstream, ""));
            Load.warmUp(64, number -> caller(through, key));
            List<Map<String, Object>> figures = new ArrayList<>();
            for (int concurrency : CONCURRENCY) {
                Load.Figures direct =
                        Load.run(concurrency, Duration.ofSeconds(2), time, number -> caller(upstream, ""));
                Load.Figures governed =
                        Load.run(concurrency, Duration.ofSeconds(2), time, number -> caller(through, key));
                Map<String, Object> figure = new LinkedHashMap<>();
                figure.put("concurrency", concurrency);
                figure.put("direct", direct);
                figure.put("gateway", governed);
                figure.put("throughput", Load.rounded(governed.callsPerSecond() / direct.callsPerSecond()));
                figure.put("p50MillisMore", Load.rounded(governed.p50Millis() - direct.p50Millis()));
                figures.add(figure);
                System.err.println(RawJson.from(figure).text());
            }
            report.put("figures", figures);
            report.putAll(gateway.record());
        }
        FileSystemUtils.deleteRecursively(directory);
        return report;
    }

    /** Begins a session, and returns a caller of it. */
    private HttpCaller caller(URI endpoint, String credentials) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(endpoint)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\","
                                + "\"capabilities\":{},\"clientInfo\":{\"name\":\"bench\",\"version\":\"1\"}}}"));
        if (!credentials.isEmpty()) {
            request.header("Authorization", credentials.strip().substring("Authorization: ".length()));
        }
        String session = HTTP.send(request.build(), BodyHandlers.ofString())
                .headers()
                .firstValue("Mcp-Session-Id")
                .orElseThrow(() -> new IOException(endpoint + " begins no session"));
        return new HttpCaller(
                endpoint.getPort(),
                endpoint.getPath(),
                credentials + ACCEPT + "Mcp-Session-Id: " + session + "\r\n",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"" + tool
                        + "\",\"arguments\":" + arguments + "}}",
                "\"content\"");
    }

    /** An MCP server that answers at once. */
    private static HttpServer server() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/mcp", exchange -> {
            try (exchange) {
                byte[] body = exchange.getRequestBody().readAllBytes();
                if (!exchange.getRequestMethod().equals("POST")) {
                    exchange.sendResponseHeaders(405, -1);
                    return;
                }
                JsonNode message = Json.MAPPER.readTree(body);
                String result = switch (message.path("method").asString("")) {
                    case "initialize" ->
                        "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{}},\"serverInfo\":{\"name\":\"bench\",\"version\":\"1\"}}";
                    case "tools/list" -> "{\"tools\":[{\"name\":\"echo\",\"inputSchema\":{\"type\":\"object\"}}]}";
                    case "tools/call" -> "{\"content\":[{\"type\":\"text\",\"text\":\"hello\"}]}";
                    case "ping" -> "{}";
                    default -> "";
                };
                if (!message.has("id") || result.isEmpty()) {
                    exchange.sendResponseHeaders(message.has("id") ? 400 : 202, -1);
                    return;
                }
                byte[] answer = ("{\"jsonrpc\":\"2.0\",\"id\":" + message.get("id") + ",\"result\":" + result + "}")
                        .getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.getResponseHeaders().set("Mcp-Session-Id", "bench");
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
            }
        });
        server.start();
        return server;
    }
}

package io.openclaw.gateway.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.openclaw.gateway.common.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Stands in for the language model of an agent, on loopback (OpenAI's wire format, streaming): a prompt that names a script makes it
 * call the script's tools, one after the other.
 */
final class AgentModel implements AutoCloseable {
    private static final Pattern SCRIPT = Pattern.compile("\\[\\[script:([a-z0-9-]+)]]");
    private static final String INTERNAL = "OPENCLAW_INTERNAL_CONTEXT";

    private final HttpServer server;
    private final Map<String, List<Step>> scripts = new ConcurrentHashMap<>();
    private final List<JsonNode> requests = new CopyOnWriteArrayList<>();

    /** A call of a tool, and what happens before the model asks for it. */
    record Step(String tool, Map<String, ?> arguments, Runnable before) {
        static Step of(String tool, Map<String, ?> arguments) {
            return new Step(tool, arguments, () -> {});
        }

        /** A call of a deferred tool, which OpenClaw wraps. */
        static Step deferred(String tool, Map<String, ?> arguments) {
            return of("tool_call", Map.of("id", tool, "args", arguments));
        }

        Step after(Runnable what) {
            return new Step(tool, arguments, what);
        }
    }

    AgentModel() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/chat/completions", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    /** Has a prompt with {@code [[script:name]]} call these tools. */
    void script(String name, Step... steps) {
        scripts.put(name, List.of(steps));
    }

    /** Returns what the model was told that its calls of a script came to, in order. */
    List<String> results(String script) {
        List<String> best = List.of();
        for (JsonNode request : requests) {
            if (of(request).map(at -> at.name().equals(script)).orElse(false)) {
                List<String> results = new ArrayList<>();
                of(request).orElseThrow().after().forEach(message -> {
                    if (message.path("role").asString("").equals("tool")) {
                        results.add(text(message.path("content")));
                    }
                });
                best = results.size() > best.size() ? results : best;
            }
        }
        return best;
    }

    /** Returns the tools that the model was offered directly. */
    List<String> offered() {
        return requests.stream()
                .flatMap(request -> request.path("tools").valueStream())
                .map(tool -> tool.at("/function/name").asString(""))
                .distinct()
                .sorted()
                .toList();
    }

    /** Where a script was asked for in a conversation, and what was said after that. */
    private record At(String name, List<JsonNode> after) {}

    private static Optional<At> of(JsonNode request) {
        List<JsonNode> messages = request.path("messages").valueStream().toList();
        At found = null;
        for (int i = 0; i < messages.size(); i++) {
            JsonNode message = messages.get(i);
            String text = text(message.path("content"));
            Matcher matcher = SCRIPT.matcher(text);
            if (message.path("role").asString("").equals("user") && !text.contains(INTERNAL) && matcher.find()) {
                found = new At(matcher.group(1), messages.subList(i + 1, messages.size()));
            }
        }
        return Optional.ofNullable(found);
    }

    private static String text(JsonNode content) {
        return content.isString() ? content.asString() : content.toString();
    }

    private void answer(HttpExchange exchange) throws IOException {
        JsonNode request = Json.MAPPER.readTree(exchange.getRequestBody().readAllBytes());
        requests.add(request);
        At at = of(request).orElse(null);
        int done = at == null
                ? 0
                : (int) at.after().stream()
                        .filter(message -> !message.path("tool_calls").isEmpty())
                        .count();
        List<Step> steps = at == null ? List.of() : scripts.getOrDefault(at.name(), List.of());
        var chunks = new StringBuilder();
        if (at != null && done < steps.size()) {
            Step step = steps.get(done);
            step.before().run();
            Map<String, Object> call = new LinkedHashMap<>();
            call.put("index", 0);
            call.put("id", "call" + at.name().replace("-", "") + done);
            call.put("type", "function");
            call.put("function", Map.of("name", step.tool(), "arguments", RunningGateway.json(step.arguments())));
            chunk(chunks, Map.of("role", "assistant", "tool_calls", List.of(call)), null);
            chunk(chunks, Map.of(), "tool_calls");
        } else {
            chunk(chunks, Map.of("role", "assistant", "content", "done"), null);
            chunk(chunks, Map.of(), "stop");
        }
        chunks.append("data: ")
                .append(RunningGateway.json(Map.of(
                        "id",
                        "c",
                        "object",
                        "chat.completion.chunk",
                        "created",
                        1,
                        "model",
                        "double",
                        "choices",
                        List.of(),
                        "usage",
                        Map.of("prompt_tokens", 1, "completion_tokens", 1, "total_tokens", 2))))
                .append("\n\ndata: [DONE]\n\n");
        byte[] bytes = chunks.toString().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, bytes.length);
        try (var out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    private static void chunk(StringBuilder chunks, Map<String, ?> delta, String finish) {
        Map<String, Object> choice = new LinkedHashMap<>();
        choice.put("index", 0);
        choice.put("delta", delta);
        choice.put("finish_reason", finish);
        chunks.append("data: ")
                .append(RunningGateway.json(Map.of(
                        "id", "c",
                        "object", "chat.completion.chunk",
                        "created", 1,
                        "model", "double",
                        "choices", List.of(choice))))
                .append("\n\n");
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

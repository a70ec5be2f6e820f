package io.openclaw.gateway.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Stands in for a language model on loopback. It speaks OpenAI's wire format (platform.openai.com/docs/api-reference/chat) at
 * {@code /v1/chat/completions} and Anthropic's (docs.anthropic.com/en/api/messages) at {@code /v1/messages}.
 */
public final class ModelDouble implements AutoCloseable {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final HttpServer server;
    private final List<Question> questions = new CopyOnWriteArrayList<>();
    private volatile Function<Question, Answer> model = question -> Answer.of("");

    /**
     * A request that came.
     *
     * @param authorization the header with the key
     * @param body the request as it came
     */
    public record Question(String path, String authorization, JsonNode body) {
        /** Returns the texts of all messages, the system's first. */
        public String text() {
            var text = new StringBuilder();
            if (body.has("system")) {
                text.append(body.get("system")).append('\n');
            }
            body.get("messages").forEach(message -> {
                JsonNode content = message.get("content");
                text.append(content.isString() ? content.asString() : content.toString())
                        .append('\n');
            });
            return text.toString();
        }
    }

    /** A tool that the model chooses; {@code arguments} are what it writes, JSON or not. */
    public record Choice(String id, String tool, String arguments) {}

    /**
     * What the model answers.
     *
     * @param status the HTTP status; with another than 200 the text is an error's message
     * @param delay how long it takes
     * @param choices the tools that it chooses, in OpenAI's format alone
     * @param raw the whole body, in the place of all that
     */
    public record Answer(
            int status,
            String text,
            Duration delay,
            List<Choice> choices,
            @Nullable String raw) {
        public Answer(int status, String text, Duration delay) {
            this(status, text, delay, List.of(), null);
        }

        /** An answer that chooses tools. */
        public static Answer choosing(Choice... choices) {
            return new Answer(200, "", Duration.ZERO, List.of(choices), null);
        }

        /** An answer whose body is anything. */
        public static Answer raw(String body) {
            return new Answer(200, "", Duration.ZERO, List.of(), body);
        }

        public static Answer of(String text) {
            return new Answer(200, text, Duration.ZERO);
        }

        /** An opinion of the form that the judge asks for. */
        public static Answer opinion(int risk, int confidence) {
            return of("{\"intent\":\"It does something.\",\"category\":\"test\",\"risk\":" + risk + ",\"confidence\":"
                    + confidence + ",\"reasons\":[\"Because.\"]}");
        }
    }

    public ModelDouble() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/chat/completions", exchange -> answer(exchange, false));
        server.createContext("/v1/messages", exchange -> answer(exchange, true));
        server.start();
    }

    /** Returns the base URL to configure. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    /** Says what the model answers from now on, and forgets the questions that came. */
    public void answering(Function<Question, Answer> answers) {
        questions.clear();
        model = answers;
    }

    /** Returns the questions that came. */
    public List<Question> questions() {
        return List.copyOf(questions);
    }

    private void answer(HttpExchange exchange, boolean anthropic) throws IOException {
        try (exchange) {
            String key = exchange.getRequestHeaders().getFirst(anthropic ? "x-api-key" : "Authorization");
            var question = new Question(
                    exchange.getRequestURI().getPath(),
                    String.valueOf(key),
                    MAPPER.readTree(exchange.getRequestBody().readAllBytes()));
            questions.add(question);
            Answer answer = model.apply(question);
            Thread.sleep(answer.delay());
            byte[] body = answer.raw() != null
                    ? answer.raw().getBytes(StandardCharsets.UTF_8)
                    : MAPPER.writeValueAsBytes(
                            answer.status() == 200
                                    ? anthropic ? anthropic(question, answer) : openAi(question, answer)
                                    : Map.of("error", Map.of("message", answer.text(), "type", "server_error")));
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.status(), body.length);
            exchange.getResponseBody().write(body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Map<String, Object> openAi(Question question, Answer answer) {
        return Map.of(
                "id",
                "chatcmpl-double",
                "object",
                "chat.completion",
                "created",
                1_764_000_000,
                "model",
                question.body().get("model").asString(),
                "choices",
                List.of(Map.of(
                        "index",
                        0,
                        "message",
                        message(answer),
                        "finish_reason",
                        answer.choices().isEmpty() ? "stop" : "tool_calls")),
                "usage",
                Map.of("prompt_tokens", 400, "completion_tokens", 60, "total_tokens", 460));
    }

    private static Map<String, Object> message(Answer answer) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", "assistant");
        message.put("content", answer.text());
        if (!answer.choices().isEmpty()) {
            message.put(
                    "tool_calls",
                    answer.choices().stream()
                            .map(choice -> Map.of(
                                    "id",
                                    choice.id(),
                                    "type",
                                    "function",
                                    "function",
                                    Map.of("name", choice.tool(), "arguments", choice.arguments())))
                            .toList());
        }
        return message;
    }

    private static Map<String, Object> anthropic(Question question, Answer answer) {
        return Map.of(
                "id", "msg_double",
                "type", "message",
                "role", "assistant",
                "model", question.body().get("model").asString(),
                "content", List.of(Map.of("type", "text", "text", answer.text())),
                "stop_reason", "end_turn",
                "usage", Map.of("input_tokens", 400, "output_tokens", 60));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

package io.openclaw.gateway.ingress.execute.model;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.text.Ellipsis;
import io.openclaw.gateway.ingress.execute.core.Choice;
import io.openclaw.gateway.ingress.execute.core.OfferedTool;
import io.openclaw.gateway.ingress.execute.core.Planner;
import io.openclaw.gateway.ingress.execute.core.PlannerFailedException;
import io.openclaw.gateway.ingress.execute.core.RunDriver;
import io.openclaw.gateway.ingress.execute.core.Spending;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A chat model with tools as the planner of runs, behind a circuit breaker. */
final class ChatPlanner implements Planner {
    private static final Redactor REDACTOR = new Redactor();
    private static final int MAX_SAID = 300;
    private static final double MILLION = 1_000_000;

    private final String name;
    private final ChatModel model;
    private final CircuitBreaker breaker;
    private final double inputPrice;
    private final double outputPrice;

    /**
     * @param inputPrice US dollars for a million tokens of question
     * @param outputPrice US dollars for a million tokens of answer
     */
    ChatPlanner(String name, ChatModel model, CircuitBreaker breaker, double inputPrice, double outputPrice) {
        this.name = name;
        this.model = model;
        this.breaker = breaker;
        this.inputPrice = inputPrice;
        this.outputPrice = outputPrice;
    }

    @Override
    public String model() {
        return name;
    }

    @Override
    public Reply ask(Question question) throws PlannerFailedException {
        List<ChatMessage> messages = new ArrayList<>();
        messages.add(SystemMessage.from(question.system()));
        Set<String> offered = question.tools().stream().map(OfferedTool::name).collect(Collectors.toSet());
        question.messages().forEach(message -> messages.add(message(message, offered)));
        List<ToolSpecification> tools =
                question.tools().stream().map(ChatPlanner::specification).toList();
        try {
            ChatResponse response = breaker.executeSupplier(() -> {
                var request = ChatRequest.builder().messages(messages);
                return model.chat((tools.isEmpty() ? request : request.toolSpecifications(tools)).build());
            });
            return reply(response);
        } catch (RuntimeException e) {
            throw failure(e);
        }
    }

    private Reply reply(@Nullable ChatResponse response) throws PlannerFailedException {
        AiMessage message = response == null ? null : response.aiMessage();
        if (response == null || message == null) {
            throw new PlannerFailedException(
                    "model_nonsense", "The model " + name + " gave an empty answer.", true, Spending.NONE);
        }
        Spending spent = spent(response.tokenUsage());
        if (response.finishReason() == FinishReason.LENGTH) {
            throw new PlannerFailedException(
                    "model_truncated",
                    "The answer of the model " + name
                            + " was cut off at its maximum length (openclaw.execute.model.max-output-tokens).",
                    true,
                    spent);
        }
        if (response.finishReason() == FinishReason.CONTENT_FILTER) {
            throw new PlannerFailedException(
                    "model_refused", "The provider of the model " + name + " filtered the answer out.", false, spent);
        }
        var count = new AtomicInteger();
        List<Choice> choices = message.toolExecutionRequests() == null
                ? List.of()
                : message.toolExecutionRequests().stream()
                        .map(request -> choice(request, count.incrementAndGet()))
                        .toList();
        return new Reply(message.text(), choices, spent);
    }

    private static Choice choice(ToolExecutionRequest request, int place) {
        String id = request.id();
        String tool = request.name();
        return new Choice(
                id == null || id.isBlank() ? "choice-" + place : Ellipsis.of(id, 200),
                tool == null ? "" : Ellipsis.of(tool, 200),
                RunDriver.argumentsOf(request.arguments()));
    }

    private Spending spent(@Nullable TokenUsage usage) {
        Integer in = usage == null ? null : usage.inputTokenCount();
        Integer out = usage == null ? null : usage.outputTokenCount();
        long input = in == null ? 0 : Math.max(0, in);
        long output = out == null ? 0 : Math.max(0, out);
        return new Spending(input, output, (input * inputPrice + output * outputPrice) / MILLION);
    }

    private static ChatMessage message(Message message, Set<String> offered) {
        return switch (message) {
            case Message.Asked asked -> UserMessage.from(asked.text());
            case Message.Answered answered -> {
                if (answered.choices().isEmpty()) {
                    yield AiMessage.from(String.valueOf(answered.text()));
                }
                var builder = AiMessage.builder()
                        .toolExecutionRequests(answered.choices().stream()
                                .map(choice -> ToolExecutionRequest.builder()
                                        .id(choice.id())
                                        .name(named(choice.name(), offered))
                                        .arguments(choice.arguments().text())
                                        .build())
                                .toList());
                yield (answered.text() == null ? builder : builder.text(answered.text())).build();
            }
            case Message.Told told ->
                ToolExecutionResultMessage.from(told.choiceId(), named(told.name(), offered), told.text());
        };
    }

    /** Providers refuse a question that has a tool call of another form of name, even where it is the model's own. */
    private static String named(String tool, Set<String> offered) {
        if (offered.contains(tool)) {
            return tool;
        }
        String plain = tool.replaceAll("[^A-Za-z0-9_-]", "_");
        return plain.substring(0, Math.min(plain.length(), 64));
    }

    private static ToolSpecification specification(OfferedTool tool) {
        return ToolSpecification.builder()
                .name(tool.name())
                .description(tool.description() == null ? tool.upstream() + "/" + tool.tool() : tool.description())
                .parameters(ToolSchemas.of(tool.schema()))
                .build();
    }

    private PlannerFailedException failure(RuntimeException e) {
        Integer status = statusOf(e);
        if (e instanceof CallNotPermittedException) {
            return failed("model_unavailable", "failed again and again and is left alone for some seconds", false, e);
        }
        if (e instanceof RateLimitException || isStatus(status, 429)) {
            return failed("model_rate_limited", "answered 429: it takes no more questions at the moment", true, e);
        }
        if (e instanceof TimeoutException) {
            return failed(
                    "model_timeout",
                    "did not answer in time (openclaw.execute.model.timeout); nobody said no",
                    true,
                    e);
        }
        if (e instanceof AuthenticationException || isStatus(status, 401) || isStatus(status, 403)) {
            return failed("model_unauthorized", "refused the key; check OPENAI_API_KEY", false, e);
        }
        if (e instanceof ModelNotFoundException || isStatus(status, 404)) {
            return failed("model_not_found", "is not there; check OPENAI_MODEL and OPENAI_BASE_URL", false, e);
        }
        if (status != null) {
            return failed(
                    "model_failed", "answered HTTP " + status + ": " + said(e), status >= 500 || status == 408, e);
        }
        if (isUnreachable(e)) {
            return failed("model_unreachable", "could not be asked (" + said(e) + "); check OPENAI_BASE_URL", true, e);
        }
        return failed("model_nonsense", "gave an answer that is not of its API's form: " + said(e), true, e);
    }

    private PlannerFailedException failed(String kind, String what, boolean worthARetry, RuntimeException e) {
        return new PlannerFailedException(kind, "The model " + name + " " + what + ".", worthARetry, Spending.NONE, e);
    }

    private static boolean isStatus(@Nullable Integer status, int other) {
        return status != null && status == other;
    }

    private static @Nullable Integer statusOf(Throwable problem) {
        for (Throwable e = problem; e != null; e = e.getCause()) {
            if (e instanceof HttpException http) {
                return http.statusCode();
            }
        }
        return null;
    }

    /** Jackson 2's exceptions are of I/O, too, and say that there was an answer. */
    private static boolean isUnreachable(Throwable problem) {
        boolean unreachable = false;
        for (Throwable e = problem; e != null; e = e.getCause()) {
            if (e.getClass().getName().contains("jackson")) {
                return false;
            }
            unreachable |= e instanceof IOException;
        }
        return unreachable;
    }

    private static String said(Throwable e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return Ellipsis.of(REDACTOR.redact(message).replaceAll("\\s+", " "), MAX_SAID);
    }
}

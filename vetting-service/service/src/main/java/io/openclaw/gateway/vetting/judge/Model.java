package io.openclaw.gateway.vetting.judge;

import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.request.json.JsonStringSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.TokenUsage;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.common.json.InexactJsonException;
import io.openclaw.gateway.common.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import tools.jackson.core.JacksonException;

/** A language model behind a circuit breaker and a budget, asked for an opinion of a fixed form. What it costs is metered. */
public final class Model {
    private static final ResponseFormat FORMAT = ResponseFormat.builder()
            .type(ResponseFormatType.JSON)
            .jsonSchema(JsonSchema.builder()
                    .name("opinion")
                    .rootElement(JsonObjectSchema.builder()
                            .addStringProperty("intent", "what the call is for, in one sentence")
                            .addStringProperty("category", "one word, such as deletion, exfiltration or harmless")
                            .addIntegerProperty("risk", "0 (harmless) to 100 (certain and lasting damage)")
                            .addIntegerProperty("confidence", "0 to 100")
                            .addProperty(
                                    "reasons",
                                    JsonArraySchema.builder()
                                            .description("one to five sentences")
                                            .items(new JsonStringSchema())
                                            .build())
                            .required("intent", "category", "risk", "confidence", "reasons")
                            .additionalProperties(false)
                            .build())
                    .build())
            .build();

    private final String name;
    private final ChatModel model;
    private final CircuitBreaker circuitBreaker;
    private final Budget budget;
    private final Price price;
    private final MeterRegistry meters;

    /**
     * What a model costs.
     *
     * @param input for a million tokens of question, in US dollars
     * @param output for a million tokens of answer, in US dollars
     */
    public record Price(double input, double output) {}

    public Model(
            String name,
            ChatModel model,
            CircuitBreaker circuitBreaker,
            Budget budget,
            Price price,
            MeterRegistry meters) {
        this.name = name;
        this.model = model;
        this.circuitBreaker = circuitBreaker;
        this.budget = budget;
        this.price = price;
        this.meters = meters;
    }

    /** Returns the model's name. */
    public String name() {
        return name;
    }

    /** Asks for an opinion. */
    Opinion ask(Prompt prompt, SuspectCase suspect) throws ModelFailedException {
        long start = System.nanoTime();
        String outcome = "answered";
        try {
            budget.spendOne(suspect.agent());
            ChatResponse response = circuitBreaker.executeSupplier(() -> model.chat(ChatRequest.builder()
                    .messages(SystemMessage.from(prompt.system()), UserMessage.from(prompt.user(suspect)))
                    .responseFormat(FORMAT)
                    .build()));
            meter(response.tokenUsage());
            return read(response);
        } catch (ModelFailedException e) {
            outcome = e.kind();
            throw e;
        } catch (CallNotPermittedException e) {
            outcome = "circuit-open";
            throw new ModelFailedException(
                    outcome, "the model " + name + " failed again and again and is left alone for a moment", e);
        } catch (TimeoutException e) {
            outcome = "timeout";
            throw new ModelFailedException(outcome, "the model " + name + " did not answer in time", e);
        } catch (RuntimeException e) {
            outcome = "error";
            throw new ModelFailedException(
                    outcome,
                    "the model " + name + " could not be asked (" + e.getClass().getSimpleName() + ")",
                    e);
        } finally {
            meters.timer("openclaw.judge.calls", "model", name, "prompt", prompt.name(), "outcome", outcome)
                    .record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        }
    }

    private Opinion read(ChatResponse response) throws ModelFailedException {
        String text = response.aiMessage().text();
        if (text == null || text.isBlank()) {
            throw new ModelFailedException("bad-output", "the model " + name + " gave an empty answer");
        }
        int from = text.indexOf('{');
        int to = text.lastIndexOf('}');
        try {
            String json = from >= 0 && to > from ? text.substring(from, to + 1) : text;
            return Json.read(json.getBytes(StandardCharsets.UTF_8), Opinion.class);
        } catch (JacksonException | InexactJsonException | IllegalArgumentException e) {
            throw new ModelFailedException(
                    "bad-output", "the model " + name + " gave an answer that is not of the form asked for", e);
        }
    }

    private void meter(TokenUsage usage) {
        if (usage == null) {
            return;
        }
        int in = usage.inputTokenCount() == null ? 0 : usage.inputTokenCount();
        int out = usage.outputTokenCount() == null ? 0 : usage.outputTokenCount();
        meters.counter("openclaw.judge.tokens", "model", name, "kind", "input").increment(in);
        meters.counter("openclaw.judge.tokens", "model", name, "kind", "output").increment(out);
        meters.counter("openclaw.judge.cost.usd", "model", name)
                .increment((in * price.input() + out * price.output()) / 1_000_000);
    }
}

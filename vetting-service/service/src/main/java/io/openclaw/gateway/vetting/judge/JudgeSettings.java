package io.openclaw.gateway.vetting.judge;

import dev.langchain4j.model.anthropic.AnthropicChatModel;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Which model judges, and when it settles a call. With an API key alone it is OpenAI's; without key and URL no model is asked.
 *
 * @param provider {@code openai} (and every API that is compatible with it), {@code anthropic} or {@code ollama}
 * @param url the API's base URL; the provider's own if not set
 * @param apiKey the key; {@code OPENAI_API_KEY}
 * @param model the model's name; one of the provider's small ones if not set
 * @param secondModel for the second opinion; the same if not set
 * @param timeout how long an answer may take, at most 25 s
 * @param questionsPerMinute the most questions of one instance in a minute
 * @param questionsPerMinutePerAgent the most questions of one instance in a minute about one agent's calls; a quarter of all, if absent
 * @param concurrency how many calls an instance judges at once
 * @param allowUpTo the greatest risk that is allowed, 0 to 100
 * @param denyFrom the least risk that is denied, 0 to 100
 * @param leastConfidence the confidence below which an opinion settles nothing, 0 to 100
 * @param inputPrice US dollars for a million tokens of question, for the cost metric
 * @param outputPrice US dollars for a million tokens of answer, for the cost metric
 */
@ConfigurationProperties("openclaw.vetting.judge")
public record JudgeSettings(
        @DefaultValue("openai") String provider,
        @Nullable String url,
        @Nullable String apiKey,
        @Nullable String model,
        @Nullable String secondModel,
        @DefaultValue("12s") Duration timeout,
        @DefaultValue("60") int questionsPerMinute,
        @Nullable Integer questionsPerMinutePerAgent,
        @DefaultValue("4") int concurrency,
        @DefaultValue("20") int allowUpTo,
        @DefaultValue("90") int denyFrom,
        @DefaultValue("70") int leastConfidence,
        @DefaultValue("0") double inputPrice,
        @DefaultValue("0") double outputPrice) {
    private static final Duration LONGEST = Duration.ofSeconds(25);
    /** An agent's share of the questions, as a fraction of one. */
    private static final int AGENTS_SHARE = 4;

    /** @throws IllegalArgumentException naming the setting that makes no sense */
    public JudgeSettings {
        if (timeout.compareTo(LONGEST) > 0 || !timeout.isPositive()) {
            throw new IllegalArgumentException("openclaw.vetting.judge.timeout is " + timeout.toSeconds()
                    + " s; it must be above 0 and at most 25 s, for two questions have to fit into a record's lock");
        }
        if (!provider.equals("openai") && !provider.equals("anthropic") && !provider.equals("ollama")) {
            throw new IllegalArgumentException(
                    "openclaw.vetting.judge.provider is '" + provider + "'; it must be openai, anthropic or ollama");
        }
        if (concurrency < 1
                || questionsPerMinute < 1
                || (questionsPerMinutePerAgent != null && questionsPerMinutePerAgent < 1)) {
            throw new IllegalArgumentException("openclaw.vetting.judge: concurrency, questions-per-minute and"
                    + " questions-per-minute-per-agent must be at least 1");
        }
    }

    /** Returns the judge, if there is a model to ask. */
    public Optional<Judge> judge(MeterRegistry meters, Clock clock) {
        boolean key = apiKey != null && !apiKey.isBlank();
        boolean address = url != null && !url.isBlank();
        if (!key && !address && !provider.equals("ollama")) {
            return Optional.empty();
        }
        var thresholds = new Thresholds(allowUpTo, denyFrom, leastConfidence);
        var budget = new Budget(questionsPerMinute, perAgent(), clock);
        Model first = model(model == null || model.isBlank() ? defaultModel() : model, budget, meters);
        Model second = secondModel == null || secondModel.isBlank() ? first : model(secondModel, budget, meters);
        return Optional.of(new Judge(first, second, thresholds));
    }

    /** One agent leaves the others something to ask. */
    private int perAgent() {
        return questionsPerMinutePerAgent == null
                ? Math.ceilDiv(questionsPerMinute, AGENTS_SHARE)
                : questionsPerMinutePerAgent;
    }

    private String defaultModel() {
        return switch (provider) {
            case "anthropic" -> "claude-haiku-4-5";
            case "ollama" -> "llama3.2";
            default -> "gpt-5-mini";
        };
    }

    private Model model(String name, Budget budget, MeterRegistry meters) {
        var breaker = CircuitBreaker.of(
                "judge " + name,
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(10)
                        .minimumNumberOfCalls(5)
                        .waitDurationInOpenState(Duration.ofSeconds(30))
                        .build());
        return new Model(name, chatModel(name), breaker, budget, new Model.Price(inputPrice, outputPrice), meters);
    }

    private ChatModel chatModel(String name) {
        String key = apiKey == null || apiKey.isBlank() ? "none" : apiKey;
        String address = url == null || url.isBlank() ? null : url;
        if (provider.equals("anthropic")) {
            var builder = AnthropicChatModel.builder()
                    .apiKey(key)
                    .modelName(name)
                    .maxTokens(800)
                    .timeout(timeout)
                    .maxRetries(0);
            return (address == null ? builder : builder.baseUrl(address)).build();
        }
        var builder = OpenAiChatModel.builder()
                .apiKey(key)
                .modelName(name)
                .strictJsonSchema(true)
                .timeout(timeout)
                .maxRetries(0);
        String base = address == null && provider.equals("ollama") ? "http://127.0.0.1:11434/v1" : address;
        return (base == null ? builder : builder.baseUrl(base)).build();
    }
}

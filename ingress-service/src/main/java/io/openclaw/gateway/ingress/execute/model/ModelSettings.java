package io.openclaw.gateway.ingress.execute.model;

import dev.langchain4j.model.anthropic.AnthropicChatModel;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.openclaw.gateway.ingress.execute.core.Planner;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Which model plans runs. With an API key alone it is OpenAI's; without key and URL there is none, and {@code /execute} answers 503.
 *
 * @param provider {@code openai} (and every API that is compatible with it), {@code anthropic} or {@code ollama}
 * @param url the API's base URL; the provider's own if not set
 * @param apiKey the key; {@code OPENAI_API_KEY}
 * @param model the model's name; one of the provider's small ones if not set
 * @param timeout how long an answer may take
 * @param maxOutputTokens how long an answer may be
 * @param inputPrice US dollars for a million tokens of question
 * @param outputPrice US dollars for a million tokens of answer
 */
@ConfigurationProperties("openclaw.execute.model")
public record ModelSettings(
        @DefaultValue("openai") String provider,
        @Nullable String url,
        @Nullable String apiKey,
        @Nullable String model,
        @DefaultValue("60s") Duration timeout,
        @DefaultValue("4000") int maxOutputTokens,
        @DefaultValue("0") double inputPrice,
        @DefaultValue("0") double outputPrice) {

    /** @throws IllegalArgumentException naming the setting that makes no sense */
    public ModelSettings {
        if (!provider.equals("openai") && !provider.equals("anthropic") && !provider.equals("ollama")) {
            throw new IllegalArgumentException(
                    "openclaw.execute.model.provider is '" + provider + "'; it must be openai, anthropic or ollama");
        }
        if (!timeout.isPositive() || maxOutputTokens < 1 || inputPrice < 0 || outputPrice < 0) {
            throw new IllegalArgumentException(
                    "openclaw.execute.model: timeout and max-output-tokens must be above 0, and prices" + " not below");
        }
    }

    /** Returns the model, if one is set. */
    public Optional<Planner> planner() {
        if (isBlank(apiKey) && isBlank(url) && !provider.equals("ollama")) {
            return Optional.empty();
        }
        String name = isBlank(model) ? defaultModel() : String.valueOf(model);
        var breaker = CircuitBreaker.of(
                "planner " + name,
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(20)
                        .minimumNumberOfCalls(10)
                        .waitDurationInOpenState(Duration.ofSeconds(15))
                        .build());
        return Optional.of(new ChatPlanner(name, chatModel(name), breaker, inputPrice, outputPrice));
    }

    private String defaultModel() {
        return switch (provider) {
            case "anthropic" -> "claude-haiku-4-5";
            case "ollama" -> "llama3.2";
            default -> "gpt-5-mini";
        };
    }

    private ChatModel chatModel(String name) {
        String key = isBlank(apiKey) ? "none" : String.valueOf(apiKey);
        String address = isBlank(url) ? null : url;
        if (provider.equals("anthropic")) {
            var builder = AnthropicChatModel.builder()
                    .apiKey(key)
                    .modelName(name)
                    .maxTokens(maxOutputTokens)
                    .timeout(timeout)
                    .maxRetries(0);
            return (address == null ? builder : builder.baseUrl(address)).build();
        }
        var builder = OpenAiChatModel.builder()
                .apiKey(key)
                .modelName(name)
                .timeout(timeout)
                .maxRetries(0);
        // OpenAI's own models take max_completion_tokens, and most others only max_tokens.
        builder = address == null && provider.equals("openai")
                ? builder.maxCompletionTokens(maxOutputTokens)
                : builder.maxTokens(maxOutputTokens);
        String base = address == null && provider.equals("ollama") ? "http://127.0.0.1:11434/v1" : address;
        return (base == null ? builder : builder.baseUrl(base)).build();
    }

    private static boolean isBlank(@Nullable String text) {
        return text == null || text.isBlank();
    }
}

package io.openclaw.gateway.ingress.execute.core;

import io.openclaw.gateway.common.call.CallIds;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.ingress.core.InvalidRequestException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a run is asked for.
 *
 * @param prompt masked; at most {@value #MAX_PROMPT} characters
 * @param idempotencyKey makes the same request the same run; at most 200 characters
 * @param userId the person for whom the agent asks, as it says; masked
 */
public record RunRequest(
        String prompt,
        @Nullable String userId,
        RunMode mode,
        @Nullable String idempotencyKey) {
    /** How long a prompt may be, in characters. */
    public static final int MAX_PROMPT = 20_000;

    private static final int MAX_USER = 200;

    /**
     * Checks a request, and masks the credentials in its prompt: they reach neither the model nor the database.
     *
     * @param mode {@code act} or {@code plan}; {@code act}, if absent
     * @throws InvalidRequestException naming the field that is wrong and what it may be
     */
    public static RunRequest of(
            @Nullable String prompt,
            @Nullable String userId,
            @Nullable String mode,
            @Nullable String idempotencyKey,
            Caller caller,
            Redactor redactor) {
        if (prompt == null || prompt.isBlank()) {
            throw new InvalidRequestException(
                    "'prompt' is " + (prompt == null ? "missing" : "empty") + ": say what is to be done");
        }
        if (prompt.length() > MAX_PROMPT) {
            throw new InvalidRequestException(
                    "'prompt' has " + prompt.length() + " characters: it may have 1 to " + MAX_PROMPT);
        }
        if (userId != null && (userId.isBlank() || userId.length() > MAX_USER || userId.indexOf('\0') >= 0)) {
            throw new InvalidRequestException(
                    "'user_id' has " + userId.length() + " characters: it may have 1 to " + MAX_USER + ", and no NUL");
        }
        if (idempotencyKey != null && (idempotencyKey.isBlank() || idempotencyKey.length() > MAX_USER)) {
            throw new InvalidRequestException(
                    "'idempotency_key' has " + idempotencyKey.length() + " characters: it may have 1 to " + MAX_USER);
        }
        if (userId != null
                && caller.identity().proven()
                && !userId.equals(caller.identity().onBehalfOf())) {
            throw new InvalidRequestException("'user_id' is not the person that the token says the agent acts for");
        }
        return new RunRequest(
                redactor.redact(prompt.replace('\0', '\uFFFD')),
                userId == null ? null : redactor.redact(userId),
                modeOf(mode),
                idempotencyKey);
    }

    /** Returns the id of the run that this request asks for: with an idempotency key always the same. */
    public UUID runId(String agent) {
        return idempotencyKey == null
                ? CallIds.next()
                : UUID.nameUUIDFromBytes(("run\0" + agent + "\0" + idempotencyKey).getBytes(StandardCharsets.UTF_8));
    }

    /** Tells whether a run is the one that this request asks for. */
    public boolean asksFor(Run run) {
        return run.asked().prompt().equals(prompt)
                && run.asked().mode() == mode
                && Objects.equals(run.asked().userId(), userId);
    }

    private static RunMode modeOf(@Nullable String mode) {
        return switch (mode == null ? "act" : mode.toLowerCase(Locale.ROOT)) {
            case "act" -> RunMode.ACT;
            case "plan" -> RunMode.PLAN;
            default -> throw new InvalidRequestException("'mode' has to be \"act\" or \"plan\"");
        };
    }
}

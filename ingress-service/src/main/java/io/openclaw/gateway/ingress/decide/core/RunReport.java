package io.openclaw.gateway.ingress.decide.core;

import io.openclaw.gateway.common.call.CallContext;
import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallDiverged;
import io.openclaw.gateway.common.event.CallReported;
import io.openclaw.gateway.common.event.CallReported.Ran;
import io.openclaw.gateway.common.json.InexactJsonException;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.text.Ellipsis;
import io.openclaw.gateway.common.text.Shortened;
import io.openclaw.gateway.ingress.core.InvalidRequestException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an agent says came of a call that it ran itself.
 *
 * @param outcome {@code succeeded}, {@code failed} or {@code not_run}
 * @param durationMs milliseconds that it took
 * @param digest the digest of what ran, 64 hexadecimal digits, as {@link Digest} computes it
 * @param arguments the arguments that it ran with, in place of the digest
 * @param result what the tool returned
 * @param error why it failed, or was not run
 */
public record RunReport(
        @Nullable String outcome,
        @Nullable Long durationMs,
        @Nullable String digest,
        @Nullable RawJson arguments,
        @Nullable RawJson result,
        @Nullable String error) {
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");
    private static final int MAX_RESULT = 16_384;
    private static final int MAX_ERROR = 2_000;

    /**
     * Returns the event that says so, not signed yet.
     *
     * @throws InvalidRequestException naming the field that is wrong
     */
    public CallReported of(ToolCall call, Redactor redactor, Instant now) {
        Ran ran = ran();
        if (durationMs != null && durationMs < 0) {
            throw new InvalidRequestException("'durationMs' is " + durationMs + ": it is milliseconds, 0 or more");
        }
        return new CallReported(
                call.withoutArguments(),
                ran,
                durationMs,
                ranDigest(call, ran),
                result == null ? null : shown(redactor.redact(result)),
                error == null ? null : Ellipsis.of(redactor.redact(error), MAX_ERROR),
                now,
                null,
                Map.of());
    }

    /**
     * Returns the event that what ran is not what was allowed, if it is not: another call, or one that was not allowed at all.
     *
     * @param allowed whether the call was allowed
     */
    public static Optional<CallDiverged> divergence(CallReported reported, boolean allowed) {
        String digest = reported.call().digest();
        String ran = reported.ranDigest() == null ? digest : reported.ranDigest();
        return reported.outcome() == Ran.NOT_RUN || (allowed && ran.equals(digest))
                ? Optional.empty()
                : Optional.of(new CallDiverged(reported.call(), ran, reported.reportedAt(), null, Map.of()));
    }

    private Ran ran() {
        try {
            return Ran.valueOf(String.valueOf(outcome).toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(
                    "'outcome' is \"" + outcome + "\": it is one of "
                            + Arrays.stream(Ran.values())
                                    .map(each -> each.name().toLowerCase(Locale.ROOT))
                                    .toList(),
                    e);
        }
    }

    private @Nullable String ranDigest(ToolCall call, Ran ran) {
        if (digest != null && arguments != null) {
            throw new InvalidRequestException("give 'digest' or 'arguments', not both: each says what ran");
        }
        if (ran == Ran.NOT_RUN) {
            if (digest != null || arguments != null) {
                throw new InvalidRequestException(
                        "'outcome' is not_run, and there is a 'digest' or 'arguments' of what ran; leave them out");
            }
            return null;
        }
        if (digest != null) {
            String given = digest.toLowerCase(Locale.ROOT);
            if (!SHA_256.matcher(given).matches()) {
                throw new InvalidRequestException("'digest' is no SHA-256: it has 64 hexadecimal digits");
            }
            return given;
        }
        if (arguments == null) {
            return null;
        }
        if (!arguments.text().startsWith("{")) {
            throw new InvalidRequestException("'arguments' must be a JSON object, such as {\"command\": \"ls\"}");
        }
        try {
            return Digest.of(
                    call.agent(), call.upstream(), call.tool(), arguments, CallContext.decided(call.context()));
        } catch (InexactJsonException e) {
            throw new InvalidRequestException("'arguments': " + e.getMessage(), e);
        }
    }

    private static RawJson shown(RawJson masked) {
        Shortened shortened = Shortened.of(masked.text(), MAX_RESULT);
        return shortened == null ? masked : RawJson.from(shortened);
    }
}

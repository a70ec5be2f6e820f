package io.openclaw.gateway.ingress.core;

import io.openclaw.gateway.common.call.ToolCall;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * The call that an idempotency key stands for: that of the first request with it.
 *
 * @param digest the call's digest, which tells whether a request is the same
 * @param ended whether the call is over
 */
public record KeyedCall(String idempotencyKey, UUID callId, String digest, boolean ended) {
    /** What a request is to the call that its key stands for. */
    public enum Meaning {
        /** The request whose call it is. */
        FIRST,
        /** The same again. Its call has ended or is under way here: there is only its end to wait for. */
        REPEATED,
        /**
         * The same again, of a call that is not under way here: it is at another instance, or was lost on its way. To ask
         * for it once more, by its own id, is safe: it runs at most once.
         */
        REPEATED_UNSEEN
    }

    /**
     * Tells what a request means.
     *
     * @param requested the call that the request would be
     * @param isUnderWay tells whether a call is under way at this instance
     * @throws IdempotencyKeyReusedException if it is another request
     */
    public Meaning meaningOf(ToolCall requested, Predicate<UUID> isUnderWay) {
        if (!digest.equals(requested.digest())) {
            throw new IdempotencyKeyReusedException(idempotencyKey);
        }
        if (callId.equals(requested.callId())) {
            return Meaning.FIRST;
        }
        return ended || isUnderWay.test(callId) ? Meaning.REPEATED : Meaning.REPEATED_UNSEEN;
    }
}

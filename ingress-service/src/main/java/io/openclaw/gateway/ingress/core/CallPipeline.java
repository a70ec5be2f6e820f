package io.openclaw.gateway.ingress.core;

import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Submits calls for agents and reports their state; REST, MCP and the worker's own endpoint use it. */
public interface CallPipeline {

    /**
     * Submits a call.
     *
     * @param upstreams the names of the upstreams there are
     * @throws LimitExceededException if too many calls are under way, or too many of the agent's were denied
     * @throws InvalidRequestException if the request is no call
     * @throws IdempotencyKeyReusedException if its idempotency key already stands for another request
     * @throws PipelineUnavailableException if the pipeline does not take the call
     */
    Asked ask(CallRequest request, Caller caller, Origin origin, List<String> upstreams);

    /** Returns a handle on a call that was submitted before, here or at another instance. */
    Asked resume(UUID callId);

    /** Returns the state of a call, whichever instance it was submitted at. */
    Optional<CallState> find(UUID callId);

    /** Stores a call that has not ended, so that every instance finds it. */
    void remember(ToolCall call);

    /** Stores a call with the request of the client that asked for it; see {@link #findByClientRequest}. */
    void remember(ToolCall call, String clientRequest);

    /** Returns the call that a client's request asked for, if it was stored. */
    Optional<CallState> findByClientRequest(String clientRequest);

    /**
     * Withdraws a call, and waits a few seconds for the effect.
     *
     * @return the state after that; {@link CallState.Ended} with {@code CANCELLED} if nothing had started it
     */
    CallState withdraw(CallState state);

    /** Withdraws a call, and waits for nothing. */
    void withdrawSoon(CallState state);

    /**
     * Passes a client's answers to a call that asked for input.
     *
     * @param complete whether these are all the answers of the round
     */
    void give(ToolCall call, int round, Map<String, RawJson> responses, Map<String, RawJson> errors, boolean complete);

    /** Tells whether clients get their answers at once, because this instance stops. */
    boolean isLeaving();

    /** Tells whether ends of calls can reach this instance. */
    boolean canBeAnswered();

    /** A submitted call. */
    interface Asked {
        UUID callId();

        /** Waits for the end of the call, at most for a time; returns the state then. */
        CallState awaitEnd(Duration timeout);

        /** Waits for the end of the call, or until it waits for a person; returns the state then. */
        CallState awaitNews(Duration timeout);

        /**
         * Waits for news of the call; returns null if there was none for that long.
         *
         * @param told the state that the client was told last
         */
        @Nullable
        CallNews awaitNext(Duration timeout, @Nullable CallState told);
    }
}

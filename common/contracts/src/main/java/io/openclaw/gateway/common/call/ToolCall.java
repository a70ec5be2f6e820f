package io.openclaw.gateway.common.call;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A request of an agent to run one tool of one upstream.
 *
 * @param callId UUID version 7
 * @param agent the principal that asks
 * @param upstream what would execute the tool
 * @param tool the tool's name at that upstream
 * @param arguments a JSON object, exactly as it was received; {@code null} only in {@code calls.completed} and
 *     {@code approvals.events}, which say what came of a call and do not repeat it
 * @param origin the door it came in by
 * @param mode who runs it
 * @param requestedAt when ingress received it
 * @param deadline after which it must not be started any more
 * @param parentCallId the call that caused this one, if any
 * @param intent what the agent says it wants to achieve, if it says so
 * @param context what reaches the upstream beside the arguments (an OpenClaw session key, say), see {@link CallContext}
 * @param identity what is known of who asks, beside its id
 * @param run which conversation and turn it belongs to, as the caller says
 * @param usesApproval the id of an earlier call like this one, with the same digest, whose approval nobody has made use of; see
 *     {@link Mode#DECIDE}
 * @param replyPartition the partition of {@code calls.completed} that the asking ingress instance reads
 * @param digest see {@link Digest}: binds agent, upstream, tool, arguments and context
 * @param seal ingress's signature over all of the above; {@code null} until it has signed
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record ToolCall(
        UUID callId,
        String agent,
        String upstream,
        String tool,
        @Nullable RawJson arguments,
        Origin origin,
        Mode mode,
        Instant requestedAt,
        Instant deadline,
        @Nullable UUID parentCallId,
        @Nullable String intent,
        @Nullable RawJson context,
        @Nullable Identity identity,
        @Nullable RunRef run,
        @Nullable UUID usesApproval,
        int replyPartition,
        String digest,
        @Nullable String seal,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown) {

    public ToolCall {
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    /** Makes a call that says nothing of its run and makes use of no earlier approval. */
    public ToolCall(
            UUID callId,
            String agent,
            String upstream,
            String tool,
            @Nullable RawJson arguments,
            Origin origin,
            Mode mode,
            Instant requestedAt,
            Instant deadline,
            @Nullable UUID parentCallId,
            @Nullable String intent,
            @Nullable RawJson context,
            @Nullable Identity identity,
            int replyPartition,
            String digest,
            @Nullable String seal,
            Map<String, RawJson> unknown) {
        this(
                callId,
                agent,
                upstream,
                tool,
                arguments,
                origin,
                mode,
                requestedAt,
                deadline,
                parentCallId,
                intent,
                context,
                identity,
                null,
                null,
                replyPartition,
                digest,
                seal,
                unknown);
    }

    /** Returns what is known of who asks, beside its id. */
    public Identity identified() {
        return identity == null ? Identity.NONE : identity;
    }

    /** Returns {@code upstream/tool}, the address that policy patterns match. */
    @JsonIgnore
    public String address() {
        return upstream + "/" + tool;
    }

    /** Tells whether the deadline has passed at the given instant. */
    public boolean expiredAt(Instant now) {
        return !now.isBefore(deadline);
    }

    /** Returns this call under another id, not sealed: a request that came again is the call it was the first time. */
    public ToolCall withCallId(UUID id) {
        return with(id, arguments, context, usesApproval, null);
    }

    /** Returns this call as one that makes use of the approval of an earlier call like it; not sealed. */
    public ToolCall usingApprovalOf(UUID earlier) {
        return with(callId, arguments, context, earlier, null);
    }

    /** Tells whether somebody else than the gateway runs it, if anybody does. */
    @JsonIgnore
    public boolean isOnlyDecided() {
        return mode != Mode.EXECUTE;
    }

    /** Returns this call with ingress's signature. */
    public ToolCall sealed(String signature) {
        return with(callId, arguments, context, usesApproval, signature);
    }

    /** Returns this call with other arguments and context, for showing or recording; its digest and seal stay. */
    public ToolCall showing(@Nullable RawJson shownArguments, @Nullable RawJson shownContext) {
        return with(callId, shownArguments, shownContext, usesApproval, seal);
    }

    /** Returns this call as the events about its end carry it. */
    public ToolCall withoutArguments() {
        return showing(null, context);
    }

    private ToolCall with(
            UUID id,
            @Nullable RawJson newArguments,
            @Nullable RawJson newContext,
            @Nullable UUID newUsesApproval,
            @Nullable String newSeal) {
        return new ToolCall(
                id,
                agent,
                upstream,
                tool,
                newArguments,
                origin,
                mode,
                requestedAt,
                deadline,
                parentCallId,
                intent,
                newContext,
                identity,
                run,
                newUsesApproval,
                replyPartition,
                digest,
                newSeal,
                unknown);
    }
}

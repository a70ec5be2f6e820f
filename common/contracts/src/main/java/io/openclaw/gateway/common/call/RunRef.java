package io.openclaw.gateway.common.call;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import org.jspecify.annotations.Nullable;

/**
 * Which conversation and which turn of it a call belongs to, as the caller says; the gateway proves none of it. It is sealed and
 * recorded, and is no part of the digest: the same call is the same call in another turn.
 *
 * @param session the conversation, such as OpenClaw's session key
 * @param run one turn of it, or one run of a plan
 * @param requester who asked for it there, such as a user of a chat
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record RunRef(
        @Nullable String session,
        @Nullable String run,
        @Nullable String requester) {

    /** Returns a reference; null if nothing is said. */
    public static @Nullable RunRef of(@Nullable String session, @Nullable String run, @Nullable String requester) {
        return session == null && run == null && requester == null ? null : new RunRef(session, run, requester);
    }
}

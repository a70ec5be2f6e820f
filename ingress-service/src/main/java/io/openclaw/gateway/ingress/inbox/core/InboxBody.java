package io.openclaw.gateway.ingress.inbox.core;

import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.RunRef;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.ingress.core.CallRequest;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The value of a record of the inbox; as the body of {@code POST /v1/tool-calls}, see {@link CallRequest}.
 *
 * @param session which conversation the call belongs to, as the agent says; at most 200 characters
 * @param run which turn of it; at most 200 characters
 */
public record InboxBody(
        @Nullable String tool,
        @Nullable RawJson arguments,
        @Nullable String upstream,
        @Nullable String intent,
        @Nullable Instant deadline,
        @Nullable String onBehalfOf,
        @Nullable String session,
        @Nullable String run) {

    /** Returns the request, which is the same call however often it comes with the same nonce. */
    public CallRequest request(String nonce) {
        return new CallRequest(
                upstream,
                tool,
                arguments,
                intent,
                deadline,
                nonce,
                null,
                onBehalfOf,
                Mode.EXECUTE,
                null,
                RunRef.of(session, run, null));
    }
}

package io.openclaw.gateway.testing;

import io.openclaw.gateway.common.call.CallIds;
import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.Map;

/** Calls to test with. */
public final class Calls {
    private Calls() {}

    /** Returns a call that was asked for by REST, has a minute, and is not sealed. */
    public static ToolCall call(String agent, String upstream, String tool, RawJson arguments, Instant requestedAt) {
        return new ToolCall(
                CallIds.next(),
                agent,
                upstream,
                tool,
                arguments,
                Origin.REST,
                Mode.EXECUTE,
                requestedAt,
                requestedAt.plusSeconds(60),
                null,
                null,
                null,
                null,
                0,
                Digest.of(agent, upstream, tool, arguments),
                null,
                Map.of());
    }
}

package io.openclaw.gateway.common;

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

    public static ToolCall call(String arguments) {
        return call(arguments, Mode.EXECUTE);
    }

    public static ToolCall call(String arguments, Mode mode) {
        RawJson raw = RawJson.of(arguments);
        return new ToolCall(
                CallIds.next(),
                "demo",
                "openclaw",
                "exec",
                raw,
                Origin.REST,
                mode,
                Instant.parse("2026-11-24T10:00:00.123456Z"),
                Instant.parse("2026-11-24T10:30:00Z"),
                null,
                "tidy up",
                null,
                null,
                3,
                Digest.of("demo", "openclaw", "exec", raw),
                null,
                Map.of());
    }
}

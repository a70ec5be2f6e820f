package io.openclaw.gateway.ingress.core.mcp;

import io.openclaw.gateway.common.json.RawJson;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The revisions of the Model Context Protocol that the gateway speaks. */
public final class ProtocolVersions {
    /** Every request says everything; there are no sessions. */
    public static final String MODERN = "2026-07-28";

    /** The newest of the revisions with sessions. */
    public static final String NEWEST_LEGACY = "2025-11-25";

    /** The revisions with sessions, newest first. */
    public static final List<String> LEGACY = List.of(NEWEST_LEGACY, "2025-06-18", JsonRpcBatch.VERSION);

    /** All, newest first. */
    public static final List<String> ALL = List.of(MODERN, NEWEST_LEGACY, "2025-06-18", JsonRpcBatch.VERSION);

    private ProtocolVersions() {}

    /** Returns what {@code initialize} agrees on: what the client asks for if we speak it, else our newest. */
    public static String agreedOn(@Nullable String asked) {
        return asked != null && LEGACY.contains(asked) ? asked : NEWEST_LEGACY;
    }

    /** Returns the error for a version that is none of ours. */
    public static JsonRpcException unsupported(String requested) {
        return new JsonRpcException(
                JsonRpcException.UNSUPPORTED_VERSION,
                "Unsupported protocol version",
                RawJson.from(Map.of("supported", ALL, "requested", requested)),
                400);
    }
}

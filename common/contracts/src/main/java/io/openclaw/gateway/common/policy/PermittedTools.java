package io.openclaw.gateway.common.policy;

import io.openclaw.gateway.common.call.ToolCall;
import java.util.List;

/**
 * The tools that an agent may call. Policy alone can tell; ingress asks it by a call of {@code gateway/tools.list}, which
 * policy answers itself, so the question goes the way of every call and is on record.
 *
 * @param addresses {@code upstream/tool}, in order
 */
public record PermittedTools(List<String> addresses) {
    /** The upstream whose tools are the gateway's own; a policy can have none of this name. */
    public static final String UPSTREAM = "gateway";

    /** The tool that lists the others. */
    public static final String TOOL = "tools.list";

    public PermittedTools {
        addresses = addresses == null ? List.of() : List.copyOf(addresses);
    }

    /** Tells whether a call asks for this. */
    public static boolean areAskedForBy(ToolCall call) {
        return call.upstream().equals(UPSTREAM) && call.tool().equals(TOOL);
    }
}

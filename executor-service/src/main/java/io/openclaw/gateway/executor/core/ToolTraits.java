package io.openclaw.gateway.executor.core;

import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.policy.Glob;
import io.openclaw.gateway.common.policy.PolicyDocument;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Which tools may be run twice: those that a policy calls read-only or idempotent. */
public final class ToolTraits {
    /** Nothing may be run twice. */
    public static final ToolTraits NONE = new ToolTraits(Map.of());

    private final Map<String, List<Glob>> repeatableByUpstream;

    private ToolTraits(Map<String, List<Glob>> repeatableByUpstream) {
        this.repeatableByUpstream = repeatableByUpstream;
    }

    /** Reads the traits that a policy gives to tools. */
    public static ToolTraits of(PolicyDocument policy) {
        Map<String, List<Glob>> repeatable = new HashMap<>();
        for (PolicyDocument.Upstream upstream : policy.upstreams()) {
            repeatable.put(
                    upstream.name(),
                    Stream.concat(upstream.readOnly().stream(), upstream.idempotent().stream())
                            .map(Glob::new)
                            .toList());
        }
        return new ToolTraits(Map.copyOf(repeatable));
    }

    /** Tells whether a call may be run again when nobody can say whether it was run. */
    public boolean isRepeatable(ToolCall call) {
        return repeatableByUpstream.getOrDefault(call.upstream(), List.of()).stream()
                .anyMatch(glob -> glob.matches(call.tool()));
    }
}

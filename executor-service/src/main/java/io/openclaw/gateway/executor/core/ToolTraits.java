package io.openclaw.gateway.executor.core;

import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.ToolPinned;
import io.openclaw.gateway.common.policy.Glob;
import io.openclaw.gateway.common.policy.PolicyDocument;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which tools may be run twice: those that a policy, or their accepted definition, calls read-only or idempotent. */
public final class ToolTraits {
    /** Nothing may be run twice. */
    public static final ToolTraits NONE = new ToolTraits(Map.of(), Set.of());

    private final Map<String, List<Glob>> repeatableByUpstream;
    private final Set<String> repeatableByDefinition;

    private ToolTraits(Map<String, List<Glob>> repeatableByUpstream, Set<String> repeatableByDefinition) {
        this.repeatableByUpstream = repeatableByUpstream;
        this.repeatableByDefinition = repeatableByDefinition;
    }

    /** Reads the traits that a policy, and the accepted definitions, give to tools. */
    public static ToolTraits of(PolicyDocument policy, Collection<ToolPinned> tools) {
        Map<String, List<Glob>> repeatable = new HashMap<>();
        for (PolicyDocument.Upstream upstream : policy.upstreams()) {
            repeatable.put(
                    upstream.name(),
                    Stream.concat(upstream.readOnly().stream(), upstream.idempotent().stream())
                            .map(Glob::new)
                            .toList());
        }
        return new ToolTraits(
                Map.copyOf(repeatable),
                tools.stream()
                        .filter(pinned -> pinned.accepted().behaviour().isIdempotent())
                        .map(ToolPinned::address)
                        .collect(Collectors.toUnmodifiableSet()));
    }

    /** Tells whether a call may be run again when nobody can say whether it was run. */
    public boolean isRepeatable(ToolCall call) {
        return repeatableByDefinition.contains(call.address())
                || repeatableByUpstream.getOrDefault(call.upstream(), List.of()).stream()
                        .anyMatch(glob -> glob.matches(call.tool()));
    }
}

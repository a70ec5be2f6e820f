package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.event.ToolPinned;
import io.openclaw.gateway.common.mcp.ExposedNames;
import io.openclaw.gateway.common.mcp.ExposedNames.Address;
import io.openclaw.gateway.common.mcp.Offer;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.common.policy.PolicyState;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The names under which MCP clients see the tools of the catalogue, where an address does not tell them. */
public final class McpNames {
    private final ExposedNames names;

    private McpNames(ExposedNames names) {
        this.names = names;
    }

    /** Returns the names of the tools whose upstreams are in the policy in force. */
    public static McpNames of(PolicyState state) {
        Set<String> upstreams = state.active() == null
                ? Set.of()
                : state.active().document().upstreams().stream()
                        .map(PolicyDocument.Upstream::name)
                        .collect(Collectors.toSet());
        List<Address> tools = state.tools().values().stream()
                .filter(pinned -> upstreams.contains(pinned.upstream()))
                .filter(pinned -> !Offer.isPinName(pinned.accepted().name()))
                .map(McpNames::address)
                .toList();
        return new McpNames(ExposedNames.ofTools(tools, upstreams.size() == 1));
    }

    /** Returns the name of a tool if it is another than its address says; null if it is not, or there is no such tool. */
    public @Nullable String exposedAs(ToolPinned pinned) {
        return names.changedNameOf(address(pinned)).orElse(null);
    }

    private static Address address(ToolPinned pinned) {
        return new Address(pinned.upstream(), pinned.accepted().name());
    }
}

package io.openclaw.gateway.policy.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.event.ToolPinned;
import io.openclaw.gateway.common.policy.Freezes;
import io.openclaw.gateway.common.policy.PolicyState;
import io.openclaw.gateway.common.policy.ToolDefinition;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class McpNamesTest {
    private static ToolPinned pinned(String upstream, String tool) {
        return new ToolPinned(
                upstream, ToolDefinition.named(tool), "hash", null, List.of(), Asked.NOON, "policy-1", null, Map.of());
    }

    private static McpNames names(String upstreams, ToolPinned... tools) {
        var policy = PolicyText.read("upstreams: [" + upstreams + "]\nroles: [{id: r, allow: ['*/*']}]\n");
        return McpNames.of(new PolicyState(
                policy,
                null,
                Freezes.NONE,
                Map.of(),
                Arrays.stream(tools).collect(Collectors.toMap(ToolPinned::address, tool -> tool))));
    }

    @Test
    void aNameThatTheAddressDoesNotTellIsNamed() {
        ToolPinned odd = pinned("odd", "A.B");
        ToolPinned plain = pinned("odd", "echo");
        McpNames names = names("{name: odd}, {name: jira}", odd, plain);
        assertThat(names.exposedAs(odd)).matches("odd__A_B_[0-9a-f]{8}");
        assertThat(names.exposedAs(plain)).isNull();
    }

    @Test
    void theOnlyUpstreamsToolsHaveBareNames() {
        ToolPinned odd = pinned("odd", "odd/echo");
        ToolPinned own = pinned("odd", "gateway__call_status");
        ToolPinned gone = pinned("gone", "x.y");
        McpNames names = names("{name: odd}", odd, own, gone);
        assertThat(names.exposedAs(odd)).matches("odd_echo_[0-9a-f]{8}");
        assertThat(names.exposedAs(own)).matches("gateway__call_status_[0-9a-f]{8}");
        assertThat(names.exposedAs(gone))
                .as("its upstream is not in the policy")
                .isNull();
    }

    @Test
    void withoutAPolicyThereAreNone() {
        ToolPinned odd = pinned("odd", "A.B");
        assertThat(McpNames.of(new PolicyState(null, null, Freezes.NONE, Map.of(), Map.of("odd/A.B", odd)))
                        .exposedAs(odd))
                .isNull();
    }
}

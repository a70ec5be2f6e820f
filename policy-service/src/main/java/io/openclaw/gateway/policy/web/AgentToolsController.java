package io.openclaw.gateway.policy.web;

import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.common.web.Problems;
import io.openclaw.gateway.policy.core.McpNames;
import io.openclaw.gateway.policy.core.PolicyEngine;
import io.openclaw.gateway.policy.kafka.PolicyStage;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Tells an agent which tools it may call, and nothing of the others. */
@RestController
public final class AgentToolsController {
    static final String PATH = "/v1/tools";

    private final PolicyFollower follower;
    private final PolicyStage stage;
    private final Clock clock;

    public AgentToolsController(PolicyFollower follower, PolicyStage stage, Clock clock) {
        this.follower = follower;
        this.stage = stage;
        this.clock = clock;
    }

    /**
     * @param address {@code upstream/tool}
     * @param exposedAs the name under which MCP clients see it, if its address does not tell that
     */
    record ToolView(
            String address, String upstream, @Nullable String exposedAs, ToolDefinition definition) {}

    record Tools(List<ToolView> tools) {}

    @GetMapping(PATH)
    Tools tools(@AuthenticationPrincipal Caller caller) {
        PolicyEngine engine = stage.engine();
        if (engine == null) {
            throw Problems.of(
                    HttpStatus.SERVICE_UNAVAILABLE, "starting", "No policy yet", "This instance has no policy yet.");
        }
        McpNames names = McpNames.of(follower.state());
        return new Tools(engine.toolsOf(caller.agent(), caller.identity(), clock.instant()).stream()
                .map(pinned ->
                        new ToolView(pinned.address(), pinned.upstream(), names.exposedAs(pinned), pinned.accepted()))
                .toList());
    }
}

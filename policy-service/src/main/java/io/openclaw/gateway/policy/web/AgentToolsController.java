package io.openclaw.gateway.policy.web;

import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.policy.PolicyInForce;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.common.web.Problems;
import io.openclaw.gateway.policy.core.McpNames;
import io.openclaw.gateway.policy.core.PolicyEngine;
import io.openclaw.gateway.policy.core.RulesOfAgent;
import io.openclaw.gateway.policy.kafka.PolicyStage;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Tells an agent which tools it may call, and by which rules, and nothing of the others. */
@RestController
public final class AgentToolsController {
    static final String PATH = "/v1/tools";
    static final String RULES_PATH = "/v1/rules";

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

    @GetMapping(RULES_PATH)
    RulesOfAgent rules(@AuthenticationPrincipal Caller caller) {
        PolicyInForce active = follower.state().active();
        if (active == null) {
            throw starting();
        }
        return RulesOfAgent.of(active.document(), engine().policy(), caller.agent(), caller.identity());
    }

    @GetMapping(PATH)
    Tools tools(@AuthenticationPrincipal Caller caller) {
        PolicyEngine engine = engine();
        McpNames names = McpNames.of(follower.state());
        return new Tools(engine.toolsOf(caller.agent(), caller.identity(), clock.instant()).stream()
                .map(pinned ->
                        new ToolView(pinned.address(), pinned.upstream(), names.exposedAs(pinned), pinned.accepted()))
                .toList());
    }

    private PolicyEngine engine() {
        PolicyEngine engine = stage.engine();
        if (engine == null) {
            throw starting();
        }
        return engine;
    }

    private static ErrorResponseException starting() {
        return Problems.of(
                HttpStatus.SERVICE_UNAVAILABLE, "starting", "No policy yet", "This instance has no policy yet.");
    }
}

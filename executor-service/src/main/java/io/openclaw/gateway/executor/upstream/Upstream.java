package io.openclaw.gateway.executor.upstream;

import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.executor.core.Answer;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What executes tools. */
public interface Upstream {
    /** Returns its name in tool addresses. */
    String name();

    /**
     * Runs a call.
     *
     * @return the answer; fails with {@link UpstreamUnavailableException} if the call did not reach the upstream or the
     *     upstream did not answer
     */
    CompletableFuture<Answer> run(ToolCall call);

    /** Returns the tools that it has, as they are defined now; empty if that cannot be told. */
    List<ToolDefinition> tools();

    /** Looks whether the upstream can be expected to run calls. */
    Reachability look();

    /**
     * @param why what was seen, and what to do about it if calls do not get through
     */
    record Reachability(boolean up, String why) {}
}

package io.openclaw.gateway.ingress.web.mcp;

import io.openclaw.gateway.common.identity.KnownAgents;
import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.ingress.core.CallPipeline;
import io.openclaw.gateway.ingress.core.UpstreamReports;
import io.openclaw.gateway.ingress.core.mcp.Sessions;
import java.time.Clock;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.scheduling.annotation.Scheduled;

/** Puts the MCP endpoint together. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(McpSettings.class)
@Import({McpController.class, McpSecurity.class, ResourceMetadata.class})
public class McpWeb {
    private final Sessions sessions;

    McpWeb(Sessions sessions) {
        this.sessions = sessions;
    }

    @Bean
    McpStreams mcpStreams(McpSettings settings, UpstreamReports upstreams, PolicyFollower policy) {
        var streams = new McpStreams(settings.maxStreams(), settings.agentMaxStreams(), upstreams);
        policy.onChange(state -> streams.pinned(state.tools()));
        return streams;
    }

    @Bean
    McpCalls mcpCalls(CallPipeline calls, SignatureChain chain, McpSettings settings, Clock clock) {
        return new McpCalls(calls, chain, settings.maxWait(), clock);
    }

    @Bean
    AgentView agentView(
            CallPipeline calls, KnownAgents agents, PolicyFollower policy, UpstreamReports upstreams, Clock clock) {
        var view = new AgentView(calls, agents::current, policy::state, upstreams, clock);
        policy.onChange(state -> view.policyChanged());
        return view;
    }

    @Bean
    McpMethods mcpMethods(AgentView view, McpCalls mcpCalls, McpStreams streams, McpSettings settings) {
        return new McpMethods(view, mcpCalls, streams, sessions, settings.pageSize());
    }

    @Scheduled(fixedDelay = 3_600_000, initialDelay = 60_000)
    void forgetOldSessions() {
        sessions.forgetTheOld();
    }
}

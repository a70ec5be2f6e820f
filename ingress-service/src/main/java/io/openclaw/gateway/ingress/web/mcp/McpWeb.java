package io.openclaw.gateway.ingress.web.mcp;

import io.openclaw.gateway.common.identity.KnownAgents;
import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.ingress.kafka.Calls;
import io.openclaw.gateway.ingress.kafka.UpstreamStatus;
import io.openclaw.gateway.ingress.persistence.SessionStore;
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
    private final SessionStore sessions;

    McpWeb(SessionStore sessions) {
        this.sessions = sessions;
    }

    @Bean
    McpStreams mcpStreams(McpSettings settings, UpstreamStatus upstreams, PolicyFollower policy) {
        return new McpStreams(settings.maxStreams(), settings.agentMaxStreams(), upstreams, policy);
    }

    @Bean
    McpCalls mcpCalls(Calls calls, SignatureChain chain, McpSettings settings, Clock clock) {
        return new McpCalls(calls, chain, settings.patience(), clock);
    }

    @Bean
    McpMethods mcpMethods(
            Calls calls,
            KnownAgents agents,
            PolicyFollower policy,
            UpstreamStatus upstreams,
            McpCalls mcpCalls,
            McpStreams streams,
            McpSettings settings,
            Clock clock) {
        return new McpMethods(
                new AgentView(calls, agents, policy, upstreams, clock),
                mcpCalls,
                streams,
                sessions,
                settings.pageSize());
    }

    @Scheduled(fixedDelay = 3_600_000, initialDelay = 60_000)
    void forgetOldSessions() {
        sessions.forgetTheOld();
    }
}

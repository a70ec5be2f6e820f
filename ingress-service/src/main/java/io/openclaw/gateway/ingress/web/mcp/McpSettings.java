package io.openclaw.gateway.ingress.web.mcp;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the MCP endpoint.
 *
 * @param loopbackAgent the agent that callers on this machine are who send no credentials; nobody, if absent.
 *     {@code OPENCLAW_LOOPBACK_AGENT} sets it
 * @param maxWait how long a client is kept waiting for a call, before it is told how to ask again
 * @param pageSize how many elements a page of a list has
 * @param maxStreams how many streams of notifications this instance keeps open at once
 * @param agentMaxStreams how many of them may be one agent's
 * @param agentMaxSessions how many sessions an agent may have at once; a new one takes the place of the one that was not used
 *     for longest
 */
@ConfigurationProperties("openclaw.mcp")
public record McpSettings(
        @Nullable String loopbackAgent,
        @DefaultValue("50s") Duration maxWait,
        @DefaultValue("100") int pageSize,
        @DefaultValue("5000") int maxStreams,
        @DefaultValue("1250") int agentMaxStreams,
        @DefaultValue("1000") int agentMaxSessions) {}

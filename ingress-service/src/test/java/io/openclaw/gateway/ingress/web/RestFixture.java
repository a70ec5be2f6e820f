package io.openclaw.gateway.ingress.web;

import io.openclaw.gateway.common.identity.AgentDirectory;
import io.openclaw.gateway.common.identity.KnownAgents;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.ingress.core.AgentLimits;
import io.openclaw.gateway.ingress.core.AgentRates;
import io.openclaw.gateway.ingress.core.JsonLimits;
import io.openclaw.gateway.ingress.core.ParsingPool;
import io.openclaw.gateway.ingress.core.PipelineDouble;
import io.openclaw.gateway.ingress.core.Shares;
import io.openclaw.gateway.testing.MutableClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.springframework.mock.web.MockHttpServletRequest;

/** What the controllers of ingress need, in memory; there is one upstream, {@code openclaw}. */
final class RestFixture {
    static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");
    private static final int MAX_BODY = 10_000_000;

    final MutableClock clock = new MutableClock(NOW);
    final PipelineDouble pipeline = new PipelineDouble(clock);
    final Shares memory = new Shares(MAX_BODY);
    final KnownAgents agents = new KnownAgents(
            AgentDirectory.of(
                    RawJson.of("{\"upstreams\":[{\"name\":\"openclaw\"}]}").as(PolicyDocument.class), List.of()),
            clock);
    final RequestBodies bodies = new RequestBodies(
            memory,
            MAX_BODY,
            Duration.ofSeconds(30),
            new AgentRates(clock),
            caller -> new AgentLimits(100, MAX_BODY, 100),
            new JsonLimits(100_000),
            new ParsingPool(1));

    static MockHttpServletRequest request(String path, String body) {
        var request = new MockHttpServletRequest("POST", path);
        request.setContentType("application/json");
        request.setContent(body.getBytes(StandardCharsets.UTF_8));
        return request;
    }
}

package io.openclaw.gateway.ingress.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.policy.AgentKey;
import io.openclaw.gateway.common.policy.PolicyDocument;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class AgentDirectoryTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    @Test
    void anAgentIsFoundByAKeyThatHasNotExpired() {
        String key = AgentKey.generate();
        String old = AgentKey.generate();
        var agents = AgentDirectory.of(new PolicyDocument(
                List.of(new PolicyDocument.Agent(
                        "demo",
                        List.of(
                                new PolicyDocument.Key(AgentKey.sha256(key).toUpperCase(Locale.ROOT), null),
                                new PolicyDocument.Key(AgentKey.sha256(old), NOW)),
                        List.of())),
                List.of(),
                List.of(new PolicyDocument.Upstream("openclaw", List.of(), List.of())),
                new PolicyDocument.Defaults(List.of(), List.of(), List.of()),
                new PolicyDocument.Results(PolicyDocument.ResultHandling.FLAG, PolicyDocument.ResultHandling.FLAG)));

        assertThat(key).startsWith("ocg_").hasSize(47);
        assertThat(agents.agentOf(key, NOW)).hasValue("demo");
        assertThat(agents.agentOf(old, NOW.minusMillis(1))).hasValue("demo");
        assertThat(agents.agentOf(old, NOW)).isEmpty();
        assertThat(agents.agentOf(AgentKey.sha256(key), NOW))
                .as("the hash is no key")
                .isEmpty();
        assertThat(agents.agentOf("", NOW)).isEmpty();
        assertThat(agents.upstreams()).containsExactly("openclaw");
    }
}

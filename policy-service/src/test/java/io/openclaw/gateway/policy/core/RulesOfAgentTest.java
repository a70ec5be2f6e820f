package io.openclaw.gateway.policy.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.Identity;
import io.openclaw.gateway.common.policy.AgentPlace;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.common.policy.PolicyInForce;
import java.util.List;
import org.junit.jupiter.api.Test;

class RulesOfAgentTest {
    private static final PolicyInForce POLICY = PolicyText.read("""
            upstreams: [{name: jira}, {name: pay}]
            roles:
              - {id: reader, allow: ["jira/get*"], workspace: [/srv/notes]}
              - {id: writer, inherits: [reader], allow: ["jira/create*"], escalate: ["jira/delete*"], deny: ["jira/admin*"]}
            rules:
              - {id: hours, tools: ["jira/*"], when: "time.getHours() < 6", effect: deny, reason: Not at night.}
              - {id: of-others, when: "agent.id == 'b'", effect: allow}
            agents: [{id: a, roles: [writer]}, {id: b, roles: [reader]}]
            limits: [{id: slow, agents: [a], callsPerMinute: 3}, {id: other, agents: [b], callsPerMinute: 1}]
            defaults: {deny: ["pay/*"]}
            """);

    private static RulesOfAgent of(String agent) {
        return RulesOfAgent.of(POLICY.document(), Policy.of(POLICY), agent, Identity.NONE);
    }

    @Test
    void areThoseOfItsRolesAndOfTheRolesThatTheyInherit() {
        RulesOfAgent rules = of("a");
        assertThat(rules.roles()).containsExactly("writer", "reader");
        assertThat(rules.allow()).containsExactlyInAnyOrder("jira/get*", "jira/create*");
        assertThat(rules.escalate()).containsExactly("jira/delete*");
        assertThat(rules.place()).isEqualTo(new AgentPlace(List.of("/srv/notes"), List.of()));
        assertThat(rules.deny()).containsExactlyInAnyOrder("jira/admin*", "pay/*");
    }

    @Test
    void sayNothingOfOtherAgents() {
        RulesOfAgent rules = of("a");
        assertThat(rules.rules()).extracting(RulesOfAgent.Rule::id).containsExactly("hours");
        assertThat(rules.limits()).extracting(PolicyDocument.Limit::id).containsExactly("slow");
        assertThat(rules.limits().getFirst().agents()).isEqualTo(List.of());
    }
}

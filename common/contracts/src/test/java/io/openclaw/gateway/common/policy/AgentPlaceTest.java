package io.openclaw.gateway.common.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.policy.PolicyDocument.Agent;
import io.openclaw.gateway.common.policy.PolicyDocument.Role;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AgentPlaceTest {
    private static final PolicyDocument POLICY = new PolicyDocument(
            List.of(
                    new Agent(
                            "builder",
                            null,
                            null,
                            Map.of(),
                            List.of("ci"),
                            List.of(),
                            List.of(),
                            List.of("~/scratch"),
                            List.of("api.example.com")),
                    new Agent("other", null, null, Map.of(), List.of(), List.of(), List.of())),
            List.of(
                    new Role("ci", List.of("base"), List.of(), List.of(), List.of(), List.of("/srv/builds"), List.of()),
                    new Role(
                            "base",
                            List.of("ci"),
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of("*.example.com"))),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            PolicyDocument.Defaults.NONE,
            PolicyDocument.Results.FLAGGED,
            List.of());

    @Test
    void isWhatThePolicySaysOfTheAgentAndItsRoles() {
        assertThat(AgentPlace.of(POLICY, "builder", List.of()))
                .isEqualTo(new AgentPlace(
                        List.of("/srv/builds", "~/scratch"), List.of("*.example.com", "api.example.com")));
    }

    @Test
    void hasWhatRolesOfATokenSay() {
        assertThat(AgentPlace.of(POLICY, "stranger", List.of("base", "none")))
                .isEqualTo(new AgentPlace(List.of("/srv/builds"), List.of("*.example.com")));
    }

    @Test
    void doesNotGrowByATokenIfThePolicyNamesTheAgent() {
        assertThat(AgentPlace.of(POLICY, "other", List.of("base"))).isSameAs(AgentPlace.NONE);
    }

    @Test
    void isReadOnceFromEachPolicy() {
        var places = new AgentPlaces();
        var first = new PolicyInForce("1", POLICY);
        AgentPlace place = places.of(first, "builder", List.of());
        assertThat(place.workspace()).containsExactly("/srv/builds", "~/scratch");
        assertThat(places.of(first, "builder", List.of())).isSameAs(place);
        assertThat(places.of(new PolicyInForce("2", POLICY), "builder", List.of()))
                .isEqualTo(place)
                .isNotSameAs(place);
    }

    @Test
    void isNoneIfNothingIsSaid() {
        assertThat(AgentPlace.of(POLICY, "other", List.of())).isSameAs(AgentPlace.NONE);
        assertThat(AgentPlace.of(POLICY, "stranger", List.of())).isSameAs(AgentPlace.NONE);
    }
}

package io.openclaw.gateway.ingress.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.PolicyDocument;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgentLimitsTest {
    private static final AgentLimits DEFAULTS = new AgentLimits(250, 1_000, 100);

    private static AgentLimits limits(String limits, String agent, String... roles) {
        PolicyDocument policy = RawJson.of("""
                        {"agents":[{"id":"a","roles":["senior"]},{"id":"b"}],
                         "roles":[{"id":"senior","inherits":["worker"]},{"id":"worker"}],
                         "limits":%s}""".formatted(limits)).as(PolicyDocument.class);
        return AgentLimits.of(policy, DEFAULTS, agent, List.of(roles));
    }

    @Test
    void areTheDefaultsWhereThePolicySaysNothing() {
        assertThat(limits("[]", "a")).isEqualTo(DEFAULTS);
        assertThat(limits("[{\"id\":\"x\",\"callsPerMinute\":1}]", "a")).isEqualTo(DEFAULTS);
        assertThat(limits("[{\"id\":\"x\",\"agents\":[\"b*\"],\"callsInFlight\":1}]", "a"))
                .isEqualTo(DEFAULTS);
    }

    @Test
    void areWhatThePolicySaysEvenIfThatIsMore() {
        assertThat(limits("[{\"id\":\"x\",\"agents\":[\"b*\"],\"callsInFlight\":900}]", "b"))
                .isEqualTo(new AgentLimits(900, 1_000, 100));
    }

    @Test
    void areTheSmallestOfSeveralEachOnItsOwn() {
        assertThat(limits(
                        "[{\"id\":\"x\",\"callsInFlight\":5,\"bytesPerMinute\":9},"
                                + "{\"id\":\"y\",\"callsInFlight\":7,\"bytesPerMinute\":8,\"deniedPerMinute\":3}]",
                        "a"))
                .isEqualTo(new AgentLimits(5, 8, 3));
    }

    @Test
    void holdForRolesThatAreInheritedOrProvenByAToken() {
        String forWorkers = "[{\"id\":\"x\",\"roles\":[\"worker\"],\"callsInFlight\":5}]";
        assertThat(limits(forWorkers, "a").callsInFlight()).isEqualTo(5);
        assertThat(limits(forWorkers, "b").callsInFlight()).isEqualTo(250);
        assertThat(limits(forWorkers, "issuer:c", "senior").callsInFlight()).isEqualTo(5);
    }
}

package io.openclaw.gateway.policy.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplayTest {
    private final Replay replay = new Replay(Policy.of(PolicyText.read("""
                    upstreams: [{name: jira}]
                    roles: [{id: r, allow: ["jira/*"], escalate: ["jira/put"]}]
                    agents: [{id: a, roles: [r]}, {id: b, roles: [r]}]
                    limits: [{id: two, tools: ["jira/slow"], concurrentCalls: 1}]
                    """)), ToolCatalogue.UNCHECKED);

    private static List<Verdict> verdict(Decision outcome, String rule) {
        return List.of(Verdict.of(
                Stage.POLICY, outcome, List.of(new Reason(rule, "", Severity.INFO)), "policy-1", Asked.NOON, "v"));
    }

    private ToolCall recorded(String agent, String tool, Decision then, String rule) {
        ToolCall call = Asked.by(agent, tool).call();
        replay.requested(call);
        replay.verdicts(call.callId(), verdict(then, rule));
        return call;
    }

    @Test
    void groupsWhatWouldBeDecidedOtherwiseByRuleAndAgent() {
        recorded("a", "jira/get", Decision.ALLOW, "roles/old");
        recorded("a", "jira/put", Decision.ALLOW, "roles/old");
        recorded("a", "jira/put", Decision.ALLOW, "roles/old");
        recorded("b", "jira/put", Decision.ALLOW, "roles/old");
        recorded("b", "jira/get", Decision.DENY, "policy/default-deny");

        assertThat(replay.calls()).isEqualTo(5);
        assertThat(replay.different()).isEqualTo(4);
        assertThat(replay.groups())
                .containsEntry(
                        new Replay.Group(
                                Decision.ALLOW,
                                Decision.ESCALATE,
                                "roles/r/escalate:jira/put",
                                "roles/old",
                                "a",
                                "jira/put"),
                        2)
                .containsEntry(
                        new Replay.Group(
                                Decision.ALLOW,
                                Decision.ESCALATE,
                                "roles/r/escalate:jira/put",
                                "roles/old",
                                "b",
                                "jira/put"),
                        1)
                .containsEntry(
                        new Replay.Group(
                                Decision.DENY,
                                Decision.ALLOW,
                                "roles/r/allow:jira/*",
                                "policy/default-deny",
                                "b",
                                "jira/get"),
                        1)
                .hasSize(3);
    }

    @Test
    void leavesOutWhatWasFrozenAndCountsWhatIsNotDecidedYet() {
        recorded("a", "jira/get", Decision.DENY, "freeze/all");
        replay.requested(Asked.by("a", "jira/get").call());
        assertThat(replay.calls()).isZero();
        assertThat(replay.frozen()).isEqualTo(1);
        assertThat(replay.undecided()).isEqualTo(1);
    }

    @Test
    void comparesACallOnceWhateverElseIsOnRecordOfIt() {
        ToolCall call = recorded("a", "jira/put", Decision.ALLOW, "roles/old");
        replay.verdicts(call.callId(), verdict(Decision.ALLOW, "roles/old"));
        assertThat(replay.calls()).isEqualTo(1);
        assertThat(replay.different()).isEqualTo(1);
    }

    @Test
    void knowsWhichCallsHadEnded() {
        ToolCall first = recorded("a", "jira/slow", Decision.ALLOW, "roles/old");
        replay.ended(first, Asked.NOON);
        recorded("a", "jira/slow", Decision.ALLOW, "roles/old");
        assertThat(replay.different()).isZero();
        recorded("a", "jira/slow", Decision.ALLOW, "roles/old");
        assertThat(replay.groups().keySet())
                .singleElement()
                .satisfies(group -> assertThat(group.rule()).isEqualTo("limits/two"));
    }
}

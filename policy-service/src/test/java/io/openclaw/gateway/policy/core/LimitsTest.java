package io.openclaw.gateway.policy.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.policy.Freezes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class LimitsTest {
    private static final String AROUND = """
            upstreams: [{name: jira}, {name: pay}]
            roles: [{id: user, allow: ["*/*"]}, {id: fast}]
            agents: [{id: a, roles: [user]}, {id: b, roles: [user, fast]}]
            limits:
            """;

    private final Map<String, Usage> usages = new HashMap<>();
    private Runnable catchUp = () -> {};
    private final Ledger ledger = new Ledger() {
        @Override
        public Usage of(String agent) {
            return usages.computeIfAbsent(agent, key -> new Usage());
        }

        @Override
        public void catchUp() {
            catchUp.run();
        }
    };

    private static Policy policy(String limits) {
        return Policy.of(PolicyText.read(AROUND + limits.indent(2)));
    }

    private PolicyDecision ask(Policy policy, ToolCall call) {
        PolicyDecision decision = policy.decide(call, ToolCatalogue.UNCHECKED, Freezes.NONE, ledger);
        decision.charges().forEach(charge -> ledger.of(charge.agent()).add(charge));
        return decision;
    }

    private Decision outcome(Policy policy, Asked asked) {
        return ask(policy, asked.call()).outcome();
    }

    private static Asked at(int seconds) {
        return Asked.by("a", "jira/get").at(Asked.NOON.plusSeconds(seconds));
    }

    @Test
    void whatIngressKeepsToIsNotChargedHere() {
        Policy policy = policy("- {id: x, callsInFlight: 0, bytesPerMinute: 0, deniedPerMinute: 0}");
        assertThat(policy.isLimited(at(0).call())).isFalse();
        assertThat(outcome(policy, at(0))).isEqualTo(Decision.ALLOW);
    }

    @Test
    void aDryRunIsHeldAgainstLimitsAndChargedToNone() {
        Policy policy = policy("- {id: slow, callsPerMinute: 1}");
        assertThat(outcome(policy, at(0).dry())).isEqualTo(Decision.ALLOW);
        assertThat(outcome(policy, at(1).dry())).isEqualTo(Decision.ALLOW);
        assertThat(outcome(policy, at(2))).isEqualTo(Decision.ALLOW);
        assertThat(outcome(policy, at(3).dry())).isEqualTo(Decision.DENY);
    }

    @Nested
    class CallsPerMinute {
        private final Policy policy = policy("- {id: slow, tools: [\"jira/*\"], callsPerMinute: 3}");

        @Test
        void areThoseOfAny60Seconds() {
            for (int second : List.of(0, 20, 40)) {
                assertThat(outcome(policy, at(second))).isEqualTo(Decision.ALLOW);
            }
            PolicyDecision fourth = ask(policy, at(59).call());
            assertThat(fourth.outcome()).isEqualTo(Decision.DENY);
            assertThat(fourth.rules()).containsExactly("limits/slow");
            assertThat(fourth.reasons().getFirst().text()).contains("3 calls within a minute", "2026-11-25T12:01:00Z");
            assertThat(outcome(policy, at(60))).isEqualTo(Decision.ALLOW);
            assertThat(outcome(policy, at(61))).isEqualTo(Decision.DENY);
            assertThat(outcome(policy, at(80))).isEqualTo(Decision.ALLOW);
        }

        @Test
        void areCountedForEachAgentAndForTheToolsOfTheLimit() {
            for (int i = 0; i < 3; i++) {
                outcome(policy, at(i));
            }
            assertThat(outcome(policy, Asked.by("b", "jira/get"))).isEqualTo(Decision.ALLOW);
            assertThat(outcome(policy, Asked.by("a", "pay/send").at(Asked.NOON.plusSeconds(4))))
                    .isEqualTo(Decision.ALLOW);
            assertThat(outcome(policy, at(5))).isEqualTo(Decision.DENY);
        }

        @Test
        void doNotCountWhatWasDenied() {
            for (int second = 0; second < 50; second++) {
                outcome(policy, at(second));
            }
            assertThat(outcome(policy, at(60))).isEqualTo(Decision.ALLOW);
        }

        @Test
        void ofARoleHoldForItsAgentsAlone() {
            Policy fast = policy("- {id: x, roles: [fast], callsPerMinute: 0}");
            assertThat(outcome(fast, Asked.by("a", "jira/get"))).isEqualTo(Decision.ALLOW);
            assertThat(outcome(fast, Asked.by("b", "jira/get"))).isEqualTo(Decision.DENY);
        }

        @Test
        void aCallThatIsDecidedAgainIsDecidedAlike() {
            List<ToolCall> calls = new ArrayList<>();
            List<Decision> first = new ArrayList<>();
            for (int second : List.of(0, 10, 20, 30, 40, 61, 62, 71, 90, 95)) {
                ToolCall call = at(second).call();
                calls.add(call);
                first.add(ask(policy, call).outcome());
            }
            assertThat(first).contains(Decision.ALLOW, Decision.DENY);
            for (int i = 0; i < calls.size(); i++) {
                assertThat(ask(policy, calls.get(i)).outcome()).as("call %s", i).isEqualTo(first.get(i));
            }
        }
    }

    @Nested
    class ConcurrentCalls {
        private final Policy policy = policy("- {id: two, concurrentCalls: 2}");

        @Test
        void areThoseThatHaveNotEnded() {
            ToolCall first = at(0).call();
            ask(policy, first);
            assertThat(outcome(policy, at(1))).isEqualTo(Decision.ALLOW);
            assertThat(outcome(policy, at(2))).isEqualTo(Decision.DENY);
            ledger.of("a").end(first.callId(), Asked.NOON.plusSeconds(2));
            assertThat(outcome(policy, at(3))).isEqualTo(Decision.ALLOW);
            assertThat(outcome(policy, at(4))).isEqualTo(Decision.DENY);
        }

        @Test
        void areLearnedOfBeforeACallIsRefused() {
            ToolCall first = at(0).call();
            ask(policy, first);
            ask(policy, at(0).call());
            catchUp = () -> ledger.of("a").end(first.callId(), Asked.NOON.plusSeconds(1));
            assertThat(outcome(policy, at(2))).isEqualTo(Decision.ALLOW);
        }

        @Test
        void endWithTheirDeadlineAtTheLatest() {
            ask(policy, at(0).call());
            ask(policy, at(0).call());
            assertThat(outcome(policy, at(1799))).isEqualTo(Decision.DENY);
            assertThat(outcome(policy, at(1800))).isEqualTo(Decision.ALLOW);
        }
    }

    @Nested
    class ADailyBudget {
        private final Policy policy =
                policy("- {id: money, tools: [\"pay/*\"], dailyBudget: 100, cost: call.arguments.amount}");

        private Asked pay(String amount, Instant at) {
            return Asked.by("a", "pay/send").with("{\"amount\":" + amount + "}").at(at);
        }

        @Test
        void isWhatTheCallsOfADayCostTogether() {
            assertThat(outcome(policy, pay("60", Asked.NOON))).isEqualTo(Decision.ALLOW);
            PolicyDecision tooMuch = ask(policy, pay("40.5", Asked.NOON).call());
            assertThat(tooMuch.outcome()).isEqualTo(Decision.DENY);
            assertThat(tooMuch.reasons().getFirst().text()).contains("60 of its 100", "40.5");
            assertThat(outcome(policy, pay("40", Asked.NOON))).isEqualTo(Decision.ALLOW);
        }

        @Test
        void isRememberedForTheWholeDayAndNoLonger() {
            assertThat(outcome(policy, pay("60", Asked.NOON))).isEqualTo(Decision.ALLOW);
            assertThat(outcome(policy, pay("30", Asked.NOON.plus(Duration.ofHours(3)))))
                    .isEqualTo(Decision.ALLOW);
            assertThat(outcome(policy, pay("20", Asked.NOON.plus(Duration.ofHours(6)))))
                    .isEqualTo(Decision.DENY);
            assertThat(outcome(policy, pay("99", Asked.NOON.plus(Duration.ofHours(12)))))
                    .isEqualTo(Decision.ALLOW);
        }

        @Test
        void isExceededByWhatCannotBeCounted() {
            for (String amount : List.of("-5", "\"1\"", "null", "[]")) {
                assertThat(outcome(policy, pay(amount, Asked.NOON))).as(amount).isEqualTo(Decision.DENY);
            }
            assertThat(outcome(policy, Asked.by("a", "pay/send"))).isEqualTo(Decision.DENY);
        }
    }

    @Test
    void countCallsThatComeInAnotherOrderThanTheyWereRequestedIn() {
        Policy minute = policy("- {id: m, callsPerMinute: 2}");
        assertThat(outcome(minute, at(5))).isEqualTo(Decision.ALLOW);
        assertThat(outcome(minute, at(4))).isEqualTo(Decision.ALLOW);
        assertThat(outcome(minute, at(3))).isEqualTo(Decision.DENY);
        usages.clear();
        Policy running = policy("- {id: r, concurrentCalls: 1}");
        assertThat(outcome(running, at(5))).isEqualTo(Decision.ALLOW);
        assertThat(outcome(running, at(4))).isEqualTo(Decision.DENY);
        usages.clear();
        Policy day = policy("- {id: d, dailyBudget: 1}");
        assertThat(outcome(day, at(5))).isEqualTo(Decision.ALLOW);
        assertThat(outcome(day, at(4))).isEqualTo(Decision.DENY);
    }

    @Test
    void oneLimitThatIsExceededChargesNoOther() {
        Policy policy = policy("- {id: one, tools: [\"jira/*\"], callsPerMinute: 1}\n- {id: all, callsPerMinute: 2}");
        assertThat(outcome(policy, at(0))).isEqualTo(Decision.ALLOW);
        assertThat(outcome(policy, at(1))).isEqualTo(Decision.DENY);
        assertThat(outcome(policy, Asked.by("a", "pay/send").at(Asked.NOON.plusSeconds(2))))
                .isEqualTo(Decision.ALLOW);
        assertThat(outcome(policy, Asked.by("a", "pay/send").at(Asked.NOON.plusSeconds(3))))
                .isEqualTo(Decision.DENY);
    }

    @Test
    void aBrokenLimitIsNamed() {
        assertThatThrownBy(() -> policy("- {id: x}")).hasMessageContainingAll("limits/x", "limits nothing");
        assertThatThrownBy(() -> policy("- {id: x, deniedPerMinute: -1}"))
                .hasMessageContainingAll("limits/x", "deniedPerMinute is -1");
        assertThatThrownBy(() -> policy("- {id: x, tools: [\"jira/*\"], callsInFlight: 1}"))
                .hasMessageContainingAll("limits/x", "leave out tools");
        assertThatThrownBy(() -> policy("- {id: x, callsPerMinute: -1}")).hasMessageContaining("callsPerMinute is -1");
        assertThatThrownBy(() -> policy("- {id: x, dailyBudget: 1, cost: agent.id}"))
                .hasMessageContaining("a number");
        assertThatThrownBy(() -> policy("- {id: x, callsPerMinute: 1, roles: [none]}"))
                .hasMessageContaining("'none'");
    }
}

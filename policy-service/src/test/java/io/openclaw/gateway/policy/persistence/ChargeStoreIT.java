package io.openclaw.gateway.policy.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.policy.Freezes;
import io.openclaw.gateway.policy.core.Charge;
import io.openclaw.gateway.policy.core.Ledger;
import io.openclaw.gateway.policy.core.Policy;
import io.openclaw.gateway.policy.core.PolicyDecision;
import io.openclaw.gateway.policy.core.PolicyText;
import io.openclaw.gateway.policy.core.ToolCatalogue;
import io.openclaw.gateway.policy.core.Usage;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Limits that one instance counted, and another goes on with. */
class ChargeStoreIT {
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);

    private final ChargeStore store = new ChargeStore(
            Schema.migrated("policy", TestInfrastructure.database().dataSource()),
            JdbcClient.create(TestInfrastructure.database().dataSource()));
    private final String agent = "agent-" + UUID.randomUUID().toString().substring(0, 8);
    private final Policy policy = Policy.of(PolicyText.read("""
            upstreams: [{name: jira}]
            roles: [{id: r, allow: ["jira/*"]}]
            agents: [{id: %s, roles: [r]}]
            limits:
              - {id: minute, tools: ["jira/fast"], callsPerMinute: 3}
              - {id: running, tools: ["jira/slow"], concurrentCalls: 2}
              - {id: day, tools: ["jira/dear"], dailyBudget: 10, cost: call.arguments.n}
            """.formatted(agent)));

    private ToolCall call(String tool, String arguments, Instant at) {
        return new ToolCall(
                UUID.randomUUID(),
                agent,
                "jira",
                tool,
                RawJson.of(arguments),
                Origin.REST,
                Mode.EXECUTE,
                at,
                at.plusSeconds(600),
                null,
                null,
                null,
                null,
                0,
                "",
                null,
                Map.of());
    }

    /** An instance that has just been given the agent's partition: it knows what is in the database. */
    private Ledger instance() {
        return instance(now);
    }

    private Ledger instance(Instant at) {
        Usage usage = store.usageOf(agent, at);
        return new Ledger() {
            @Override
            public Usage of(String id) {
                return usage;
            }

            @Override
            public void catchUp() {
                // Nothing else ends calls here.
            }
        };
    }

    private Decision decide(Ledger instance, ToolCall call) {
        PolicyDecision decision = policy.decide(call, ToolCatalogue.UNCHECKED, Freezes.NONE, instance);
        decision.charges().forEach(instance.of(agent)::add);
        store.add(decision.charges());
        return decision.outcome();
    }

    @Test
    void aWindowGoesOnAtTheNextInstance() {
        Ledger first = instance();
        assertThat(decide(first, call("fast", "{}", now.minusSeconds(50)))).isEqualTo(Decision.ALLOW);
        assertThat(decide(first, call("fast", "{}", now.minusSeconds(20)))).isEqualTo(Decision.ALLOW);
        Ledger second = instance();
        assertThat(decide(second, call("fast", "{}", now.minusSeconds(5)))).isEqualTo(Decision.ALLOW);
        assertThat(decide(second, call("fast", "{}", now.minusSeconds(4)))).isEqualTo(Decision.DENY);
        Ledger third = instance();
        assertThat(decide(third, call("fast", "{}", now))).isEqualTo(Decision.DENY);
        assertThat(decide(third, call("fast", "{}", now.plusSeconds(11)))).isEqualTo(Decision.ALLOW);
    }

    @Test
    void whatIsDecidedAgainAfterACrashIsDecidedAlikeAndCountedOnce() {
        List<ToolCall> calls = new ArrayList<>();
        List<Decision> decided = new ArrayList<>();
        Ledger first = instance();
        for (int i = 0; i < 6; i++) {
            calls.add(call("fast", "{}", now.minusSeconds(30 - i)));
            decided.add(decide(first, calls.get(i)));
        }
        Ledger again = instance();
        for (int i = 0; i < 6; i++) {
            assertThat(decide(again, calls.get(i))).as("call %s", i).isEqualTo(decided.get(i));
        }
        assertThat(decided)
                .containsExactly(
                        Decision.ALLOW, Decision.ALLOW, Decision.ALLOW, Decision.DENY, Decision.DENY, Decision.DENY);
    }

    @Test
    void callsThatRunAreKnownUntilTheyEndOrTheirDeadlinePasses() {
        Ledger first = instance();
        ToolCall one = call("slow", "{}", now.minusSeconds(30));
        assertThat(decide(first, one)).isEqualTo(Decision.ALLOW);
        assertThat(decide(first, call("slow", "{}", now.minusSeconds(590)))).isEqualTo(Decision.ALLOW);
        assertThat(decide(instance(), call("slow", "{}", now))).isEqualTo(Decision.DENY);
        assertThat(store.oldestRunning(now))
                .hasValueSatisfying(oldest -> assertThat(oldest).isBeforeOrEqualTo(now.minusSeconds(590)));

        store.end(Map.of(one.callId(), now.minusSeconds(10)));
        assertThat(decide(instance(), call("slow", "{}", now))).isEqualTo(Decision.ALLOW);
        assertThat(decide(instance(), call("slow", "{}", now))).isEqualTo(Decision.DENY);
        assertThat(decide(instance(), call("slow", "{}", now.plusSeconds(15))))
                .as("the deadline of the older one has passed")
                .isEqualTo(Decision.ALLOW);
    }

    @Test
    void aBudgetIsThatOfTheDay() {
        Instant noon = now.truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(12));
        store.add(List.of(
                new Charge("day", agent, UUID.randomUUID(), noon.minus(Duration.ofHours(3)), 4, noon),
                new Charge("day", agent, UUID.randomUUID(), noon.minus(Duration.ofHours(14)), 100, noon)));
        Ledger ledger = instance(noon);
        assertThat(policy.decide(call("dear", "{\"n\":7}", noon), ToolCatalogue.UNCHECKED, Freezes.NONE, ledger)
                        .outcome())
                .isEqualTo(Decision.DENY);
        assertThat(policy.decide(call("dear", "{\"n\":6}", noon), ToolCatalogue.UNCHECKED, Freezes.NONE, ledger)
                        .outcome())
                .isEqualTo(Decision.ALLOW);
    }

    @Test
    void whatNoLimitCountsAnyMoreIsForgotten() {
        decide(instance(), call("fast", "{}", now.minus(Duration.ofDays(3))));
        decide(instance(), call("fast", "{}", now));
        store.forgetBefore(now.minus(Duration.ofDays(2)));
        assertThat(decide(instance(), call("fast", "{}", now))).isEqualTo(Decision.ALLOW);
    }
}

package io.openclaw.gateway.approval.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.openclaw.gateway.approval.core.Approval;
import io.openclaw.gateway.approval.core.Grant;
import io.openclaw.gateway.approval.core.Person;
import io.openclaw.gateway.approval.persistence.ApprovalStore.Stored;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.ApprovalChanged.Status;
import io.openclaw.gateway.common.event.CallEscalated;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.testing.Calls;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class GrantStoreIT {
    /** Two pressing a thousand times would open thousands of connections. */
    private static final HikariDataSource POOL = pool();

    private static final JdbcClient JDBC = JdbcClient.create(POOL);
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final Schema SCHEMA =
            Schema.migrated("approval", TestInfrastructure.database().dataSource());

    private final ApprovalStore approvals = new ApprovalStore(SCHEMA, JDBC);
    private final GrantStore grants = new GrantStore(SCHEMA, JDBC);
    private final String agent = "agent-" + UUID.randomUUID();

    private static HikariDataSource pool() {
        var settings = new HikariConfig();
        settings.setDataSource(TestInfrastructure.database().dataSource());
        settings.setMaximumPoolSize(8);
        return new HikariDataSource(settings);
    }

    @AfterAll
    static void close() {
        POOL.close();
    }

    private CallEscalated escalated() {
        return new CallEscalated(
                Calls.call(agent, "openclaw", "message", RawJson.of("{\"text\":\"x\"}"), NOW),
                List.of(Verdict.of(
                        Stage.POLICY,
                        Decision.ESCALATE,
                        List.of(new Reason("r1", "ask", Severity.MEDIUM)),
                        "p",
                        NOW,
                        "p1")),
                Map.of());
    }

    private static Approval approval(CallEscalated escalated) {
        return Approval.of(escalated, Duration.ofMinutes(5), new Redactor(), NOW);
    }

    private Grant given(int uses) {
        Grant grant = Grant.of(
                escalated(), Set.of("text"), RawJson.of("{\"text\":\"x\"}"), Duration.ofHours(1), uses, "alice", NOW);
        grants.insert(grant);
        return grant;
    }

    @Test
    void keepsAGrant() {
        Grant grant = given(5);
        assertThat(grants.find(grant.id())).contains(grant);
        assertThat(grants.good(agent, "openclaw", "message", NOW)).containsExactly(grant);
        assertThat(grants.good(agent, "openclaw", "message", NOW.plus(Duration.ofHours(2))))
                .isEmpty();
        assertThat(grants.revoke(grant.id(), "bob", NOW)).isTrue();
        assertThat(grants.revoke(grant.id(), "bob", NOW)).isFalse();
        assertThat(grants.good(agent, "openclaw", "message", NOW)).isEmpty();
    }

    @Test
    void isUsedUpExactlyHoweverManyCallsComeAtOnce() throws Exception {
        Grant grant = given(20);
        List<Callable<Boolean>> calls = IntStream.range(0, 60)
                .<Callable<Boolean>>mapToObj(i -> () -> approvals.insertGranted(
                        new Stored(approval(escalated()).granted(grant), 0, i), grant.id(), NOW))
                .toList();
        assertThat(all(calls).stream().filter(used -> used).count()).isEqualTo(20);
        assertThat(grants.find(grant.id()).orElseThrow().uses()).isEqualTo(20);
        assertThat(approvals.list(Status.APPROVED, agent, null, 100)).hasSize(20);
    }

    @Test
    void aCallThatComesAgainUsesNothingUp() {
        Grant grant = given(5);
        Approval approval = approval(escalated()).granted(grant);
        assertThat(approvals.insertGranted(new Stored(approval, 0, 1), grant.id(), NOW))
                .isTrue();
        assertThat(approvals.insertGranted(new Stored(approval, 0, 1), grant.id(), NOW))
                .isFalse();
        assertThat(grants.find(grant.id()).orElseThrow().uses()).isEqualTo(1);
        Approval kept = approvals.find(approval.id()).orElseThrow().approval();
        assertThat(kept.wasGranted()).isTrue();
        assertThat(kept.verdict().reasons().getFirst().ruleId()).isEqualTo("approval/granted");
    }

    @Test
    void twoWhoPressAtTheSameMomentDecideOnce() throws Exception {
        for (int round = 0; round < 1_000; round++) {
            Approval pending = approval(escalated());
            approvals.insert(new Stored(pending, 0, round));
            List<Callable<Boolean>> presses = List.of(
                    () -> approvals.decide(
                            pending,
                            pending.after(Status.APPROVED, new Person("alice", List.of(), "console"), null, NOW),
                            NOW),
                    () -> approvals.decide(
                            pending,
                            pending.after(Status.DENIED, new Person("bob", List.of(), "whatsapp"), null, NOW),
                            NOW));
            List<Boolean> decided = all(presses);
            assertThat(decided).containsOnlyOnce(true);
            Approval kept = approvals.find(pending.id()).orElseThrow().approval();
            assertThat(kept.channel()).isEqualTo(decided.getFirst() ? "console" : "whatsapp");
        }
    }

    private static <T> List<T> all(List<Callable<T>> tasks) throws Exception {
        try (var threads = Executors.newFixedThreadPool(4)) {
            List<T> results = new ArrayList<>();
            for (Future<T> future : threads.invokeAll(tasks, 2, TimeUnit.MINUTES)) {
                results.add(future.get());
            }
            return results;
        }
    }
}

package io.openclaw.gateway.ingress.execute.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.call.Identity;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.ingress.execute.RunSignals;
import io.openclaw.gateway.ingress.execute.core.Run;
import io.openclaw.gateway.ingress.execute.core.RunRequest;
import io.openclaw.gateway.ingress.execute.core.RunStore.LeaseLostException;
import io.openclaw.gateway.ingress.execute.core.Spending;
import io.openclaw.gateway.ingress.execute.core.Turn;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class PostgresRunsIT {
    private static final DataSource SOURCE = TestInfrastructure.database().dataSource();
    private static final JdbcClient JDBC = JdbcClient.create(SOURCE);
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");
    private static final Instant LATER = NOW.plusSeconds(15);

    private final PostgresRuns store = new PostgresRuns(
            Schema.migrated("ingress", SOURCE),
            JDBC,
            new TransactionTemplate(new JdbcTransactionManager(SOURCE)),
            new RunSignals());
    private final String agent = "agent-" + UUID.randomUUID();

    @BeforeEach
    void deleteAll() {
        JDBC.sql("delete from ingress.runs").update();
    }

    private Run run() {
        var caller = new Caller(agent, Identity.NONE);
        return Run.begun(
                UUID.randomUUID(),
                agent,
                new Identity(List.of("reader"), "alice", true),
                RunRequest.of("list my \0 sessions", null, null, null, caller, new Redactor()),
                NOW);
    }

    private Run created(String owner) {
        Run run = run();
        assertThat(store.create(run, owner, LATER, 100)).isTrue();
        return run;
    }

    @Test
    void aRunIsReadAsItWasStored() {
        Run run = created("one");
        assertThat(store.find(run.runId())).contains(run);
        assertThat(store.find(UUID.randomUUID())).isEmpty();
        assertThat(store.versionOf(run.runId())).isZero();
        assertThat(store.versionOf(UUID.randomUUID())).isEqualTo(-1);
    }

    @Test
    void oneOfTwoInstancesThatChangeARunChangesIt() throws LeaseLostException {
        Run run = created("one");
        Run after = store.save("one", run, List.of(), List.of(), Spending.NONE, NOW);
        assertThat(after.version()).isEqualTo(1);
        assertThatThrownBy(() -> store.save("one", run, List.of(), List.of(), Spending.NONE, NOW))
                .isInstanceOf(LeaseLostException.class);
        assertThatThrownBy(() -> store.save("two", after, List.of(), List.of(), Spending.NONE, NOW))
                .isInstanceOf(LeaseLostException.class);
    }

    @Test
    void aRunIsTakenUpWhenItsLeaseHasEndedAndByOneInstanceAlone() {
        Run run = created("one");
        assertThat(store.claimNext("two", NOW, LATER)).isEmpty();
        Instant then = LATER.plusSeconds(1);
        assertThat(store.claimNext("two", then, then.plusSeconds(15)))
                .map(Run::runId)
                .contains(run.runId());
        assertThat(store.claimNext("three", then, then.plusSeconds(15))).isEmpty();
        assertThatThrownBy(() -> store.save("one", run, List.of(), List.of(), Spending.NONE, NOW))
                .isInstanceOf(LeaseLostException.class);
    }

    @Test
    void aLeaseThatIsRenewedIsKeptAndOneThatIsReleasedIsFree() {
        Run run = created("one");
        store.renew(Set.of(run.runId()), "two", NOW.minusSeconds(1));
        store.renew(Set.of(UUID.randomUUID()), "one", NOW.minusSeconds(1));
        store.renew(Set.of(run.runId()), "one", LATER.plusSeconds(100));
        assertThat(store.claimNext("two", LATER.plusSeconds(1), LATER.plusSeconds(20)))
                .isEmpty();
        store.release(run.runId(), "two");
        assertThat(store.claimNext("two", NOW, LATER)).isEmpty();
        store.release(run.runId(), "one");
        assertThat(store.claimNext("two", NOW, LATER)).isPresent();
    }

    @Test
    void interruptionsAreCountedUntilTheModelHasAnswered() throws LeaseLostException {
        Run run = created("one");
        assertThat(store.interrupted(run.runId(), "two", LATER)).isZero();
        assertThat(store.interrupted(run.runId(), "one", LATER)).isEqualTo(1);
        Run saved = store.save("one", run, List.of(), List.of(), Spending.NONE, NOW);
        assertThat(store.interrupted(run.runId(), "one", LATER)).isEqualTo(2);
        var turn = new Turn(1, "Hello.", List.of(), NOW);
        store.save("one", saved, List.of(turn), List.of(), Spending.NONE, NOW);
        assertThat(store.interrupted(run.runId(), "one", LATER)).isEqualTo(1);
    }

    @Test
    void twoStartsOfOneInstanceAreTwoOwners() {
        created("host/1");
        assertThat(store.claimNext("host/2", NOW, LATER)).isEmpty();
    }

    @Test
    void anAgentHasOnlySoManyRunsOpenHoweverManyItAsksForAtOnce() {
        long taken = IntStream.range(0, 12)
                .parallel()
                .filter(i -> store.create(run(), "one", LATER, 3))
                .count();
        assertThat(taken).isEqualTo(3);
    }

    @Test
    void whatModelsCostIsAddedUpPerAgentAndDay() throws LeaseLostException {
        Run run = created("one");
        Run second = store.save("one", run, List.of(), List.of(), new Spending(100, 10, 0.5), NOW);
        store.save("one", second, List.of(), List.of(), new Spending(1, 2, 0.25), NOW);
        assertThat(store.spentToday(agent, NOW)).isEqualTo(new Spending(101, 12, 0.75));
        assertThat(store.spentToday(agent, NOW.plusSeconds(86_400))).isEqualTo(Spending.NONE);
        assertThat(store.spentToday("other", NOW)).isEqualTo(Spending.NONE);
    }

    @Test
    void aCancellationIsSeenByWhoeverDrivesTheRun() {
        Run run = created("one");
        assertThat(store.isCancelRequested(run.runId())).isFalse();
        store.requestCancel(run.runId());
        assertThat(store.isCancelRequested(run.runId())).isTrue();
    }

    @Test
    void aRunIsClaimedOnlyAsItWasRead() throws LeaseLostException {
        Run run = created("one");
        Run after = store.save("one", run, List.of(), List.of(), Spending.NONE, NOW);
        store.release(run.runId(), "one");
        assertThat(store.claim(run, "two", NOW, LATER)).isFalse();
        assertThat(store.claim(after, "two", NOW, LATER)).isTrue();
        assertThat(store.claim(after, "three", NOW, LATER)).isFalse();
    }
}

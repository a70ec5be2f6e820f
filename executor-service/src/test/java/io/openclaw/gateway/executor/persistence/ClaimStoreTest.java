package io.openclaw.gateway.executor.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.executor.persistence.ClaimStore.Position;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class ClaimStoreTest {
    private static final JdbcClient JDBC =
            JdbcClient.create(TestInfrastructure.database().dataSource());
    private static final Schema SCHEMA =
            Schema.migrated("executor", TestInfrastructure.database().dataSource());

    private final ClaimStore claims = new ClaimStore(SCHEMA, JDBC);
    private final Position call = new Position(UUID.randomUUID(), 3, 42);

    @Test
    void aCallIsClaimedOnceHoweverOftenItComes() {
        claims.renew("a");
        assertThat(claims.claim(List.of(call, call), "a")).containsExactly(call.callId());
        assertThat(claims.claim(List.of(call), "a")).isEmpty();
        assertThat(claims.claim(List.of(call), "b")).isEmpty();
    }

    @Test
    void ofManyWhoTryAtOnceOneClaimsIt() throws Exception {
        claims.renew("a");
        List<Future<Set<UUID>>> tries = new ArrayList<>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 16; i++) {
                tries.add(executor.submit(() -> claims.claim(List.of(call), "a")));
            }
        }
        int claimed = 0;
        for (Future<Set<UUID>> one : tries) {
            claimed += one.get().size();
        }
        assertThat(claimed).isEqualTo(1);
    }

    @Test
    void aClaimOfTheDeadIsTakenOverOnceAndOneOfTheLivingIsNot() {
        var ofTheLiving = new Position(UUID.randomUUID(), 0, 7);
        claims.renew("living");
        claims.claim(List.of(ofTheLiving), "living");
        claims.claim(List.of(call), "dead");

        assertThat(claims.takeOver("living")).contains(call).doesNotContain(ofTheLiving);
        assertThat(claims.takeOver("living")).doesNotContain(call);
    }

    @Test
    void anEndedCallIsNotTakenOver() {
        claims.claim(List.of(call), "dead");
        claims.markEnded(Map.of(call.callId(), Outcome.SUCCEEDED));
        claims.renew("living");
        assertThat(claims.takeOver("living")).doesNotContain(call);
    }

    @Test
    void onlyACallThatNobodyClaimedIsCancelledAndThenNobodyClaimsIt() {
        claims.renew("a");
        assertThat(claims.cancel(call.callId(), "a")).isTrue();
        assertThat(claims.cancel(call.callId(), "a")).as("asked again").isTrue();
        assertThat(claims.claim(List.of(call), "a")).isEmpty();

        var running = new Position(UUID.randomUUID(), 0, 8);
        claims.claim(List.of(running), "a");
        assertThat(claims.cancel(running.callId(), "a")).isFalse();
    }
}

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

class ClaimStoreIT {
    private static final JdbcClient JDBC =
            JdbcClient.create(TestInfrastructure.database().dataSource());
    private static final Schema SCHEMA =
            Schema.migrated("executor", TestInfrastructure.database().dataSource());

    private final ClaimStore claims = new ClaimStore(SCHEMA, JDBC);
    private final Position call = new Position(UUID.randomUUID(), 3, 42);

    private static ClaimStore.Unfinished leftOver(Position position, boolean withdrawn, boolean givenBack) {
        return new ClaimStore.Unfinished(position, withdrawn, givenBack);
    }

    @Test
    void aCallIsOneClaimersHoweverOftenItComes() {
        claims.renew("a");
        assertThat(claims.claim(List.of(call, call), "a")).containsExactly(call.callId());
        assertThat(claims.claim(List.of(call), "b")).isEmpty();
    }

    /** The insert was committed, and the answer did not come: a second try must find the call, or nobody ever runs it. */
    @Test
    void aClaimWhoseAnswerWasLostIsFoundByTheNextTry() {
        claims.renew("a");
        var another = new Position(UUID.randomUUID(), 3, 43);
        claims.claim(List.of(call), "a");
        assertThat(claims.claim(List.of(call, another), "a"))
                .containsExactlyInAnyOrder(call.callId(), another.callId());
        claims.markEnded(Map.of(call.callId(), Outcome.SUCCEEDED));
        assertThat(claims.claim(List.of(call), "a")).isEmpty();
    }

    @Test
    void ofManyWhoTryAtOnceOneClaimsIt() throws Exception {
        List<Future<Set<UUID>>> tries = new ArrayList<>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 16; i++) {
                String claimer = "claimer-" + i;
                tries.add(executor.submit(() -> claims.claim(List.of(call), claimer)));
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

        assertThat(claims.takeOver("living"))
                .contains(leftOver(call, false, false))
                .extracting(ClaimStore.Unfinished::position)
                .doesNotContain(ofTheLiving);
        assertThat(claims.takeOver("living"))
                .extracting(ClaimStore.Unfinished::position)
                .doesNotContain(call);
        assertThat(claims.takenOver("living")).contains(leftOver(call, false, false));
        assertThat(claims.isMine(call.callId(), "living")).isTrue();
        assertThat(claims.isMine(call.callId(), "dead")).isFalse();
    }

    /** It may have been started by the dead, so a record of it that comes again must not start it. */
    @Test
    void aClaimThatWasTakenOverIsNotFoundAsOneThatWasJustMade() {
        claims.renew("living");
        claims.claim(List.of(call), "dead");
        claims.takeOver("living");
        assertThat(claims.claim(List.of(call), "living")).isEmpty();
    }

    @Test
    void anEndedCallIsNotTakenOver() {
        claims.claim(List.of(call), "dead");
        claims.markEnded(Map.of(call.callId(), Outcome.SUCCEEDED));
        claims.renew("living");
        assertThat(claims.takeOver("living"))
                .extracting(ClaimStore.Unfinished::position)
                .doesNotContain(call);
    }

    @Test
    void whatIsGivenBackIsTakenOverAtOnceAsNotStarted() {
        claims.renew("stops");
        claims.renew("living");
        claims.claim(List.of(call), "stops");
        claims.giveBack(List.of(call.callId()), "stops");
        assertThat(claims.takeOver("living")).contains(leftOver(call, false, true));
        assertThat(claims.takenOver("living"))
                .as("the second time it is not sure")
                .contains(leftOver(call, false, false));
    }

    @Test
    void onlyACallThatNobodyClaimedIsEndedUnclaimedAndThenNobodyClaimsIt() {
        claims.renew("a");
        assertThat(claims.endUnclaimed(call.callId(), "a", Outcome.CANCELLED)).isTrue();
        assertThat(claims.endUnclaimed(call.callId(), "b", Outcome.CANCELLED))
                .as("asked again")
                .isTrue();
        assertThat(claims.claim(List.of(call), "a")).isEmpty();

        var running = new Position(UUID.randomUUID(), 0, 8);
        claims.claim(List.of(running), "a");
        assertThat(claims.endUnclaimed(running.callId(), "b", Outcome.CANCELLED))
                .isFalse();
        claims.markEnded(Map.of(running.callId(), Outcome.CANCELLED));
        assertThat(claims.endUnclaimed(running.callId(), "b", Outcome.CANCELLED))
                .as("its claimer has said so")
                .isFalse();
    }

    @Test
    void whoTakesAWithdrawnCallOverKnowsThatItWasWithdrawn() {
        claims.renew("living");
        claims.claim(List.of(call), "dead");
        claims.markWithdrawn(call.callId());
        assertThat(claims.takeOver("living")).contains(leftOver(call, true, false));
    }

    @Test
    void aCallThatAnotherStageEndedIsClaimedByNobody() {
        claims.endedElsewhere(Map.of(call.callId(), Outcome.DENIED));
        assertThat(claims.claim(List.of(call), "a")).isEmpty();
        assertThat(claims.endUnclaimed(call.callId(), "a", Outcome.DENIED))
                .as("a forged record of it ends it no second time")
                .isFalse();
    }
}

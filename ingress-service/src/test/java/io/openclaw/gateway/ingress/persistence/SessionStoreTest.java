package io.openclaw.gateway.ingress.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.ingress.persistence.SessionStore.Session;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class SessionStoreTest {
    private static final JdbcClient JDBC =
            JdbcClient.create(TestInfrastructure.database().dataSource());

    private final SteppingClock clock = new SteppingClock();
    private final SessionStore store = new SessionStore(
            3, Schema.migrated("ingress", TestInfrastructure.database().dataSource()), JDBC, clock);
    private final String agent = "agent-" + UUID.randomUUID();

    private Session begin(String ofAgent) {
        return store.begin(ofAgent, "2025-11-25", null, null);
    }

    private long rowsOf(String ofAgent) {
        return JDBC.sql("select count(*) from ingress.mcp_sessions where agent = ?")
                .param(ofAgent)
                .query(Long.class)
                .single();
    }

    @Test
    void aSessionTooManyTakesThePlaceOfTheOneThatWasNotUsedForLongest() {
        Session others = begin("other of " + agent);
        List<Session> begun = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            begun.add(begin(agent));
        }
        assertThat(rowsOf(agent)).isEqualTo(3);
        assertThat(begun)
                .extracting(session -> store.find(session.id(), agent).isPresent())
                .containsExactly(false, false, true, true, true);
        assertThat(store.find(others.id(), others.agent())).isPresent();
    }

    @Test
    void ofASessionThatEndedNothingIsKept() {
        Session session = begin(agent);
        store.end(session.id());
        assertThat(store.find(session.id(), agent)).isEmpty();
        assertThat(rowsOf(agent)).isZero();
    }

    /** A second later each time that it is looked at, so that nothing read is still fresh. */
    private static final class SteppingClock extends Clock {
        private Instant now = Instant.parse("2026-11-26T12:00:00Z");

        @Override
        public Instant instant() {
            now = now.plus(Duration.ofSeconds(2));
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}

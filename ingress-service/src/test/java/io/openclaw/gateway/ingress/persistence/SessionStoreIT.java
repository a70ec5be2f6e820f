package io.openclaw.gateway.ingress.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.ingress.core.mcp.Sessions;
import io.openclaw.gateway.ingress.core.mcp.Sessions.Session;
import io.openclaw.gateway.ingress.core.mcp.SessionsContract;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class SessionStoreIT extends SessionsContract {
    private static final JdbcClient JDBC =
            JdbcClient.create(TestInfrastructure.database().dataSource());
    private static final Schema SCHEMA =
            Schema.migrated("ingress", TestInfrastructure.database().dataSource());

    private final SessionStore store = new SessionStore(AGENT_MAXIMUM, SCHEMA, JDBC, clock);

    @Override
    protected Sessions sessions() {
        return store;
    }

    private long rows() {
        return JDBC.sql("select count(*) from ingress.mcp_sessions where agent = ?")
                .param(agent)
                .query(Long.class)
                .single();
    }

    private Session begin() {
        return store.begin(agent, "2025-11-25", null, null);
    }

    @Test
    void deletesWhatEnds() {
        for (int i = 0; i < AGENT_MAXIMUM + 1; i++) {
            clock.advance(Duration.ofSeconds(1));
            begin();
        }
        assertThat(rows()).isEqualTo(AGENT_MAXIMUM);
        Session session = begin();
        store.end(session.id());
        assertThat(rows()).isEqualTo(AGENT_MAXIMUM - 1);
    }

    /** Within the second that a session is cached, a change at another instance is not seen; after it, it is. */
    @Test
    void seesWhatAnotherInstanceChangedWithinASecond() {
        var other = new SessionStore(AGENT_MAXIMUM, SCHEMA, JDBC, clock);
        Session session = begin();
        assertThat(store.find(session.id(), agent)).isPresent();
        other.setLogLevel(session.id(), "error");
        assertThat(store.find(session.id(), agent).orElseThrow().logLevel()).isNull();
        clock.advance(Duration.ofMillis(1_001));
        assertThat(store.find(session.id(), agent).orElseThrow().logLevel()).isEqualTo("error");
        other.end(session.id());
        clock.advance(Duration.ofMillis(1_001));
        assertThat(store.find(session.id(), agent)).isEmpty();
    }

    @Test
    void cachesNoSessionWithLongTexts() {
        RawJson longInfo = RawJson.from(Map.of("name", "x".repeat(40_000)));
        Session session = store.begin(agent, "2025-11-25", longInfo, null);
        assertThat(store.find(session.id(), agent)).isPresent();
        new SessionStore(AGENT_MAXIMUM, SCHEMA, JDBC, clock).setLogLevel(session.id(), "error");
        assertThat(store.find(session.id(), agent).orElseThrow().logLevel()).isEqualTo("error");
    }

    @Test
    void keepsASessionThatIsUsedFromBeingPurged() {
        Session session = begin();
        clock.advance(Duration.ofDays(6));
        assertThat(store.find(session.id(), agent)).isPresent();
        clock.advance(Duration.ofDays(6));
        store.forgetTheOld();
        assertThat(store.find(session.id(), agent)).isPresent();
    }
}

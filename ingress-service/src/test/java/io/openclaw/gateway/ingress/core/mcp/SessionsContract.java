package io.openclaw.gateway.ingress.core.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.ingress.core.mcp.Sessions.Session;
import io.openclaw.gateway.testing.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What holds for every store of sessions. */
public abstract class SessionsContract {
    /** How many sessions an agent may have in the store that is tested. */
    protected static final int AGENT_MAXIMUM = 3;

    protected final MutableClock clock = new MutableClock(Instant.parse("2026-11-26T12:00:00Z"));
    protected final String agent = "agent-" + UUID.randomUUID();

    protected abstract Sessions sessions();

    private Session begin(String ofAgent) {
        return sessions().begin(ofAgent, "2025-11-25", null, null);
    }

    private Session found(Session session) {
        // Later than anything that was read before is still fresh.
        clock.advance(Duration.ofSeconds(2));
        return sessions().find(session.id(), session.agent()).orElseThrow();
    }

    @Test
    void findsASessionAsItWasBegun() {
        RawJson info = RawJson.of("{\"name\":\"inspector\",\"version\":\"1\"}");
        RawJson capabilities = RawJson.of("{\"roots\":{}}");
        Session begun = sessions().begin(agent, "2025-06-18", info, capabilities);

        Session found = found(begun);
        assertThat(found.version()).isEqualTo("2025-06-18");
        assertThat(found.clientInfo()).isEqualTo(info);
        assertThat(found.capabilities()).isEqualTo(capabilities);
        assertThat(found.logLevel()).isNull();
        assertThat(found.subscriptions()).isEmpty();
        assertThat(found.seenAt()).isEqualTo(begun.seenAt());
    }

    @Test
    void keepsAClientThatSaidNothingOfItselfWithoutIt() {
        Session found = found(begin(agent));
        assertThat(found.clientInfo()).isNull();
        assertThat(found.capabilities()).isNull();
    }

    @Test
    void hidesASessionFromEveryOtherAgent() {
        Session session = begin(agent);
        assertThat(sessions().find(session.id(), "other of " + agent)).isEmpty();
        clock.advance(Duration.ofSeconds(2));
        assertThat(sessions().find(session.id(), "other of " + agent)).isEmpty();
        assertThat(sessions().find(session.id(), agent)).isPresent();
    }

    @Test
    void findsNoSessionThatNeverWas() {
        assertThat(sessions().find(UUID.randomUUID(), agent)).isEmpty();
    }

    @Test
    void endsTheLeastRecentlyUsedSessionBeyondTheLimit() {
        Session others = begin("other of " + agent);
        List<Session> begun = new ArrayList<>();
        for (int i = 0; i < AGENT_MAXIMUM + 2; i++) {
            clock.advance(Duration.ofSeconds(2));
            begun.add(begin(agent));
        }
        clock.advance(Duration.ofSeconds(2));
        assertThat(begun)
                .extracting(session -> sessions().find(session.id(), agent).isPresent())
                .containsExactly(false, false, true, true, true);
        assertThat(sessions().find(others.id(), others.agent())).isPresent();
    }

    @Test
    void remembersTheLogLevelThatWasSetLast() {
        Session session = begin(agent);
        sessions().setLogLevel(session.id(), "debug");
        sessions().setLogLevel(session.id(), "warning");
        assertThat(found(session).logLevel()).isEqualTo("warning");
    }

    @Test
    void addsAndRemovesSubscriptions() {
        Session session = begin(agent);
        sessions().subscribe(session.id(), "file:///a");
        sessions().subscribe(session.id(), "file:///b");
        sessions().subscribe(session.id(), "file:///a");
        assertThat(found(session).subscriptions()).containsExactly("file:///b", "file:///a");
        sessions().unsubscribe(session.id(), "file:///b");
        sessions().unsubscribe(session.id(), "file:///never");
        assertThat(found(session).subscriptions()).containsExactly("file:///a");
    }

    @Test
    void dropsTheOldestSubscriptionBeyondAThousand() {
        Session session = begin(agent);
        IntStream.rangeClosed(1, 1_001).forEach(i -> sessions().subscribe(session.id(), "file:///" + i));
        assertThat(found(session).subscriptions())
                .hasSize(1_000)
                .doesNotContain("file:///1")
                .startsWith("file:///2")
                .endsWith("file:///1001");
    }

    @Test
    void findsNoSessionThatEnded() {
        Session session = begin(agent);
        sessions().end(session.id());
        assertThat(sessions().find(session.id(), agent)).isEmpty();
    }

    @Test
    void purgesSessionsThatWereUnusedForAWeek() {
        Session old = begin(agent);
        clock.advance(Duration.ofDays(6));
        Session young = begin(agent);
        clock.advance(Duration.ofDays(2));
        sessions().forgetTheOld();
        assertThat(sessions().find(old.id(), agent)).isEmpty();
        assertThat(sessions().find(young.id(), agent)).isPresent();
    }
}

package io.openclaw.gateway.audit.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuditQueryTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    @Test
    void withoutParametersAsksForTheNewestHundred() {
        assertThat(AuditQuery.of(Map.of("outcome", " "), NOW))
                .isEqualTo(new AuditQuery(null, null, null, null, null, Set.of(), 100, null, false));
    }

    @ParameterizedTest
    @CsvSource({
        "90s, 2026-11-24T09:58:30Z",
        "15m, 2026-11-24T09:45:00Z",
        "2h, 2026-11-24T08:00:00Z",
        "7d, 2026-11-17T10:00:00Z",
        "2026-11-01T00:00:00Z, 2026-11-01T00:00:00Z"
    })
    void sinceIsATimeOrHowLongAgo(String text, Instant since) {
        assertThat(AuditQuery.of(Map.of("since", text), NOW).since()).isEqualTo(since);
    }

    @Test
    void kindsOfEventAndTheOrderCanBeAskedFor() {
        AuditQuery query = AuditQuery.of(Map.of("type", "call.requested, call.completed", "order", "oldest"), NOW);
        assertThat(query.types()).containsExactlyInAnyOrder("call.requested", "call.completed");
        assertThat(query.oldestFirst()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "outcome, maybe",
        "callId, 7",
        "since, yesterday",
        "limit, 0",
        "limit, 1001",
        "limit, -1",
        "cursor, x",
        "type, Call",
        "type, 'a,,b'",
        "order, up",
        "tool, /exec",
        "tool, openclaw/",
        "tool, 'a\u0007b'",
        "colour, red"
    })
    void aWrongParameterIsNamedWithItsValue(String name, String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AuditQuery.of(Map.of(name, value), NOW))
                .withMessageContaining(name);
    }
}

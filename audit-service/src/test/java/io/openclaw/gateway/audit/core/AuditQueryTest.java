package io.openclaw.gateway.audit.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.openclaw.gateway.audit.core.AuditQuery.ChangedName;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuditQueryTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    @Test
    void withoutParametersAsksForTheNewestHundred() {
        assertThat(AuditQuery.of(Map.of("outcome", " "), NOW))
                .isEqualTo(
                        new AuditQuery(null, null, null, null, null, null, null, Set.of(), Set.of(), 100, null, false));
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
        "stage, LUNCH",
        "severity, awful",
        "parent, x",
        "words, !",
        "until, tomorrow",
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

    @Test
    void aToolMayBeGivenByTheNameThatMcpClientsSee() {
        AuditQuery query = AuditQuery.of(Map.of("tool", "files__a_very_long_name_0a1b2c3d"), NOW);
        assertThat(query.changedName()).contains(new ChangedName("files__a_very_long_name", "0a1b2c3d"));
        assertThat(AuditQuery.of(Map.of("tool", "t_0123456789abcdef"), NOW).changedName())
                .contains(new ChangedName("t", "0123456789abcdef"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"exec", "openclaw/exec", "openclaw__exec", "exec_0a1b2c3", "exec_0A1B2C3D", "x/y_0a1b2c3d"})
    void aNameThatWasNotChangedIsNoChangedOne(String tool) {
        AuditQuery query = AuditQuery.of(Map.of("tool", tool), NOW);
        assertThat(query.tool()).isEqualTo(tool);
        assertThat(query.changedName()).isEmpty();
    }

    @Test
    void everyFilterIsRead() {
        AuditQuery query = AuditQuery.of(
                Map.of(
                        "outcome", "denied",
                        "agent", " demo ",
                        "callId", "0190163d-8694-739b-aea5-966c26f8ad91",
                        "limit", "1000",
                        "cursor", "77"),
                NOW);
        assertThat(query.outcome()).isEqualTo("DENIED");
        assertThat(query.agent()).isEqualTo("demo");
        assertThat(String.valueOf(query.callId())).isEqualTo("0190163d-8694-739b-aea5-966c26f8ad91");
        assertThat(query.limit()).isEqualTo(1_000);
        assertThat(query.cursor()).isEqualTo(77L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"agent", "tool", "outcome", "since"})
    void noParameterHoldsANul(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AuditQuery.of(Map.of(name, "a\0b"), NOW))
                .withMessageContaining("'" + name + "' contains a NUL character");
    }
}

package io.openclaw.gateway.ingress.decide.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.event.HookReported;
import io.openclaw.gateway.common.redaction.Redactor;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class HooksSeenTest {
    private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");
    private final HooksSeen hooks = new HooksSeen();

    private static HookReported report(String node, String status, String... missed) {
        return new HookReport(node, status, null, null, 3, List.of(missed))
                .of("demo", "ingress-1", new Redactor(), NOW);
    }

    @Test
    void warnsOfAHookThatMissesCallsUntilItCoversThem() {
        hooks.take(report("laptop", "missing_calls", "files__read"));
        assertThat(hooks.warnings(NOW)).containsOnlyKeys("demo/laptop");
        assertThat(hooks.warnings(NOW).get("demo/laptop")).contains("files__read");
        hooks.take(report("laptop", "covering"));
        assertThat(hooks.warnings(NOW)).isEmpty();
    }

    @Test
    void warnsOfAHookThatIsSilentOrGone() {
        hooks.take(report("a", "silent"));
        hooks.take(report("b", "covering"));
        assertThat(hooks.warnings(NOW)).containsOnlyKeys("demo/a");
        assertThat(hooks.warnings(NOW.plus(HooksSeen.SILENT_AFTER).plusSeconds(1)))
                .containsOnlyKeys("demo/a", "demo/b");
    }

    @Test
    void forgetsAHookThatWasTakenOut() {
        hooks.take(report("a", "silent"));
        hooks.take(report("a", "removed"));
        assertThat(hooks.all()).isEmpty();
    }

    @Test
    void saysWhatIsWrongWithAReport() {
        assertThatThrownBy(() -> report("", "covering")).hasMessageContaining("'node'");
        assertThatThrownBy(() -> report("a", "fine")).hasMessageContaining("'status' is \"fine\"");
    }
}

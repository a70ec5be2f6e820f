package io.openclaw.gateway.common.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.openclaw.gateway.common.Calls;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.FreezeChanged;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FreezesTest {
    private final ToolCall call = Calls.call("{}");

    private static FreezeChanged change(String scope, boolean frozen) {
        return new FreezeChanged(
                scope, frozen, "because", Instant.parse("2026-11-25T12:00:00.5Z"), "admin", null, Map.of());
    }

    @ParameterizedTest
    @CsvSource({
        "all, true",
        "agent:demo, true",
        "agent:other, false",
        "upstream:openclaw, true",
        "upstream:jira, false",
        "tool:openclaw/exec, true",
        "tool:openclaw/read, false"
    })
    void aFreezeHoldsForWhatItNames(String scope, boolean holds) {
        Freezes freezes = Freezes.NONE.after(change(scope, true));
        assertThat(freezes.of(call).isPresent()).isEqualTo(holds);
        assertThat(freezes.after(change(scope, false)).of(call)).isEmpty();
        assertThat(freezes.after(change("agent:another", false)).all()).hasSize(1);
    }

    @Test
    void theWidestFreezeIsNamed() {
        Freezes freezes = Freezes.NONE.after(change("agent:demo", true)).after(change("all", true));
        assertThat(freezes.of(call).orElseThrow().words())
                .isEqualTo("everything is frozen since 2026-11-25T12:00:00Z by admin: because");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "all",
                "agent:demo",
                "agent:corp:bot-7",
                "upstream:jira",
                "tool:jira/get_issue",
                "tool:jira/a/b ü'"
            })
    void whatCanBeFrozenHasAName(String scope) {
        assertThat(Freezes.scope(scope)).isEqualTo(scope);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "demo", "agent:", "agent:a b", "tool:get_issue", "upstream:a/b", "tool:jira/a\nb", "ALL"})
    void whatIsNothingIsRefused(String scope) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Freezes.scope(scope))
                .withMessageContaining("tool:UPSTREAM/TOOL");
    }
}

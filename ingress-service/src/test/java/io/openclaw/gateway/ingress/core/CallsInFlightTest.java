package io.openclaw.gateway.ingress.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.testing.Calls;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CallsInFlightTest {
    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");

    private final CallsInFlight calls = new CallsInFlight(2, 1_000_000);

    @Test
    void thereAreSoManySlotsAndOneThatIsLeftIsGivenAgain() {
        ToolCall first = begin();
        begin();
        assertThatThrownBy(this::begin).isInstanceOf(LimitExceededException.class);
        assertThat(calls.size()).isEqualTo(2);

        calls.forget(first.callId());
        assertThat(calls.find(first.callId())).isEmpty();
        begin();
        assertThatThrownBy(this::begin).isInstanceOf(LimitExceededException.class);
    }

    @Test
    void aCallThatWaitsForAPersonIsInFlightWithoutASlot() {
        ToolCall waiting = begin();
        begin();
        calls.waitsUntil(waiting.callId(), NOW);
        assertThat(calls.contains(waiting.callId())).isTrue();
        assertThat(calls.find(waiting.callId()).orElseThrow().state()).isInstanceOf(CallState.Waiting.class);
        begin();
        assertThat(calls.size()).isEqualTo(3);
    }

    @Test
    void noSlotIsLeftTwice() {
        ToolCall waiting = begin();
        calls.waitsUntil(waiting.callId(), NOW);
        calls.waitsUntil(waiting.callId(), NOW.plusSeconds(1));
        calls.forget(waiting.callId());
        calls.forget(waiting.callId());
        begin();
        begin();
        assertThatThrownBy(this::begin).isInstanceOf(LimitExceededException.class);
    }

    @Test
    void theOverdueAreForgottenAndNoOthers() {
        ToolCall call = begin();
        calls.forgetOverdue(call.deadline());
        assertThat(calls.contains(call.callId())).isTrue();
        calls.forgetOverdue(call.deadline().plusMillis(1));
        assertThat(calls.contains(call.callId())).isFalse();
    }

    @Test
    void anAgentThatHoldsItsShareKeepsNobodyElseOut() {
        var shared = new CallsInFlight(100, 1_000_000);
        for (int i = 0; i < 25; i++) {
            begin(shared, "greedy", 25);
        }
        assertThatThrownBy(() -> begin(shared, "greedy", 25))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("'greedy'")
                .hasMessageContaining("25");
        ToolCall other = begin(shared, "other", 25);
        shared.forget(other.callId());
        assertThat(shared.size()).isEqualTo(25);
    }

    @Test
    void whatAllAgentsShareIsNamedIfThatIsWhatIsUsedUp() {
        begin(calls, "one", 1);
        begin(calls, "two", 1);
        assertThatThrownBy(() -> begin(calls, "three", 1)).hasMessageContaining("all agents");
    }

    private ToolCall begin() {
        return begin(calls, "demo", 2);
    }

    private static ToolCall begin(CallsInFlight calls, String agent, int agentMaximum) {
        ToolCall call = Calls.call(agent, "openclaw", "exec", RawJson.EMPTY_OBJECT, NOW);
        calls.begin(call, false, agentMaximum);
        return call;
    }
}

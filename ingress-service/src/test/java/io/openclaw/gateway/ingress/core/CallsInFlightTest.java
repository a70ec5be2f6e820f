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

    private final CallsInFlight calls = new CallsInFlight(2);

    @Test
    void thereAreSoManyPlacesAndOneThatIsLeftIsGivenAgain() {
        ToolCall first = begin();
        begin();
        assertThatThrownBy(this::begin).isInstanceOf(TooManyCallsException.class);
        assertThat(calls.size()).isEqualTo(2);

        calls.forget(first.callId());
        assertThat(calls.find(first.callId())).isEmpty();
        begin();
        assertThatThrownBy(this::begin).isInstanceOf(TooManyCallsException.class);
    }

    @Test
    void aCallThatWaitsForAPersonIsInFlightWithoutAPlace() {
        ToolCall waiting = begin();
        begin();
        calls.waitsUntil(waiting.callId(), NOW);
        assertThat(calls.contains(waiting.callId())).isTrue();
        assertThat(calls.find(waiting.callId()).orElseThrow().state()).isInstanceOf(CallState.Waiting.class);
        begin();
        assertThat(calls.size()).isEqualTo(3);
    }

    @Test
    void noPlaceIsLeftTwice() {
        ToolCall waiting = begin();
        calls.waitsUntil(waiting.callId(), NOW);
        calls.waitsUntil(waiting.callId(), NOW.plusSeconds(1));
        calls.forget(waiting.callId());
        calls.forget(waiting.callId());
        begin();
        begin();
        assertThatThrownBy(this::begin).isInstanceOf(TooManyCallsException.class);
    }

    @Test
    void theOverdueAreForgottenAndNoOthers() {
        ToolCall call = begin();
        calls.forgetOverdue(call.deadline());
        assertThat(calls.contains(call.callId())).isTrue();
        calls.forgetOverdue(call.deadline().plusMillis(1));
        assertThat(calls.contains(call.callId())).isFalse();
    }

    private ToolCall begin() {
        ToolCall call = Calls.call("demo", "openclaw", "exec", RawJson.EMPTY_OBJECT, NOW);
        calls.begin(call, false);
        return call;
    }
}

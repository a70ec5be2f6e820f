package io.openclaw.gateway.ingress.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.call.CallIds;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.ingress.core.KeyedCall.Meaning;
import io.openclaw.gateway.testing.Calls;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class KeyedCallTest {
    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");
    private static final ToolCall FIRST = Calls.call("demo", "openclaw", "exec", RawJson.EMPTY_OBJECT, NOW);
    private static final ToolCall AGAIN = FIRST.withCallId(CallIds.next());

    @Test
    void theRequestThatMadeTheKeyStandForItsCallIsTheFirst() {
        assertThat(first(false).meaningOf(FIRST, id -> true)).isEqualTo(Meaning.FIRST);
    }

    @Test
    void theSameRequestAgainIsARepeatedOneWhileTheCallIsUnderWayHere() {
        assertThat(first(false).meaningOf(AGAIN, FIRST.callId()::equals)).isEqualTo(Meaning.REPEATED);
    }

    @Test
    void soItIsWhenTheCallHasEnded() {
        assertThat(first(true).meaningOf(AGAIN, id -> false)).isEqualTo(Meaning.REPEATED);
    }

    /** That the repeated request is itself under way says nothing of the first. */
    @Test
    void aCallThatIsNotUnderWayHereHasToBeAskedForOnceMore() {
        assertThat(first(false).meaningOf(AGAIN, AGAIN.callId()::equals)).isEqualTo(Meaning.REPEATED_UNSEEN);
    }

    @Test
    void anotherRequestMustNotUseTheKey() {
        ToolCall other = Calls.call("demo", "openclaw", "read", RawJson.EMPTY_OBJECT, NOW);
        assertThatThrownBy(() -> first(true).meaningOf(other, id -> false))
                .isInstanceOf(IdempotencyKeyReusedException.class)
                .hasMessageContaining("\"key-1\"");
    }

    private static KeyedCall first(boolean ended) {
        return new KeyedCall("key-1", FIRST.callId(), FIRST.digest(), ended);
    }
}

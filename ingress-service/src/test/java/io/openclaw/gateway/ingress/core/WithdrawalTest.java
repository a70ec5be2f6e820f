package io.openclaw.gateway.ingress.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.testing.Calls;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WithdrawalTest {
    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");
    private static final ToolCall CALL = Calls.call("demo", "openclaw", "exec", RawJson.EMPTY_OBJECT, NOW);
    private static final CallState PENDING = new CallState.Pending(CALL);
    private static final CallState WAITING = new CallState.Waiting(CALL, NOW.plusSeconds(900));
    private static final CallState ASKING = new CallState.Asking(CALL, 1, Map.of());

    private static CallState ended(Outcome outcome) {
        return new CallState.Ended(CallCompleted.of(CALL, List.of(), outcome, null, null, Stage.EXECUTOR, NOW));
    }

    @Test
    void beforeTheCallRanItIsCancelled() {
        assertThat(Withdrawal.of(PENDING, ended(Outcome.CANCELLED))).isEqualTo(Withdrawal.CANCELLED);
        assertThat(Withdrawal.of(WAITING, ended(Outcome.CANCELLED))).isEqualTo(Withdrawal.CANCELLED);
    }

    @Test
    void whileTheCallRunsNobodyKnowsYet() {
        assertThat(Withdrawal.of(PENDING, PENDING)).isEqualTo(Withdrawal.UNDER_WAY);
        assertThat(Withdrawal.of(ASKING, ASKING)).isEqualTo(Withdrawal.UNDER_WAY);
    }

    @ParameterizedTest
    @EnumSource(value = Outcome.class, names = "CANCELLED", mode = EnumSource.Mode.EXCLUDE)
    void whatEndedOtherwiseMeanwhileCameTooLate(Outcome outcome) {
        assertThat(Withdrawal.of(PENDING, ended(outcome))).isEqualTo(Withdrawal.TOO_LATE);
    }

    @ParameterizedTest
    @EnumSource(Outcome.class)
    void whatHadEndedBeforeCameTooLate(Outcome outcome) {
        assertThat(Withdrawal.of(ended(outcome), ended(outcome))).isEqualTo(Withdrawal.TOO_LATE);
    }
}

package io.openclaw.gateway.executor.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.FreezeChanged;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.Freezes;
import io.openclaw.gateway.testing.Calls;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ClaimedCallTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final Instant LATE = NOW.plusSeconds(60);
    private static final Freezes FROZEN =
            Freezes.NONE.after(new FreezeChanged("all", true, "stop it", NOW, "ada", null, Map.of()));

    private final ToolCall call = Calls.call("demo", "openclaw", "exec", RawJson.EMPTY_OBJECT, NOW);
    private final ClaimedCall claimed = ClaimedCall.notStarted(call, false);

    @Nested
    class BeforeItsFirstAttempt {

        @Test
        void itBeginsIfNobodyStopsIt() {
            assertThat(claimed.begin(NOW, Freezes.NONE)).isEmpty();
            assertThat(claimed.mayHaveStarted()).isTrue();
        }

        @Test
        void afterItsDeadlineItHasExpired() {
            assertThat(claimed.begin(LATE, Freezes.NONE))
                    .hasValueSatisfying(answer -> assertThat(answer.outcome()).isEqualTo(Outcome.EXPIRED));
            assertThat(claimed.mayHaveStarted()).isFalse();
        }

        @Test
        void whatIsFrozenIsDenied() {
            assertThat(claimed.begin(NOW, FROZEN)).hasValueSatisfying(answer -> {
                assertThat(answer.outcome()).isEqualTo(Outcome.DENIED);
                assertThat(String.valueOf(answer.error())).contains("frozen", "stop it");
            });
        }

        @Test
        void whatIsWithdrawnIsCancelledAndWasNotStarted() {
            claimed.withdraw();
            assertThat(claimed.begin(NOW, Freezes.NONE)).hasValueSatisfying(answer -> {
                assertThat(answer.outcome()).isEqualTo(Outcome.CANCELLED);
                assertThat(String.valueOf(answer.error())).contains("before it was started");
            });
        }
    }

    @Nested
    class BeforeAFurtherAttempt {

        @Test
        void whatStopsItNowMakesItsOutcomeUnknown() {
            claimed.begin(NOW, Freezes.NONE);
            assertThat(claimed.begin(LATE, Freezes.NONE)).hasValueSatisfying(answer -> {
                assertThat(answer.outcome()).isEqualTo(Outcome.UNKNOWN);
                assertThat(String.valueOf(answer.error())).contains("deadline");
            });
            assertThat(claimed.begin(NOW, FROZEN))
                    .hasValueSatisfying(answer -> assertThat(answer.outcome()).isEqualTo(Outcome.UNKNOWN));
        }

        @Test
        void aWithdrawalCancelsItAndSaysThatItHadBegun() {
            claimed.begin(NOW, Freezes.NONE);
            claimed.withdraw();
            assertThat(claimed.begin(NOW, Freezes.NONE)).hasValueSatisfying(answer -> {
                assertThat(answer.outcome()).isEqualTo(Outcome.CANCELLED);
                assertThat(String.valueOf(answer.error())).contains("may have taken effect");
            });
        }

        @Test
        void anAttemptThatDidNotReachTheUpstreamCountsAsNone() {
            claimed.begin(NOW, Freezes.NONE);
            claimed.didNotStart();
            assertThat(claimed.begin(LATE, Freezes.NONE))
                    .hasValueSatisfying(answer -> assertThat(answer.outcome()).isEqualTo(Outcome.EXPIRED));
        }

        @Test
        void oneThatMayHaveStartedIsNotForgottenByOneThatDidNot() {
            claimed.begin(NOW, Freezes.NONE);
            claimed.begin(NOW, Freezes.NONE);
            claimed.didNotStart();
            assertThat(claimed.mayHaveStarted()).isTrue();
        }
    }

    @Test
    void aCallOfADeadExecutorIsLookedAtAsOneThatMayHaveStarted() {
        assertThat(ClaimedCall.ofAnEndedProcess(call, false).begin(LATE, Freezes.NONE))
                .hasValueSatisfying(answer -> assertThat(answer.outcome()).isEqualTo(Outcome.UNKNOWN));
        assertThat(ClaimedCall.ofAnEndedProcess(call, true).begin(NOW, Freezes.NONE))
                .hasValueSatisfying(answer -> assertThat(answer.outcome()).isEqualTo(Outcome.CANCELLED));
        assertThat(ClaimedCall.ofAnEndedProcess(call, false).begin(NOW, Freezes.NONE))
                .isEmpty();
    }
}

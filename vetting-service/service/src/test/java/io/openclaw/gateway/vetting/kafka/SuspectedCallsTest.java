package io.openclaw.gateway.vetting.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallAuthorized;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallSuspected;
import io.openclaw.gateway.common.event.Signed;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.AgentPlace;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.routing.StageStep;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.common.signing.UntrustedCallException;
import io.openclaw.gateway.testing.Calls;
import io.openclaw.gateway.testing.Events;
import io.openclaw.gateway.vetting.file.RulesInForce;
import io.openclaw.gateway.vetting.judge.JudgeSettings;
import io.openclaw.gateway.vetting.judge.JudgementCache;
import io.openclaw.gateway.vetting.judge.RecentCalls;
import io.openclaw.gateway.vetting.judge.RefusedQuestions;
import io.openclaw.gateway.vetting.judge.Settlement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The model's lane when settling a call throws. */
class SuspectedCallsTest {
    private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");

    private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    private final Keyring keyring = Keyring.generated();
    private final SignatureChain chain = new SignatureChain(keyring);
    private final StageStep step = new StageStep(chain);
    private final RulesInForce rules = new RulesInForce(null, List.of());
    private final SuspectedCalls lane = lane();

    /** Nothing can be settled with it: the verdict has no time. */
    private static final class BrokenClock extends Clock {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            throw new IllegalStateException("the clock is broken");
        }
    }

    private SuspectedCalls lane() {
        var settlement = new Settlement(
                new JudgeSettings(
                                "openai",
                                "http://127.0.0.1:9",
                                "sk",
                                "m",
                                null,
                                Duration.ofSeconds(5),
                                100,
                                100,
                                1,
                                20,
                                90,
                                70,
                                0,
                                0)
                        .judge(new SimpleMeterRegistry(), clock)
                        .orElseThrow(),
                new JudgementCache(clock),
                new RefusedQuestions(clock),
                rules,
                new RecentCalls(),
                agent -> List.of(),
                call -> AgentPlace.NONE,
                new Redactor(),
                "judge",
                new BrokenClock());
        return new SuspectedCalls(step, settlement, clock);
    }

    private ToolCall call() {
        return chain.seal(
                Calls.call("demo", "openclaw", "exec", RawJson.of("{\"command\":\"rm -rf \\\"$BUILD\\\"\"}"), NOW));
    }

    private CallSuspected suspected(ToolCall call) {
        var allowed =
                Verdict.of(Stage.POLICY, Decision.ALLOW, List.of(new Reason("a", "b", Severity.INFO)), "p", NOW, null);
        var authorized = new CallAuthorized(call, chain.append(call, List.of(), allowed), Map.of());
        return (CallSuspected) new VettingStage(
                        rules,
                        step,
                        true,
                        new RecentCalls(),
                        call1 -> AgentPlace.NONE,
                        new Redactor(),
                        "v",
                        clock,
                        new SimpleMeterRegistry())
                .handle(Events.signed(keyring, authorized));
    }

    @Test
    void throwsWhatTheQueueTriesAgain() {
        Signed<CallSuspected> suspected = Events.signed(keyring, suspected(call()));
        assertThatThrownBy(() -> lane.handle(suspected)).hasMessageContaining("the clock is broken");
    }

    @Test
    void endsACallThatIsGivenUpAsFailed() {
        ToolCall call = call();
        CallCompleted end = lane.failed(Events.signed(keyring, suspected(call)), new IllegalStateException("no clock"));
        assertThat(end.call().callId()).isEqualTo(call.callId());
        assertThat(end.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(end.completedBy()).isEqualTo(Stage.VETTING);
        assertThat(String.valueOf(end.error())).contains("stage_failed", "was not run");
    }

    @Test
    void settlesNothingThatVettingDidNotOffer() {
        CallSuspected offered = suspected(call());
        var changed = new CallSuspected(offered.call(), offered.verdicts().subList(0, 1), Map.of());
        assertThatThrownBy(() -> lane.handle(Events.signed(keyring, changed)))
                .isInstanceOf(UntrustedCallException.class);
    }
}

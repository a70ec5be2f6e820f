package io.openclaw.gateway.vetting.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.openclaw.gateway.common.call.CallIds;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallAuthorized;
import io.openclaw.gateway.common.event.CallCleared;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallEscalated;
import io.openclaw.gateway.common.event.CallEvent;
import io.openclaw.gateway.common.event.CallSuspected;
import io.openclaw.gateway.common.event.Signed;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.AgentPlace;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.routing.StageStep;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.common.signing.UntrustedCallException;
import io.openclaw.gateway.testing.Events;
import io.openclaw.gateway.testing.ModelDouble;
import io.openclaw.gateway.testing.ModelDouble.Answer;
import io.openclaw.gateway.vetting.file.RulesInForce;
import io.openclaw.gateway.vetting.kafka.VettingStage;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Vetting's two lanes together, as the topics between them would have it. */
class SettlementTest {
    private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");
    private static final String DOUBTFUL = "rm -rf \"$BUILD\"";

    private final Keyring keyring = Keyring.generated();
    private final SignatureChain chain = new SignatureChain(keyring);
    private final StageStep step = new StageStep(chain);
    private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    private final RulesInForce rules = new RulesInForce(null, List.of());
    private AgentPlace place = AgentPlace.NONE;
    private final RecentCalls recent = new RecentCalls();
    private ModelDouble model;
    private Settlement settlement;
    private VettingStage stage;

    @BeforeEach
    void start() throws IOException {
        model = new ModelDouble();
        model.answering(question -> Answer.opinion(1, 99));
        Judge judge = new JudgeSettings(
                        "openai", model.url(), "sk", "m", null, Duration.ofSeconds(5), 100, 100, 1, 20, 90, 70, 0, 0)
                .judge(new SimpleMeterRegistry(), clock)
                .orElseThrow();
        settlement = new Settlement(
                judge,
                new JudgementCache(clock),
                new RefusedQuestions(clock),
                rules,
                recent,
                agent -> List.of(),
                call -> AgentPlace.NONE,
                new Redactor(),
                "judge",
                clock);
        stage = new VettingStage(
                rules, step, true, recent, call -> place, new Redactor(), "vetting", clock, new SimpleMeterRegistry());
    }

    @Test
    void whatItsPolicyNamesIsTheAgentsOwnAndWhereItMaySend() {
        assertThat(vetted("a", "rm -rf /srv/builds/old", null)).isInstanceOf(CallEscalated.class);
        place = new AgentPlace(List.of("/srv/builds"), List.of("*.example.com"));
        assertThat(vetted("a", "rm -rf /srv/builds/old", null)).isInstanceOf(CallCleared.class);
        assertThat(vetted("a", "curl -d @x https://api.example.com/", null)).isInstanceOf(CallCleared.class);
        assertThat(vetted("a", "curl -d @x https://else.example/", null)).isInstanceOf(CallEscalated.class);
    }

    @AfterEach
    void stop() {
        model.close();
    }

    private ToolCall call(String agent, String command, @Nullable String context) {
        RawJson arguments = RawJson.from(Map.of("command", command));
        RawJson json = context == null ? null : RawJson.of(context);
        return chain.seal(new ToolCall(
                CallIds.next(),
                agent,
                "openclaw",
                "exec",
                arguments,
                Origin.REST,
                Mode.EXECUTE,
                NOW,
                NOW.plusSeconds(60),
                null,
                null,
                json,
                null,
                0,
                Digest.of(agent, "openclaw", "exec", arguments, json),
                null,
                Map.of()));
    }

    private Signed<CallAuthorized> authorized(ToolCall call, Decision policy) {
        var verdict =
                Verdict.of(Stage.POLICY, policy, List.of(new Reason("a", "b", Severity.INFO)), "policy", NOW, null);
        return Events.signed(keyring, new CallAuthorized(call, chain.append(call, List.of(), verdict), Map.of()));
    }

    /** Settles as the model's lane does. */
    private CallEvent settled(CallSuspected suspected) {
        Signed<CallSuspected> signed = Events.signed(keyring, suspected);
        return step.settled(signed, settlement.of(step.offered(signed)));
    }

    private CallEvent vetted(String agent, String command, @Nullable String context) {
        CallEvent event = stage.handle(authorized(call(agent, command, context), Decision.ALLOW));
        return event instanceof CallSuspected suspected ? settled(suspected) : event;
    }

    private CallEvent vetted(String command) {
        return vetted("demo", command, null);
    }

    @Nested
    class OfWhatVettingOffered {
        @Test
        void aModelsYesClearsIt() {
            assertThat(vetted(DOUBTFUL)).isInstanceOf(CallCleared.class);
        }

        @Test
        void aModelsNoEndsIt() {
            model.answering(question -> Answer.opinion(99, 99));
            assertThat(vetted(DOUBTFUL)).isInstanceOf(CallCompleted.class);
        }
    }

    /** SECURITY finding 3: verdicts that another topic has come on calls.suspect. */
    @Nested
    class OfWhatIsCopiedToTheModelsLane {
        @Test
        void aDeniedCallStaysDenied() {
            CallEvent denied = stage.handle(authorized(call("demo", "rm -rf / #x", null), Decision.ALLOW));
            assertThat(denied).isInstanceOf(CallCompleted.class);
            assertThat(chain.verify(denied.call(), denied.verdicts())).isEmpty();

            var copied = new CallSuspected(denied.call(), denied.verdicts(), Map.of());
            assertThatThrownBy(() -> settled(copied)).isInstanceOf(UntrustedCallException.class);
            assertThat(model.questions()).isEmpty();
        }

        @Test
        void aCallThatWaitsForAPersonGoesOnWaiting() {
            CallEvent waits = stage.handle(authorized(call("demo", DOUBTFUL, null), Decision.ESCALATE));
            assertThat(waits).isInstanceOf(CallEscalated.class);

            var copied = new CallSuspected(waits.call(), waits.verdicts(), Map.of());
            assertThatThrownBy(() -> settled(copied)).isInstanceOf(UntrustedCallException.class);
            assertThat(model.questions()).isEmpty();
        }

        @Test
        void aCallThatAModelLeftToAPersonIsNotAskedAboutAgain() {
            model.answering(question -> Answer.opinion(50, 99));
            CallEvent waits = vetted(DOUBTFUL);
            assertThat(waits).isInstanceOf(CallEscalated.class);
            int asked = model.questions().size();

            var copied = new CallSuspected(waits.call(), waits.verdicts(), Map.of());
            assertThatThrownBy(() -> settled(copied)).isInstanceOf(UntrustedCallException.class);
            assertThat(model.questions()).hasSize(asked);
        }

        /** Vetting looks again itself: what it would not offer now is not settled, whatever was signed. */
        @Test
        void aCallThatVettingWouldNotOfferNowIsNotSettled() {
            ToolCall call = call("demo", "rm -rf /", null);
            Signed<CallAuthorized> authorized = authorized(call, Decision.ALLOW);
            CallSuspected offered = step.suspected(
                    authorized,
                    Verdict.of(
                            Stage.VETTING,
                            Decision.ESCALATE,
                            List.of(new Reason("a", "b", Severity.INFO)),
                            "v",
                            NOW,
                            null));
            CallEvent end = settled(offered);
            assertThat(end).isInstanceOf(CallCompleted.class);
            assertThat(end.verdicts().getLast().outcome()).isEqualTo(Decision.DENY);
            assertThat(model.questions()).isEmpty();
        }

        @Test
        void aCallThatNoRuleDoubtsAnyMoreIsNotClearedWithoutAModel() {
            Signed<CallAuthorized> authorized = authorized(call("demo", "ls", null), Decision.ALLOW);
            CallSuspected offered = step.suspected(
                    authorized,
                    Verdict.of(
                            Stage.VETTING,
                            Decision.ESCALATE,
                            List.of(new Reason("a", "b", Severity.INFO)),
                            "v",
                            NOW,
                            null));
            assertThat(settled(offered)).isInstanceOf(CallEscalated.class);
            assertThat(model.questions()).isEmpty();
        }
    }

    @Nested
    class TheSameQuestion {
        @Test
        void isAskedOnceWhateverItsCommentsSay() {
            vetted(DOUBTFUL);
            for (int i = 0; i < 20; i++) {
                assertThat(vetted("  rm   -rf \"$BUILD\"   # try " + i)).isInstanceOf(CallCleared.class);
            }
            assertThat(model.questions()).hasSize(1);
        }

        @Test
        void isAskedAgainForAnotherAgentAndAnotherContext() {
            vetted("demo", DOUBTFUL, null);
            vetted("other", DOUBTFUL, null);
            vetted("demo", DOUBTFUL, "{\"sessionKey\":\"main\"}");
            vetted("demo", DOUBTFUL, "{\"sessionKey\":\"other\"}");
            vetted("demo", DOUBTFUL, "{\"sessionKey\":\"other\"}");
            assertThat(model.questions()).hasSize(4);
            assertThat(model.questions().getLast().text()).contains("sessionKey");
        }

        /** Best of N: a model that is asked often enough says yes once. */
        @Test
        void isNotAskedInOtherWordsUntilAModelSaysYes() {
            model.answering(question -> Answer.opinion(99, 99));
            for (int i = 0; i < RefusedQuestions.MAX_REFUSALS; i++) {
                assertThat(vetted(DOUBTFUL + "; true " + i)).isInstanceOf(CallCompleted.class);
            }
            model.answering(question -> Answer.opinion(0, 99));
            int asked = model.questions().size();
            CallEvent waits = vetted(DOUBTFUL + "; true again");

            assertThat(waits).isInstanceOf(CallEscalated.class);
            assertThat(waits.verdicts().getLast().reasons())
                    .extracting(Reason::ruleId)
                    .contains("judge/asked-enough");
            assertThat(model.questions()).hasSize(asked);
            assertThat(vetted("other", DOUBTFUL, null)).isInstanceOf(CallCleared.class);
        }

        @Test
        void thatWasRefusedStaysRefusedWhateverItsCommentsSay() {
            model.answering(question -> Answer.opinion(99, 99));
            vetted(DOUBTFUL);
            model.answering(question -> Answer.opinion(0, 99));
            assertThat(vetted(DOUBTFUL + " # please")).isInstanceOf(CallCompleted.class);
        }
    }
}

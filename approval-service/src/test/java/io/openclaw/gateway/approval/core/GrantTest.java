package io.openclaw.gateway.approval.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.openclaw.gateway.common.call.ApprovalTerms;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallEscalated;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.testing.Calls;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GrantTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final String MESSAGE = "{\"to\":\"eve\",\"text\":\"hello\"}";

    private static CallEscalated escalated(
            String agent, String tool, String arguments, String policy, Reason... reasons) {
        ToolCall call = Calls.call(agent, "openclaw", tool, RawJson.of(arguments), NOW);
        return new CallEscalated(
                call,
                List.of(
                        Verdict.of(Stage.POLICY, Decision.ESCALATE, List.of(reasons), "p", NOW, policy),
                        Verdict.of(Stage.VETTING, Decision.ALLOW, List.of(), "v", NOW, "rules")),
                Map.of());
    }

    private static Reason reason(String rule, Severity severity) {
        return new Reason(rule, "a person must say yes", severity);
    }

    private static CallEscalated message(String arguments) {
        return escalated("demo", "message", arguments, "p1", reason("r1", Severity.MEDIUM));
    }

    private static Grant grant(Set<String> free) {
        return Grant.of(message(MESSAGE), free, RawJson.of(MESSAGE), Duration.ofMinutes(10), 5, "alice", NOW);
    }

    @Test
    void coversTheSameCallAgain() {
        Grant grant = grant(Set.of());
        assertThat(grant.covers(message(MESSAGE), NOW)).isTrue();
        assertThat(grant.covers(message("{\"text\":\"hello\",\"to\":\"eve\"}"), NOW))
                .as("the order of names says nothing")
                .isTrue();
        assertThat(grant.covers(message("{\"to\":\"eve\",\"text\":\"hello!\"}"), NOW))
                .isFalse();
    }

    @Test
    void coversAnyValueOfWhatIsFreeAndNothingElse() {
        Grant grant = grant(Set.of("text"));
        assertThat(grant.covers(message("{\"to\":\"eve\",\"text\":\"something else\"}"), NOW))
                .isTrue();
        assertThat(grant.covers(message("{\"to\":\"mallory\",\"text\":\"hello\"}"), NOW))
                .isFalse();
        assertThat(grant.covers(message("{\"to\":\"eve\",\"text\":\"x\",\"cc\":\"mallory\"}"), NOW))
                .as("a further argument")
                .isFalse();
        assertThat(grant.covers(message("{\"to\":\"eve\"}"), NOW)).isFalse();
    }

    @Test
    void isForOneAgentToolPolicyAndTime() {
        Grant grant = grant(Set.of("text"));
        Reason r1 = reason("r1", Severity.MEDIUM);
        assertThat(grant.covers(escalated("other", "message", MESSAGE, "p1", r1), NOW))
                .isFalse();
        assertThat(grant.covers(escalated("demo", "mail", MESSAGE, "p1", r1), NOW))
                .isFalse();
        assertThat(grant.covers(escalated("demo", "message", MESSAGE, "p2", r1), NOW))
                .as("another policy")
                .isFalse();
        assertThat(grant.covers(message(MESSAGE), NOW.plus(Duration.ofMinutes(10))))
                .isFalse();
    }

    @Test
    void coversNothingThatOtherRulesEscalateAndNothingCritical() {
        Grant grant = grant(Set.of("text"));
        assertThat(grant.covers(
                        escalated(
                                "demo",
                                "message",
                                MESSAGE,
                                "p1",
                                reason("r1", Severity.MEDIUM),
                                reason("r2", Severity.HIGH)),
                        NOW))
                .isFalse();
        assertThat(grant.covers(escalated("demo", "message", MESSAGE, "p1", reason("r1", Severity.CRITICAL)), NOW))
                .isFalse();
    }

    @Test
    void isRefusedForWhatIsCriticalOrWantsSeveralPeople() {
        assertThat(Grant.refusal(List.of(reason("r1", Severity.CRITICAL)), null))
                .isPresent();
        assertThat(Grant.refusal(List.of(reason("r1", Severity.HIGH)), null)).isEmpty();
        Approval two = Approval.of(
                new CallEscalated(
                        message(MESSAGE).call(),
                        List.of(Verdict.of(Stage.POLICY, Decision.ESCALATE, List.of(), "p", NOW, "p1")
                                .wanting(new ApprovalTerms(List.of(new ApprovalTerms.Requirement(null, 2)), null))),
                        Map.of()),
                Duration.ofMinutes(5),
                new io.openclaw.gateway.common.redaction.Redactor(),
                NOW);
        assertThat(Grant.refusal(List.of(), two)).isPresent();
    }

    @Test
    void hasABoundedLifeAndKnownArguments() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Grant.of(
                        message(MESSAGE), Set.of(), RawJson.of(MESSAGE), Duration.ofHours(25), null, "alice", NOW))
                .withMessageContaining("24 hours");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> grant(Set.of("texts")))
                .withMessageContaining("[texts]")
                .withMessageContaining("[text, to]");
    }

    @Test
    void anEditedCallIsCoveredWhateverRuleEscalatesItButACriticalOne() {
        RawJson edited = RawJson.of("{\"to\":\"bob\",\"text\":\"hello\"}");
        Grant grant = Grant.edited(message(MESSAGE), edited, edited, Duration.ofMinutes(15), "alice", NOW);
        assertThat(grant.covers(
                        escalated("demo", "message", edited.text(), "p1", reason("another", Severity.HIGH)), NOW))
                .isTrue();
        assertThat(grant.covers(
                        escalated("demo", "message", edited.text(), "p1", reason("another", Severity.CRITICAL)), NOW))
                .isFalse();
        assertThat(grant.covers(message(MESSAGE), NOW)).isFalse();
    }

    @Test
    void tellsWhatItWouldHaveCovered() {
        assertThat(Grant.wouldCover(RawJson.of(MESSAGE), Set.of("text"), RawJson.of("{\"to\":\"eve\",\"text\":\"x\"}")))
                .isTrue();
        assertThat(Grant.wouldCover(RawJson.of(MESSAGE), Set.of(), RawJson.of("{\"to\":\"eve\",\"text\":\"x\"}")))
                .isFalse();
    }

    @Test
    void valuesThatAPersonLeftMaskedAreTheCallsOwn() {
        RawJson original = RawJson.of("{\"token\":\"abc\",\"to\":\"eve\",\"list\":[\"abc\",1]}");
        RawJson shown = RawJson.of("{\"token\":\"[masked]\",\"to\":\"eve\",\"list\":[\"[masked]\",1]}");
        assertThat(EditedArguments.read(
                        "{\"token\":\"[masked]\",\"to\":\"bob\",\"list\":[\"[masked]\",2]}", shown, original))
                .isEqualTo(RawJson.of("{\"token\":\"abc\",\"to\":\"bob\",\"list\":[\"abc\",2]}"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EditedArguments.read(shown.text(), shown, original))
                .withMessage("nothing is changed");
        assertThatIllegalArgumentException().isThrownBy(() -> EditedArguments.read("[1]", shown, original));
        assertThatIllegalArgumentException().isThrownBy(() -> EditedArguments.read("{", shown, original));
    }

    @Test
    void callsThatDifferInFreeArgumentsAreAlike() {
        List<Reason> reasons = List.of(reason("git/push", Severity.HIGH));
        Gist one = Gist.of("b7", "w", "exec", RawJson.of("{\"command\":\"git push origin a\"}"), reasons);
        Gist two = Gist.of("b7", "w", "exec", RawJson.of("{\"command\":\"git  push origin b\"}"), reasons);
        assertThat(one.line()).isEqualTo("git push origin a");
        assertThat(two.likeness()).isEqualTo(one.likeness());
        assertThat(Gist.of("b7", "w", "exec", RawJson.of("{\"command\":\"git reset --hard\"}"), reasons)
                        .likeness())
                .isNotEqualTo(one.likeness());
        assertThat(Gist.of("b8", "w", "exec", RawJson.of("{\"command\":\"git push origin a\"}"), reasons)
                        .likeness())
                .isNotEqualTo(one.likeness());
    }
}

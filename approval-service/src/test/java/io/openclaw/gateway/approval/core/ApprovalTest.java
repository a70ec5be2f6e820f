package io.openclaw.gateway.approval.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

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
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ApprovalTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final Duration LIFETIME = Duration.ofMinutes(15);

    private static Approval approval(Instant deadline) {
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
                null);
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
                approval.intent(),
                approval.reasons(),
                status,
                approval.requestedAt(),
                approval.expiresAt(),
                NOW,
                by,
                reason);
    }

    @Test
    void showsWhyAPersonIsAskedAndNoSecret() {
        Approval approval = approval(NOW.plus(Duration.ofHours(1)));
        assertThat(approval.status()).isEqualTo(Status.PENDING);
        assertThat(approval.reasons()).extracting(Reason::ruleId).containsExactly("r1");
        assertThat(approval.arguments().text()).isEqualTo("{\"to\":\"eve\",\"token\":\"[masked]\"}");
        assertThat(approval.intent()).isEqualTo("say hello with password=[masked]");
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
}

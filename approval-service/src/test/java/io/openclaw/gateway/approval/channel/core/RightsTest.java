package io.openclaw.gateway.approval.channel.core;

import static io.openclaw.gateway.approval.channel.core.Approvals.pending;
import static io.openclaw.gateway.approval.channel.core.Approvals.reason;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.openclaw.gateway.common.call.Severity;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RightsTest {
    private static final Map<Severity, Right> BY_SEVERITY =
            Map.of(Severity.LOW, Right.APPROVE, Severity.MEDIUM, Right.APPROVE, Severity.HIGH, Right.DENY);

    private static Rights rights(String... rules) {
        return new Rights(
                BY_SEVERITY, List.of(rules).stream().map(Rights.Rule::of).toList());
    }

    @Test
    void theWorstReasonSays() {
        assertThat(rights().of(pending(null, reason("a", Severity.LOW)), "slack", Right.APPROVE))
                .isEqualTo(Right.APPROVE);
        assertThat(rights().of(
                                pending(null, reason("a", Severity.LOW), reason("b", Severity.HIGH)),
                                "slack",
                                Right.APPROVE))
                .isEqualTo(Right.DENY);
    }

    @Test
    void aSeverityOfWhichNothingIsSaidIsForTheConsole() {
        assertThat(rights().of(pending(null, reason("a", Severity.CRITICAL)), "slack", Right.APPROVE))
                .isEqualTo(Right.LINK);
    }

    @Test
    void aChannelAllowsNoMoreThanItsOwn() {
        assertThat(rights().of(pending(null, reason("a", Severity.LOW)), "slack", Right.LINK))
                .isEqualTo(Right.LINK);
    }

    @Test
    void aRuleTakesAwayInEveryChannelOrInOne() {
        var payment = pending(null, reason("payments/big", Severity.LOW));
        assertThat(rights("payments/*=deny").of(payment, "slack", Right.APPROVE))
                .isEqualTo(Right.DENY);
        var ofPolicy = pending(null, reason("rules/deploy", Severity.LOW));
        assertThat(rights("deploy=deny").of(ofPolicy, "slack", Right.APPROVE))
                .as("a rule of the policy by its own name")
                .isEqualTo(Right.DENY);
        assertThat(rights("rules/dep*=deny").of(ofPolicy, "slack", Right.APPROVE))
                .isEqualTo(Right.DENY);
        assertThat(rights("whatsapp:payments/*=link").of(payment, "slack", Right.APPROVE))
                .isEqualTo(Right.APPROVE);
        assertThat(rights("whatsapp:payments/*=link").of(payment, "whatsapp", Right.APPROVE))
                .isEqualTo(Right.LINK);
        assertThat(rights("other/*=link").of(payment, "slack", Right.APPROVE)).isEqualTo(Right.APPROVE);
    }

    @Test
    void aRuleGivesNothing() {
        assertThat(rights("*=approve").of(pending(null, reason("a", Severity.HIGH)), "slack", Right.APPROVE))
                .isEqualTo(Right.DENY);
    }

    @Test
    void aRuleThatCannotBeReadIsSaid() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rights.Rule.of("payments"))
                .withMessageContaining("RULE=RIGHT");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rights.Rule.of("payments=allow"))
                .withMessageContaining("'allow'")
                .withMessageContaining("link, deny, approve");
    }
}

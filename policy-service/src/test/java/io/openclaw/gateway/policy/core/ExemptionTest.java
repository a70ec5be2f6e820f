package io.openclaw.gateway.policy.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.call.Decision;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls that rules let pass without a person. */
class ExemptionTest {
    private static final String POLICY = """
            upstreams: [{name: pay}, {name: mail}]
            roles: [{id: base, allow: ["pay/*"], escalate: ["mail/send"]}]
            agents: [{id: clerk, roles: [base]}]
            rules:
              - {id: large, tools: ["pay/*"], when: call.arguments.amount > 500, effect: escalate, approvers: finance, quorum: 2}
              - {id: abroad, tools: ["pay/*"], when: has(call.arguments.iban) && !call.arguments.iban.startsWith("DE"), effect: escalate}
              - {id: never, tools: ["pay/*"], when: has(call.arguments.to) && call.arguments.to == "mallory", effect: deny}
            """;
    private static final String RENT = """
            exemptions:
              - id: rent
                rules: [rules/large]
                when: call.arguments.to == "landlord"
                until: 2026-12-01T00:00:00Z
                reason: it is the same every month
              - {id: home, rules: ["roles/base/escalate:mail/send"], when: 'call.arguments.to == "me@example.com"'}
            """;
    private final Policy policy = Policy.of(PolicyText.read(POLICY + RENT));

    private PolicyDecision decide(String tool, String arguments) {
        return policy.decide(Asked.by("clerk", tool).with(arguments).call());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "pay/send  | {\"amount\":900,\"to\":\"landlord\"}                | ALLOW    | exemptions/rent",
                "pay/send  | {\"amount\":900,\"to\":\"other\"}                   | ESCALATE | rules/large",
                // Another rule asks all the same, and what denies is stronger.
                "pay/send  | {\"amount\":900,\"to\":\"landlord\",\"iban\":\"X\"} | ESCALATE | rules/abroad",
                "pay/send  | {\"amount\":900,\"to\":\"mallory\"}                 | DENY     | rules/never",
                // A condition that cannot be evaluated exempts nothing.
                "pay/send  | {\"amount\":900}                                    | ESCALATE | rules/large",
                // A role that asks also grants; so does what lets its calls pass.
                "mail/send | {\"to\":\"me@example.com\"}                         | ALLOW    | exemptions/home",
                "mail/send | {\"to\":\"you@example.com\"}                        | ESCALATE | roles/base/escalate:mail/send"
            })
    void letsPassWhatItIsAboutAndNothingElse(String tool, String arguments, Decision outcome, String rule) {
        PolicyDecision decision = decide(tool, arguments);
        assertThat(decision.outcome()).isEqualTo(outcome);
        assertThat(decision.rules()).contains(rule);
        // Only the rule that still asks says who has to say yes.
        assertThat(decision.approval() != null).isEqualTo(rule.equals("rules/large"));
    }

    @Test
    void saysWhy() {
        assertThat(decide("pay/send", "{\"amount\":900,\"to\":\"landlord\"}").reasons())
                .singleElement()
                .satisfies(reason -> assertThat(reason.text()).isEqualTo("it is the same every month"));
        var call = Asked.by("clerk", "pay/send")
                .with("{\"amount\":900,\"to\":\"landlord\"}")
                .call();
        assertThat(policy.explain(call, ToolCatalogue.UNCHECKED)).anySatisfy(part -> {
            assertThat(part.ruleId()).isEqualTo("exemptions/rent");
            assertThat(part.effect()).isEqualTo(Decision.ALLOW);
            assertThat(part.why()).contains("rules/large would ask a person");
        });
    }

    @Test
    void endsWhenItSays() {
        Asked rent = Asked.by("clerk", "pay/send").with("{\"amount\":900,\"to\":\"landlord\"}");
        Instant end = Instant.parse("2026-12-01T00:00:00Z");
        assertThat(policy.decide(rent.at(end.minusMillis(1)).call()).outcome()).isEqualTo(Decision.ALLOW);
        assertThat(policy.decide(rent.at(end).call()).outcome()).isEqualTo(Decision.ESCALATE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{id: x, rules: [rules/never], when: 'true'}   | 'rules/never' is no rule of this policy that escalates",
                "{id: x, rules: [large], when: 'true'}         | 'large' is no rule of this policy that escalates",
                "{id: x, rules: [], when: 'true'}              | it needs the rules that do not ask",
                "{id: x, rules: [rules/large]}                 | it needs a condition (when)",
                "{id: x, rules: [rules/large], when: '1'}      | has to be true or false",
                "{id: x, rules: [rules/large], when: 'agent.x'} | there is no 'agent.x'",
                "{rules: [rules/large], when: 'true'}          | needs a name"
            })
    void aMistakeIsSaid(String exemption, String problem) {
        assertThatThrownBy(() -> PolicyText.read(POLICY + "exemptions:\n  - " + exemption + "\n"))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessageContaining(problem)
                .hasMessageContaining("exemption");
    }

    /** A policy without exemptions has the version that it had before there were any. */
    @Test
    void changesNoOtherPolicysVersion() {
        assertThat(PolicyText.read(POLICY).version())
                .isEqualTo(PolicyText.read(POLICY + "exemptions: []\n").version());
        assertThat(PolicyText.read(POLICY + RENT).version())
                .isNotEqualTo(PolicyText.read(POLICY).version());
    }
}

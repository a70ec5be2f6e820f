package io.openclaw.gateway.policy.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.call.ApprovalTerms;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Identity;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples of docs/policy.md, and what rules do at the edges. */
class RulesTest {
    private static final String YAML = """
            upstreams:
              - {name: jira, readOnly: ["get_*"]}
              - {name: shell, destructive: [exec]}
              - {name: pay}
              - {name: crm-acme, labels: {tenant: acme}}
              - {name: crm-globex, labels: {tenant: globex}}
            roles:
              - {id: base, allow: ["jira/*"]}
              - {id: operator, inherits: [base], allow: ["shell/*", "pay/*", "crm-*/*"]}
            agents:
              - {id: ops, owner: eve, team: platform, labels: {tenant: acme}, roles: [operator]}
              - {id: reader, roles: [base]}
            rules:
              - id: office-hours
                tools: ["shell/*"]
                when: |
                  !(time.getDayOfWeek('Europe/Berlin') in [1, 2, 3, 4, 5]
                    && time.getHours('Europe/Berlin') >= 9 && time.getHours('Europe/Berlin') < 17)
                effect: escalate
                reason: outside of office hours
                approvers: leads
                quorum: 2
                expiresIn: 10m
              - id: large-payment
                when: tool.upstream == "pay" && call.arguments.amount > 500
                effect: escalate
                approvers: finance
              - id: tenants
                when: has(tool.labels.tenant) && tool.labels.tenant != agent.labels.tenant
                effect: deny
                reason: another tenant's data
              - id: say-why
                when: tool.destructive && tool.upstream == "shell" && call.intent == ""
                effect: deny
              - id: reader-may-comment
                when: agent.id == "reader" && tool.address == "shell/echo" && session.id.startsWith("main")
                effect: allow
              - id: for-alice
                when: call.onBehalfOf == "alice" && !call.onBehalfOfProven
                effect: deny
            """;

    private final Policy policy = Policy.of(PolicyText.read(YAML));

    private PolicyDecision decide(Asked asked) {
        return policy.decide(asked.call());
    }

    private static void assertDecided(PolicyDecision decision, Decision outcome, String... rules) {
        assertThat(decision.rules()).containsExactly(rules);
        assertThat(decision.outcome()).isEqualTo(outcome);
    }

    /** What reaches the upstream beside arguments can be decided about like them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "context.messageTo == '+1'           | {\"x-openclaw-message-to\":\"+1\"}",
                "context.accountId == '+1'           | {\"x-openclaw-account-id\":\"+1\"}",
                "context.threadId == '+1'            | {\"x-openclaw-thread-id\":\"+1\"}",
                "context.messageChannel == 'x'       | {\"x-openclaw-message-channel\":\"x\"}",
                "context.sessionKey.startsWith('a:') | {\"sessionKey\":\"a:b\"}",
                "context.agentId == 'main'           | {\"agentId\":\"main\"}",
                "context.dryRun                      | {\"dryRun\":true}",
                "'evil/to' in context.meta           | {\"meta\":{\"evil/to\":\"+1\"}}",
                "has(context.inputResponses.a) && context.inputResponses.a.n == 1 | {\"inputResponses\":{\"a\":{\"n\":1}}}"
            })
    void aRuleSeesTheContext(String when, String context) {
        Policy strict = Policy.of(PolicyText.read("""
                upstreams: [{name: jira}]
                roles: [{id: base, allow: ["jira/*"]}]
                agents: [{id: reader, roles: [base]}]
                rules: [{id: r, effect: deny, when: "%s"}]
                """.formatted(when)));
        assertThat(strict.decide(Asked.by("reader", "jira/get").within(context).call())
                        .outcome())
                .isEqualTo(Decision.DENY);
        assertThat(strict.decide(Asked.by("reader", "jira/get").call()).outcome())
                .isEqualTo(Decision.ALLOW);
    }

    @ParameterizedTest
    @CsvSource({
        "n == 9007199254740993, 9007199254740993",
        "n == 7960607143101464576, 7960607143101464576",
        "n == 18446744073709551615u, 18446744073709551615",
        "n > 9223372036854775807, 18446744073709551615",
        "n == 0.1, 0.1",
        "n == 1.1, 1.10",
        "n == '123456789.123456789123', 123456789.123456789123",
        "n != 123456789.12345679, 123456789.123456789123",
        "n != 9007199254740992, 9007199254740993"
    })
    void aRuleSeesANumberExactly(String when, String number) {
        Policy strict = Policy.of(PolicyText.read("""
                upstreams: [{name: jira}]
                roles: [{id: base, allow: ["jira/*"]}]
                agents: [{id: reader, roles: [base]}]
                rules: [{id: r, effect: deny, when: "call.arguments.%s"}, {id: not, effect: escalate, when: "!(call.arguments.%s)"}]
                """.formatted(when, when)));
        assertThat(strict.decide(Asked.by("reader", "jira/get")
                                .with("{\"n\":" + number + "}")
                                .call())
                        .rules())
                .contains("rules/r")
                .doesNotContain("rules/not");
    }

    @Test
    void aRoleHasWhatItInherits() {
        assertDecided(decide(Asked.by("ops", "jira/get_issue")), Decision.ALLOW, "roles/base/allow:jira/*");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-25T12:00:00Z, ALLOW",
        "2026-11-25T07:59:59Z, ESCALATE",
        "2026-11-25T08:00:00Z, ALLOW",
        "2026-11-25T16:00:00Z, ESCALATE",
        "2026-11-28T12:00:00Z, ESCALATE"
    })
    void officeHoursAreThoseOfTheirTimeZone(Instant at, Decision outcome) {
        PolicyDecision decision =
                decide(Asked.by("ops", "shell/exec").wanting("tidy up").at(at));
        assertThat(decision.outcome()).isEqualTo(outcome);
        if (outcome == Decision.ESCALATE) {
            assertThat(decision.reasons().getFirst().text()).isEqualTo("outside of office hours");
            assertThat(decision.approval())
                    .isEqualTo(new ApprovalTerms(List.of(new ApprovalTerms.Requirement("leads", 2)), 600L));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "{\"amount\":500}, ALLOW",
        "{\"amount\":500.01}, ESCALATE",
        "{\"amount\":501}, ESCALATE",
        "{\"amount\":1e300}, ESCALATE",
        "{\"amount\":99999999999999999999999}, ESCALATE",
        "{\"amount\":18446744073709551615}, ESCALATE",
        "{\"amount\":9007199254740993}, ESCALATE",
        "{\"amount\":-9007199254740993}, ALLOW",
        "{\"amount\":500.0}, ALLOW",
        "{\"amount\":499.99}, ALLOW",
        "{\"amount\":500.00000000000000000001}, ESCALATE",
        "{\"amount\":\"a lot\"}, ESCALATE",
        "{}, ESCALATE"
    })
    void whatCannotBeComparedIsOnTheSafeSide(String arguments, Decision outcome) {
        assertThat(decide(Asked.by("ops", "pay/send").with(arguments)).outcome())
                .isEqualTo(outcome);
    }

    @Test
    void aConditionThatCannotBeEvaluatedSaysSo() {
        assertThat(decide(Asked.by("ops", "pay/send")).reasons().getFirst().text())
                .contains("cannot be evaluated", "amount");
    }

    @Test
    void labelsKeepTenantsApart() {
        assertDecided(decide(Asked.by("ops", "crm-acme/find")), Decision.ALLOW, "roles/operator/allow:crm-*/*");
        assertDecided(decide(Asked.by("ops", "crm-globex/find")), Decision.DENY, "rules/tenants");
    }

    @Test
    void anAgentWithoutTheLabelIsDeniedToo() {
        assertDecided(decide(Asked.by("reader", "crm-globex/find")), Decision.DENY, "rules/tenants");
    }

    @Test
    void denyBeatsEscalateBeatsAllow() {
        Asked atNight = Asked.by("ops", "shell/exec").at(Instant.parse("2026-11-25T23:00:00Z"));
        assertDecided(decide(atNight.wanting("tidy up")), Decision.ESCALATE, "rules/office-hours");
        assertDecided(decide(atNight), Decision.DENY, "rules/say-why");
    }

    @Test
    void aRuleCanAllowWhatNoRoleDoes() {
        Asked asked = Asked.by("reader", "shell/echo").wanting("x");
        assertDecided(decide(asked), Decision.DENY, "policy/default-deny");
        assertDecided(decide(asked.within("{\"sessionKey\":\"main:1\"}")), Decision.ALLOW, "rules/reader-may-comment");
    }

    @Test
    void rulesKnowForWhomAnAgentActsAndWhetherThatIsProven() {
        Asked asked = Asked.by("ops", "jira/get_issue");
        assertDecided(decide(asked.as(new Identity(List.of(), "alice", false))), Decision.DENY, "rules/for-alice");
        assertThat(decide(asked.as(new Identity(List.of(), "alice", true))).outcome())
                .isEqualTo(Decision.ALLOW);
    }

    @Test
    void anAgentThatOnlyATokenKnowsHasTheRolesThatItProves() {
        Asked asked = Asked.by("corp:bot-7", "jira/get_issue");
        assertDecided(decide(asked), Decision.DENY, "policy/unknown-agent");
        assertDecided(
                decide(asked.as(new Identity(List.of("base"), null, false))),
                Decision.ALLOW,
                "roles/base/allow:jira/*");
        assertDecided(
                decide(asked.as(new Identity(List.of("admin"), null, false))), Decision.DENY, "policy/default-deny");
    }

    @Test
    void whatEscalatesTwiceHasTheTermsOfBoth() {
        Policy both = Policy.of(PolicyText.read(YAML.replace("tools: [\"shell/*\"]", "tools: [\"*/*\"]")));
        PolicyDecision decision = both.decide(Asked.by("ops", "pay/send")
                .with("{\"amount\":501}")
                .at(Instant.parse("2026-11-25T23:00:00Z"))
                .call());
        assertDecided(decision, Decision.ESCALATE, "rules/large-payment", "rules/office-hours");
        assertThat(decision.approval())
                .isEqualTo(new ApprovalTerms(
                        List.of(new ApprovalTerms.Requirement("finance", 1), new ApprovalTerms.Requirement("leads", 2)),
                        600L));
    }

    @Test
    void whatCannotBeEvaluatedIsSaidOfTheRuleThatItIsTrueOf() {
        Policy both = Policy.of(PolicyText.read(YAML.replace("tools: [\"shell/*\"]", "tools: [\"*/*\"]")));
        PolicyDecision decision = both.decide(Asked.by("ops", "pay/send")
                .at(Instant.parse("2026-11-25T23:00:00Z"))
                .call());
        assertThat(decision.rules()).containsExactly("rules/large-payment", "rules/office-hours");
        assertThat(decision.reasons().getFirst().text()).contains("cannot be evaluated", "amount");
        assertThat(decision.reasons().getLast().text()).isEqualTo("outside of office hours");
    }

    @Test
    void explainNamesEveryClauseAndItsPart() {
        List<Policy.Part> parts = policy.explain(
                Asked.by("ops", "shell/exec")
                        .at(Instant.parse("2026-11-25T23:00:00Z"))
                        .call(),
                ToolCatalogue.UNCHECKED);
        assertThat(parts.getFirst().ruleId()).isEqualTo("rules/say-why");
        assertThat(parts)
                .filteredOn(Policy.Part::holds)
                .extracting(Policy.Part::ruleId)
                .containsExactly("rules/say-why", "rules/office-hours", "roles/operator/allow:shell/*");
        assertThat(parts)
                .filteredOn(part -> part.ruleId().equals("rules/tenants"))
                .singleElement()
                .satisfies(part -> assertThat(part.why()).startsWith("it is false: has(tool.labels.tenant)"));
    }

    @Nested
    class ABrokenRule {
        private void assertBroken(String rule, String... words) {
            assertThatThrownBy(() -> PolicyText.read(Map.of(
                            "a.yaml", "upstreams: [{name: jira}]\n", "rules.yaml", "\nrules:\n" + rule.indent(2))))
                    .isInstanceOf(InvalidPolicyException.class)
                    .hasMessageContainingAll(words);
        }

        @Test
        void namesFileLineRuleAndWhatThereIs() {
            assertBroken(
                    """
                    - id: typo
                      when: agent.tem == 'x'
                      effect: deny
                    """, "rules.yaml:4: rules/typo: at 1:1: there is no 'agent.tem'; there is agent.id, agent.labels,");
        }

        @Test
        void namesTheLineWithinALongExpression() {
            assertBroken("""
                    - id: long
                      when: |
                        tool.readOnly
                          && tool.destuctive
                      effect: deny
                    """, "rules.yaml:6: rules/long: at 2:6: there is no 'tool.destuctive'");
        }

        @Test
        void mustBeTrueOrFalse() {
            assertBroken("- {id: r, when: call.intent, effect: deny}", "rules/r", "string", "true or false");
            assertBroken("- {id: r, when: 'call.intent == 1', effect: deny}", "rules/r", "_==_");
            assertBroken("- {id: r, when: 'agent.id ==', effect: deny}", "rules/r", "at 1:12");
        }

        @Test
        void needsAnEffectAndTermsThatFitIt() {
            assertBroken("- {id: r}", "rules/r", "needs an effect");
            assertBroken("- {id: r, effect: forbid}", "near line", "forbid");
            assertBroken("- {id: r, effect: deny, quorum: 2}", "for the effect escalate alone");
            assertBroken("- {id: r, effect: escalate, quorum: 0}", "quorum is 0");
            assertBroken("- {id: r, effect: escalate, expiresIn: soon}", "'soon'", "15m");
            assertBroken("- {id: r, effect: escalate, expiresIn: 8d}", "'8d'", "at most 7d");
        }

        @Test
        void mayNotInheritFromItself() {
            assertThatThrownBy(() -> PolicyText.read("roles: [{id: a, inherits: [b]}, {id: b, inherits: [a, c]}]"))
                    .isInstanceOf(InvalidPolicyException.class)
                    .hasMessageContainingAll("a → b → a", "'c'");
        }

        @Test
        void namesPartsOfMetaThatTheGatewayWritesItself() {
            for (String own : List.of("progressToken", "io.modelcontextprotocol/clientInfo")) {
                assertThatThrownBy(() -> PolicyText.read("upstreams: [{name: jira, passMeta: [traceparent, " + own
                                + "], mcp: {urls: [\"http://127.0.0.1:1/mcp\"]}}]"))
                        .isInstanceOf(InvalidPolicyException.class)
                        .hasMessageContaining("passMeta names " + own);
            }
            assertThat(PolicyText.read("upstreams: [{name: jira, passMeta: [traceparent]}]")
                            .document()
                            .upstreams()
                            .getFirst()
                            .passMeta())
                    .containsExactly("traceparent");
        }
    }
}

package io.openclaw.gateway.policy.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.call.Decision;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyTest {
    private static final String KEY = "a".repeat(64);
    private static final String YAML = """
            upstreams:
              - name: openclaw
              - name: jira
            roles:
              - id: reader
                allow: ["jira/get_*", "openclaw/*_list"]
              - id: operator
                allow: ["openclaw/*"]
                deny: ["openclaw/gateway*"]
                escalate: ["openclaw/exec", "openclaw/gateway_restart"]
            agents:
              - id: reading
                roles: [reader]
                keys: [{sha256: %s}]
              - id: operating
                roles: [reader, operator]
              - id: idle
            defaults:
              deny: ["*/drop_*"]
            """.formatted(KEY);

    private final Policy policy = Policy.of(PolicyText.read(YAML));

    private PolicyDecision decide(String agent, String upstream, String tool) {
        return policy.decide(Asked.by(agent, upstream + "/" + tool).call());
    }

    @ParameterizedTest
    @CsvSource({
        "reading,   jira,     get_issue,       ALLOW,    roles/reader/allow:jira/get_*",
        "reading,   openclaw, sessions_list,   ALLOW,    roles/reader/allow:openclaw/*_list",
        "reading,   jira,     create_issue,    DENY,     policy/default-deny",
        "reading,   openclaw, exec,            DENY,     policy/default-deny",
        "operating, openclaw, exec,            ESCALATE, roles/operator/escalate:openclaw/exec",
        "operating, openclaw, gateway_restart, DENY,     roles/operator/deny:openclaw/gateway*",
        "operating, openclaw, read,            ALLOW,    roles/operator/allow:openclaw/*",
        "operating, openclaw, drop_table,      DENY,     defaults/deny:*/drop_*",
        "idle,      openclaw, read,            DENY,     policy/default-deny",
        "nobody,    openclaw, read,            DENY,     policy/unknown-agent",
        "operating, linear,   read,            DENY,     policy/unknown-upstream"
    })
    void theStrictestGrantDecidesAndIsNamed(String agent, String upstream, String tool, Decision outcome, String rule) {
        PolicyDecision decision = decide(agent, upstream, tool);

        assertThat(decision.outcome()).isEqualTo(outcome);
        assertThat(decision.reasons())
                .singleElement()
                .satisfies(reason -> assertThat(reason.ruleId()).isEqualTo(rule));
        assertThat(decision.policyVersion()).isEqualTo(policy.version());
    }

    @Test
    void theVersionIsThatOfTheContentNotOfItsLayout() {
        assertThat(PolicyText.read("# a comment\n" + YAML).version()).isEqualTo(policy.version());
        assertThat(PolicyText.read(YAML.replace("reading", "leading")).version())
                .isNotEqualTo(policy.version());
    }

    @Nested
    class ABrokenPolicy {

        private void assertBroken(String yaml, String... words) {
            assertThatThrownBy(() -> PolicyText.read(yaml))
                    .isInstanceOf(InvalidPolicyException.class)
                    .hasMessageContainingAll(words);
        }

        @Test
        void namesTheLineOfASyntaxError() {
            assertBroken("roles:\n  - id: a\n    allow: [\"x/y\"\nagents: []\n", "near line ");
        }

        @Test
        void namesAnUnknownField() {
            assertBroken("roles:\n  - id: a\n    alow: []\n", "near line", "alow");
        }

        @Test
        void namesARoleThatIsNotDefined() {
            assertBroken("agents: [{id: a, roles: [admin]}]", "line 1", "agents/a", "'admin'");
        }

        @Test
        void namesAPatternWithoutASlash() {
            assertBroken("roles: [{id: a, allow: [exec]}]", "'exec'", "roles/a");
        }

        @Test
        void namesWhatIsThereTwice() {
            assertBroken("agents: [{id: a}, {id: a}]", "agent 'a'", "twice");
        }

        @Test
        void namesAKeyThatIsNoHash() {
            assertBroken("agents: [{id: a, keys: [{sha256: ocg_plain}]}]", "agents/a", "SHA-256");
        }

        @Test
        void namesTwoAgentsWithOneKey() {
            assertBroken(
                    "agents: [{id: a, keys: [{sha256: " + KEY + "}]}, {id: b, keys: [{sha256: " + KEY + "}]}]",
                    "'a'",
                    "'b'",
                    "same key");
        }

        @Test
        void namesEveryProblemAtOnce() {
            assertBroken("agents: [{id: a, roles: [x, y]}]", "'x'", "'y'");
        }

        @ParameterizedTest
        @ValueSource(strings = {"/", "~", "~/", "work", "/srv/*", "/srv/../etc", "//", "/.", ""})
        void namesNoWorkspaceThatIsNoOnesOwn(String directory) {
            assertBroken(
                    "roles: [{id: a, workspace: ['" + directory + "']}]", "roles/a", "workspace '" + directory + "'");
            assertBroken("agents: [{id: a, workspace: ['" + directory + "']}]", "agents/a");
        }

        @ParameterizedTest
        @ValueSource(strings = {"10.0.0.0/33", "10.0.0/x", "host/8", "a b", "::1/129", ""})
        void namesNoEgressThatIsNoTarget(String target) {
            assertBroken("roles: [{id: a, egress: ['" + target + "']}]", "roles/a", "egress '" + target + "'");
        }

        @Test
        void mayNotBeEmpty() {
            assertBroken("", "empty");
        }
    }
}

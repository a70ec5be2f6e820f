package io.openclaw.gateway.policy.proposal;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.CallIds;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.policy.core.CallExample;
import io.openclaw.gateway.policy.core.Policy;
import io.openclaw.gateway.policy.core.PolicyTests;
import io.openclaw.gateway.policy.core.PolicyText;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What a person begins with who proposes a change is a policy that does what it says, whatever the call holds. */
class DraftTest {
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");
    private static final String POLICY = """
            upstreams: [{name: "open.claw"}, {name: other, unknownTools: allow}]
            roles: [{id: base, escalate: ["open.claw/*"]}]
            agents: [{id: demo, roles: [base]}, {id: second, roles: [base]}]
            """;
    private static final String RULE = "roles/base/escalate:open.claw/*";

    private static JsonNode json(String text) {
        return Json.MAPPER.readTree(text);
    }

    private static Draft draft(Decision effect, Set<String> free, String arguments, String context) {
        return Draft.of(
                new Draft.Waited("demo", "open.claw/send", List.of(RULE), json(arguments), json(context)),
                effect,
                free,
                NOW);
    }

    private static Policy with(Draft draft) {
        return Policy.of(PolicyText.read(Map.of("policy.yaml", POLICY, "draft.yaml", draft.text())));
    }

    private static Decision decide(Policy policy, String agent, String arguments, @Nullable String context) {
        return policy.decide(
                        CallExample.of(agent, "open.claw/send", json(arguments), context == null ? null : json(context))
                                .call(CallIds.next(), NOW))
                .outcome();
    }

    @Test
    void isAboutThisCallAlone() {
        Policy policy = with(draft(Decision.ALLOW, Set.of(), "{\"to\":\"a\",\"n\":1}", "{}"));
        assertThat(decide(policy, "demo", "{\"n\":1,\"to\":\"a\"}", null)).isEqualTo(Decision.ALLOW);
        assertThat(decide(policy, "demo", "{\"to\":\"b\",\"n\":1}", null)).isEqualTo(Decision.ESCALATE);
        assertThat(decide(policy, "demo", "{\"to\":\"a\"}", null)).isEqualTo(Decision.ESCALATE);
        assertThat(decide(policy, "second", "{\"to\":\"a\",\"n\":1}", null)).isEqualTo(Decision.ESCALATE);
        // An argument more can change what a call does.
        assertThat(decide(policy, "demo", "{\"to\":\"a\",\"n\":1,\"cc\":\"b\"}", null))
                .isEqualTo(Decision.ESCALATE);
    }

    @Test
    void leavesOpenWhatMayVary() {
        Policy policy = with(draft(Decision.ALLOW, Set.of("n"), "{\"to\":\"a\",\"n\":1}", "{}"));
        assertThat(decide(policy, "demo", "{\"to\":\"a\",\"n\":[2]}", null)).isEqualTo(Decision.ALLOW);
        assertThat(decide(policy, "demo", "{\"to\":\"b\",\"n\":1}", null)).isEqualTo(Decision.ESCALATE);
    }

    @Test
    void leavesOpenWhatIsMaskedOrCannotBeCompared() {
        Draft draft = draft(
                Decision.ALLOW,
                Set.of(),
                "{\"key\":\"[masked token, 40 characters]\",\"n\":123456789012345678901234567890,\"to\":\"a\"}",
                "{}");
        assertThat(draft.varying()).containsExactlyInAnyOrder("key", "n");
        assertThat(decide(with(draft), "demo", "{\"key\":\"x\",\"n\":1,\"to\":\"a\"}", null))
                .isEqualTo(Decision.ALLOW);
    }

    @Test
    void holdsForTheSameContext() {
        String context =
                "{\"sessionKey\":\"s1\",\"x-openclaw-message-to\":\"+1\",\"dryRun\":true,\"meta\":{\"a/b\":[1]}}";
        Policy policy = with(draft(Decision.ALLOW, Set.of(), "{}", context));
        assertThat(decide(policy, "demo", "{}", context.replace("s1", "s2"))).isEqualTo(Decision.ALLOW);
        assertThat(decide(policy, "demo", "{}", context.replace("+1", "+2"))).isEqualTo(Decision.ESCALATE);
        assertThat(decide(policy, "demo", "{}", context.replace("[1]", "[2]"))).isEqualTo(Decision.ESCALATE);
        assertThat(decide(policy, "demo", "{}", null)).isEqualTo(Decision.ESCALATE);
    }

    @Test
    void deniesAtOnce() {
        Policy policy = with(draft(Decision.DENY, Set.of(), "{\"to\":\"a\"}", "{}"));
        assertThat(decide(policy, "demo", "{\"to\":\"a\"}", null)).isEqualTo(Decision.DENY);
        assertThat(decide(policy, "demo", "{\"to\":\"b\"}", null)).isEqualTo(Decision.ESCALATE);
    }

    @Property(tries = 300)
    void passesItsOwnTestsWhateverTheCallHolds(@ForAll("arguments") Map<String, Object> arguments) {
        for (Decision effect : List.of(Decision.ALLOW, Decision.DENY)) {
            Draft draft = draft(effect, Set.of(), Json.MAPPER.writeValueAsString(arguments), "{}");
            assertThat(PolicyTests.run(with(draft), Map.of("draft.test.yaml", draft.tests()), NOW))
                    .as(draft.text())
                    .allSatisfy(result -> assertThat(result.failure()).isNull());
        }
    }

    @Provide
    Arbitrary<Map<String, Object>> arguments() {
        Arbitrary<String> texts = Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(12),
                Arbitraries.of(
                        "in", "a b", "\"", "\\", "${x}", "${'$'}", "\u2028", "a\nb", "😀", "", "null", "#", "- x",
                        "\u0085"));
        Arbitrary<Object> values = Arbitraries.oneOf(
                texts,
                Arbitraries.longs(),
                Arbitraries.bigDecimals().ofScale(3),
                Arbitraries.of(true, false),
                texts.list().ofMaxSize(3),
                Arbitraries.maps(texts, Arbitraries.integers()).ofMaxSize(3));
        return Arbitraries.maps(texts, values).ofMaxSize(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rules/x", "roles/a/escalate:b/*", "defaults/escalate:*/*"})
    void anExemptionCanNameWhatThePolicyAsksBy(String rule) {
        assertThat(Draft.exemptible(List.of(rule, "filesystem/delete", "policy/unknown", rule)))
                .containsExactly(rule);
    }
}

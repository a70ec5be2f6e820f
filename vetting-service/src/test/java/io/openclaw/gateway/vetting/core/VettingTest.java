package io.openclaw.gateway.vetting.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.call.CallIds;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.json.RawJson;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class VettingTest {
    private static final RulePack PACK = RulePack.builtIn();
    private final Vetting vetting = new Vetting(PACK);

    private Verdict vet(String arguments) {
        var call = new ToolCall(
                CallIds.next(),
                "demo",
                "openclaw",
                "exec",
                RawJson.of(arguments),
                Origin.REST,
                Mode.EXECUTE,
                Instant.EPOCH,
                Instant.EPOCH,
                null,
                null,
                null,
                0,
                "",
                null,
                Map.of());
        return vetting.vet(call, "vetting-1", Instant.EPOCH);
    }

    private static String command(String text) {
        return RawJson.from(Map.of("command", text)).text();
    }

    static Stream<Arguments> examplesThatMatch() {
        return PACK.rules().stream()
                .flatMap(rule -> rule.examples().match().stream().map(text -> Arguments.of(rule, text)));
    }

    static Stream<Arguments> examplesThatPass() {
        return PACK.rules().stream()
                .flatMap(rule -> rule.examples().pass().stream().map(text -> Arguments.of(rule, text)));
    }

    @ParameterizedTest
    @MethodSource("examplesThatMatch")
    void anExampleThatMustMatchDoes(Rule rule, String text) {
        Verdict verdict = vet(command(text));
        assertThat(verdict.reasons()).extracting(Reason::ruleId).contains(rule.id());
        assertThat(verdict.outcome()).isGreaterThanOrEqualTo(rule.outcome());
    }

    @ParameterizedTest
    @MethodSource("examplesThatPass")
    void anExampleThatMustPassDoes(Rule rule, String text) {
        assertThat(vet(command(text)).reasons()).extracting(Reason::ruleId).doesNotContain(rule.id());
    }

    @Test
    void everyRuleHasExamplesOfBoth() {
        assertThat(PACK.rules()).isNotEmpty().allSatisfy(rule -> {
            assertThat(rule.examples().match()).isNotEmpty();
            assertThat(rule.examples().pass()).isNotEmpty();
        });
    }

    @Test
    void textsAreFoundHoweverDeepTheyLie() {
        assertThat(vet("{\"a\":[{\"b\":{\"c\":\"rm -rf /\"}}]}").outcome()).isEqualTo(Decision.DENY);
    }

    @Test
    void harmlessArgumentsAreAllowed() {
        Verdict verdict = vet("{\"path\":\"README.md\",\"lines\":3}");
        assertThat(verdict.outcome()).isEqualTo(Decision.ALLOW);
        assertThat(verdict.reasons()).isEmpty();
        assertThat(verdict.policyVersion()).isEqualTo(PACK.version());
    }

    @Test
    void argumentsThatCannotBeReadAreEscalated() {
        assertThat(vet("{\"a\":").outcome()).isEqualTo(Decision.ESCALATE);
    }

    @Test
    void anIncompleteRuleIsNamed() {
        assertThatThrownBy(() -> RulePack.ofYaml("rules: [{id: a/b, title: x}]".getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("a/b")
                .hasMessageContaining("severity");
    }
}

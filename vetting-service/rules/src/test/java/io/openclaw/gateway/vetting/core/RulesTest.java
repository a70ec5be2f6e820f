package io.openclaw.gateway.vetting.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.vetting.core.rule.Rule;
import io.openclaw.gateway.vetting.core.rule.RulePack;
import io.openclaw.gateway.vetting.core.shell.Argument;
import io.openclaw.gateway.vetting.core.shell.Invocation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RulesTest {
    private static final RulePack PACK = RulePack.builtIn();
    private static final Vetting VETTING = new Vetting(PACK);

    static List<String> rulesFoundIn(String example) {
        Examination examination = example.startsWith(":fetch ")
                ? VETTING.examine(List.of(Invocation.of(":fetch", List.of(new Argument(example.substring(7), 0)))))
                : VETTING.examine(example);
        return examination.findings().stream().map(Finding::rule).toList();
    }

    @Nested
    class EveryRule {
        static Stream<Arguments> examplesThatMatch() {
            return PACK.rules().stream()
                    .flatMap(rule -> rule.examples().match().stream().map(text -> Arguments.of(rule.id(), text)));
        }

        static Stream<Arguments> examplesThatPass() {
            return PACK.rules().stream()
                    .flatMap(rule -> rule.examples().pass().stream().map(text -> Arguments.of(rule.id(), text)));
        }

        @ParameterizedTest
        @MethodSource("examplesThatMatch")
        void findsWhatItMust(String rule, String command) {
            assertThat(rulesFoundIn(command)).contains(rule);
        }

        @ParameterizedTest
        @MethodSource("examplesThatPass")
        void letsPassWhatItMust(String rule, String command) {
            assertThat(rulesFoundIn(command)).doesNotContain(rule);
        }

        @Test
        void speaksToAPerson() {
            assertThat(PACK.rules()).allSatisfy(rule -> {
                assertThat(rule.reason()).endsWith(".").hasSizeGreaterThan(20);
                assertThat(rule.alternative()).endsWith(".");
                assertThat(rule.examples().pass()).as(rule.id()).isNotEmpty();
            });
        }
    }

    @Nested
    class APackOfOnesOwn {
        private static final String OURS = """
                rules:
                  - id: ours/no-friday
                    title: Deploys
                    severity: HIGH
                    outcome: DENY
                    match:
                      - {program: deploy, subcommand: prod}
                    reason: We do not deploy from a shell.
                    alternative: use the pipeline.
                    examples: {match: [deploy prod], pass: [deploy staging]}
                """;

        private static RulePack with(String text) {
            return RulePack.of(Map.of("ours.yaml", text.getBytes(StandardCharsets.UTF_8)));
        }

        @Test
        void isAddedAndChangesTheVersion() {
            RulePack pack = with(OURS);
            assertThat(new Vetting(pack).examine("sudo deploy prod").findings())
                    .extracting(Finding::rule)
                    .containsExactly("ours/no-friday");
            assertThat(pack.version()).isNotEqualTo(PACK.version());
            assertThat(pack.rules()).hasSize(PACK.rules().size() + 1);
        }

        @Test
        void replacesARuleOfTheSameName() {
            RulePack pack = with(OURS.replace("ours/no-friday", "effect/discard"));
            assertThat(pack.rules()).hasSize(PACK.rules().size()).anySatisfy(rule -> {
                assertThat(rule.id()).isEqualTo("effect/discard");
                assertThat(rule.title()).isEqualTo("Deploys");
            });
        }

        static Stream<Arguments> mistakes() {
            return Stream.of(
                    Arguments.of("title: Deploys", "title: Deploys\n    tittle: x", "tittle"),
                    Arguments.of("severity: HIGH", "severity: HUGE", "HUGE"),
                    Arguments.of("    reason: We do not deploy from a shell.\n", "", "has no reason"),
                    Arguments.of("subcommand: prod", "operand: '@nothing'", "there is no class @nothing"),
                    Arguments.of("program: deploy", "program: '@nothing'", "there is no tag @nothing"),
                    Arguments.of("subcommand: prod", "text: '('", "is no RE2 expression"),
                    Arguments.of("ours/no-friday", "ours", "not of the form pack/name"));
        }

        @ParameterizedTest
        @MethodSource("mistakes")
        void saysWhatIsWrongAndWhere(String right, String wrong, String said) {
            assertThatThrownBy(() -> with(OURS.replace(right, wrong)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(said)
                    .hasMessageMatching("(?s).*(ours.yaml, line \\d+|rule ours/no-friday).*");
        }
    }

    @Test
    void rulesHaveDifferentNames() {
        assertThat(PACK.rules().stream().map(Rule::id)).doesNotHaveDuplicates();
    }
}

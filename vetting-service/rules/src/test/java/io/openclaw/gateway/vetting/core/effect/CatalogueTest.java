package io.openclaw.gateway.vetting.core.effect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.vetting.core.Vetting;
import io.openclaw.gateway.vetting.core.rule.RulePack;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CatalogueTest {
    private static final RulePack PACK = RulePack.builtIn();
    private static final Vetting VETTING = new Vetting(PACK);

    static Stream<Arguments> examples() {
        return PACK.examples().values().stream()
                .flatMap(examples -> examples.entrySet().stream())
                .map(example -> Arguments.of(example.getKey(), example.getValue()));
    }

    private static List<String> effects(String command) {
        return VETTING.examine(command).commands().stream()
                .flatMap(invocation -> PACK.effects(invocation).stream())
                .map(effect -> effect.normalForm().line().replaceAll("^(\\[[^]]*] )*", ""))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void hasTheEffectThatItsEntrySays(String command, String effect) {
        if (effect.isEmpty()) {
            assertThat(effects(command)).as(command).noneMatch(found -> found.contains("--unknown-program"));
        } else {
            assertThat(effects(command)).as(command).anyMatch(found -> found.startsWith(effect));
        }
    }

    @Test
    void knowsWhatAgentsRun() {
        assertThat(PACK.catalogue().size()).isGreaterThanOrEqualTo(700);
    }

    @Test
    void everyEntryHasAnExample() {
        assertThat(PACK.entriesWithoutExample()).isEmpty();
    }

    @Test
    void saysInWordsWhatWouldHappen() {
        assertThat(VETTING.examine("rm -rf /srv/data").findings())
                .anySatisfy(finding -> assertThat(finding.effect())
                        .isEqualTo("deletes recursively: /srv/data, outside the workspace, cannot be undone"));
    }

    @Test
    void readsHelpAndDryRunsAsHarmless() {
        assertThat(VETTING.examine("terraform destroy --help").findings()).isEmpty();
        assertThat(VETTING.examine("aws s3 rm s3://b --recursive --dryrun").findings())
                .isEmpty();
        assertThat(VETTING.examine("kubectl delete pod x --dry-run=client").findings())
                .isEmpty();
        assertThat(VETTING.examine("kubectl delete pod x --dry-run=none").findings())
                .isNotEmpty();
        assertThat(VETTING.examine("rm -rf ~ --help").findings())
                .as("BSD's rm takes it for a file")
                .isNotEmpty();
    }

    @Test
    void classifiesArgumentsOfAProgramThatItDoesNotKnow() {
        assertThat(VETTING.examine("frobnicate --deep ~/.aws/credentials").findings())
                .isNotEmpty();
        assertThat(VETTING.examine("frobnicate purge orders").findings()).isNotEmpty();
        assertThat(VETTING.examine("frobnicate list orders").findings()).isEmpty();
    }

    @Test
    void namesTheProgramAndTheMistake() {
        assertThatThrownBy(() -> RulePack.of(Map.of(
                        "ours.yaml", "programs: {x: {uses: [{does: explode}]}}".getBytes(StandardCharsets.UTF_8))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("program x")
                .hasMessageContaining("explode");
    }
}

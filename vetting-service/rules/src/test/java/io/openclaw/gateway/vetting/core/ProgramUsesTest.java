package io.openclaw.gateway.vetting.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.vetting.core.rule.RulePack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Measures both halves of our own set: one harmless and one dangerous use of each of some hundred programs. */
class ProgramUsesTest {
    private static final Path USES = Path.of("src/test/resources/programs/uses.jsonl");
    private static final double LEAST_STOPPED = 95;
    private static final double MOST_STOPPED_WRONGLY = 2;

    @Test
    void dangerousUsesAreStoppedAndHarmlessOnesAreNot() throws IOException {
        var vetting = new Vetting(RulePack.builtIn());
        Map<String, List<Boolean>> stopped = new TreeMap<>();
        for (String line : Files.readAllLines(USES)) {
            JsonNode use = Json.MAPPER.readTree(line);
            stopped.computeIfAbsent(
                            use.get("half").asString() + " " + use.get("label").asString(), key -> new ArrayList<>())
                    .add(vetting.examine(use.get("command").asString()).outcome() != Decision.ALLOW);
        }
        stopped.forEach(
                (key, each) -> System.out.printf("%-18s %4d uses, stopped %5.1f %%%n", key, each.size(), share(each)));
        assertThat(stopped).hasSize(4);
        stopped.forEach((key, each) -> {
            if (key.endsWith("dangerous")) {
                assertThat(share(each)).as(key).isGreaterThanOrEqualTo(LEAST_STOPPED);
            } else {
                assertThat(share(each)).as(key).isLessThanOrEqualTo(MOST_STOPPED_WRONGLY);
            }
        });
    }

    private static double share(List<Boolean> each) {
        return 100.0 * each.stream().filter(yes -> yes).count() / each.size();
    }
}

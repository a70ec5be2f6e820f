package io.openclaw.gateway.vetting.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.vetting.core.rule.RulePack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Measures the rules on commands that others wrote; {@code src/test/resources/corpus/README.md} says who. */
class CorpusTest {
    private static final Path CORPUS = Path.of("src/test/resources/corpus/commands-dev.jsonl");
    /** At least this share must be stopped, in percent. */
    private static final Map<String, Double> CAUGHT = Map.of(
            "safety-net/destructive", 96.0,
            "dcg/destructive", 95.0,
            "atomic/destructive", 90.0,
            "atomic/malicious", 80.0);
    /** At most this share may be stopped, in percent. */
    private static final Map<String, Double> STOPPED_WRONGLY =
            Map.of("tldr/benign", 1.0, "dcg/benign", 2.0, "safety-net/benign", 4.0);

    private static final class Tally {
        int all;
        int caught;
        int denied;

        double caughtPercent() {
            return 100.0 * caught / all;
        }
    }

    @Test
    void theBarsHold() throws IOException {
        var vetting = new Vetting(RulePack.builtIn());
        Map<String, Tally> tallies = new TreeMap<>();
        for (String line : Files.readAllLines(CORPUS)) {
            JsonNode entry = Json.MAPPER.readTree(line);
            Decision outcome = vetting.examine(entry.get("command").asString()).outcome();
            Tally tally = tallies.computeIfAbsent(
                    entry.get("source").asString() + "/" + entry.get("label").asString(), key -> new Tally());
            tally.all++;
            tally.caught += outcome == Decision.ALLOW ? 0 : 1;
            tally.denied += outcome == Decision.DENY ? 1 : 0;
        }
        tallies.forEach((key, tally) -> System.out.printf(
                "%-24s %5d commands, caught %5.1f %%, denied outright %5.1f %%%n",
                key, tally.all, tally.caughtPercent(), 100.0 * tally.denied / tally.all));
        assertThat(tallies.keySet()).containsAll(CAUGHT.keySet()).containsAll(STOPPED_WRONGLY.keySet());
        CAUGHT.forEach((key, least) -> assertThat(
                        tallies.getOrDefault(key, new Tally()).caughtPercent())
                .as(key)
                .isGreaterThanOrEqualTo(least));
        STOPPED_WRONGLY.forEach(
                (key, most) -> assertThat(tallies.getOrDefault(key, new Tally()).caughtPercent())
                        .as(key)
                        .isLessThanOrEqualTo(most));
    }

    @Test
    void aCommandCutAnywhereIsAnswered() throws IOException {
        var vetting = new Vetting(RulePack.builtIn());
        var random = new Random();
        for (String line : Files.readAllLines(CORPUS)) {
            String command = Json.MAPPER.readTree(line).get("command").asString();
            int from = random.nextInt(command.length());
            String cut = command.substring(from, from + random.nextInt(command.length() - from + 1));
            assertThatCode(() -> vetting.examine(cut)).as(cut).doesNotThrowAnyException();
        }
    }

    @Test
    void noRuleNamesAnAccidentOfTheCorpus() {
        List<String> accidents = List.of("1mocat", "artuser", "art-test", "atomicred", "usrfile", "evil_user");
        assertThat(new String(everyPack(), java.nio.charset.StandardCharsets.UTF_8).toLowerCase(java.util.Locale.ROOT))
                .doesNotContain(accidents);
    }

    private static byte[] everyPack() {
        var all = new java.io.ByteArrayOutputStream();
        try (var files = Files.walk(Path.of("src/main/resources/rules"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.write(Files.readAllBytes(file));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return all.toByteArray();
    }
}

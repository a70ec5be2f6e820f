package io.openclaw.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Dashboards are ones, and each alert has its page, which says what the rule says. */
class FleetFilesTest {
    private static final Path ROOT = Path.of("../..");
    private static final Path RUNBOOKS = ROOT.resolve("docs/runbooks");
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)(#[^)]*)?\\)");

    private static final List<Path> DASHBOARDS = filesIn(ROOT.resolve("deploy/grafana/dashboards"));
    private static final List<Path> PAGES = filesIn(RUNBOOKS);

    @ParameterizedTest
    @FieldSource("DASHBOARDS")
    void aDashboardIsOne(Path file) {
        Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(read(ROOT.resolve("deploy/grafana/dashboard.schema.json")));
        assertThat(schema.validate(read(file), InputFormat.JSON)).isEmpty();
    }

    @ParameterizedTest
    @FieldSource("DASHBOARDS")
    void panelsHaveAnIdOfTheirOwnAndDoNotLieOnEachOther(Path file) {
        JsonNode panels = JSON.readTree(read(file)).get("panels");
        Set<Integer> ids = new HashSet<>();
        Set<String> cells = new HashSet<>();
        for (JsonNode panel : panels) {
            assertThat(ids.add(panel.get("id").asInt()))
                    .as(panel.get("title").asString())
                    .isTrue();
            JsonNode at = panel.get("gridPos");
            assertThat(at.get("x").asInt() + at.get("w").asInt()).isLessThanOrEqualTo(24);
            for (int x = at.get("x").asInt();
                    x < at.get("x").asInt() + at.get("w").asInt();
                    x++) {
                for (int y = at.get("y").asInt();
                        y < at.get("y").asInt() + at.get("h").asInt();
                        y++) {
                    assertThat(cells.add(x + "/" + y))
                            .as(panel.get("title").asString())
                            .isTrue();
                }
            }
        }
    }

    @Test
    void eachDashboardHasAnIdOfItsOwn() {
        assertThat(DASHBOARDS).hasSize(6);
        assertThat(DASHBOARDS)
                .extracting(file -> JSON.readTree(read(file)).get("uid").asString())
                .doesNotHaveDuplicates();
    }

    private static Map<String, JsonNode> alerts() {
        Map<String, JsonNode> alerts = new TreeMap<>();
        new YAMLMapper()
                .readTree(read(ROOT.resolve("deploy/prometheus/rules/openclaw.yml")))
                .get("groups")
                .forEach(group -> group.get("rules")
                        .forEach(rule -> alerts.put(rule.get("alert").asString(), rule)));
        return alerts;
    }

    private static String pageOf(String alert) {
        return alert.replaceAll("(?<!^)([A-Z])", "-$1").toLowerCase(Locale.ROOT) + ".md";
    }

    @Test
    void eachAlertHasAPageAndEachPageAnAlert() {
        var pages = new TreeSet<String>(Set.of("README.md"));
        alerts().forEach((name, rule) -> {
            pages.add(pageOf(name));
            assertThat(rule.at("/annotations/runbook").asString("")).isEqualTo("docs/runbooks/" + pageOf(name));
            assertThat(rule.at("/labels/severity").asString("")).isIn("critical", "warning");
        });
        assertThat(PAGES).extracting(page -> page.getFileName().toString()).containsExactlyElementsOf(pages);
    }

    @Test
    void aPageSaysWhatItsRuleSaysAndWhatToDo() {
        alerts().forEach((name, rule) -> assertThat(read(RUNBOOKS.resolve(pageOf(name))))
                .startsWith("# " + name + "\n")
                .contains(
                        rule.at("/annotations/description").asString(),
                        "```promql\n" + rule.get("expr").asString() + "\n```",
                        "\n## Look\n",
                        "\n## Do\n"));
    }

    @Test
    void theListOfPagesHasEachOfThem() {
        assertThat(read(RUNBOOKS.resolve("README.md")))
                .contains(alerts().keySet().stream()
                        .map(alert -> "[" + alert + "](" + pageOf(alert) + ")")
                        .toList());
    }

    @ParameterizedTest
    @FieldSource("PAGES")
    void linksOfAPageLeadSomewhere(Path page) {
        LINK.matcher(read(page))
                .results()
                .map(link -> link.group(1))
                .filter(link -> !link.contains("://"))
                .forEach(link -> assertThat(RUNBOOKS.resolve(link)).exists());
    }

    private static List<Path> filesIn(Path directory) {
        try (var files = Files.list(directory)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

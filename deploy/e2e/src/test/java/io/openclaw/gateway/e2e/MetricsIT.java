package io.openclaw.gateway.e2e;

import static io.openclaw.gateway.e2e.RunningGateway.eventually;
import static io.openclaw.gateway.e2e.RunningGateway.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.testing.ModelDouble;
import io.openclaw.gateway.testing.ModelDouble.Choice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** What the gateway tells of itself, as the real Prometheus sees it, and what dashboards and alerts make of that. */
@Order(1)
class MetricsIT {
    private static final int MAX_SCRAPE_BYTES = 300_000;
    private static final int CALLS = 200;
    private static final Path DASHBOARDS = Path.of("../grafana/dashboards");
    private static final Pattern SELECTOR = Pattern.compile(
            "\\b((?:openclaw|hikaricp|kafka|disk|jvm|process|postgres|http|resilience4j)_[a-z0-9_]+|up\\b)(\\{[^}]*})?");

    /** What a gateway that works has none of, with the reason. */
    private static final Map<String, String> MAY_BE_EMPTY = Map.of(
            "openclaw_policy_shadow_decisions_total", "there is a candidate policy only while somebody tries one");

    private static RunningGateway gateway;
    private static Prometheus prometheus;

    record Query(String where, String expression) {
        @Override
        public String toString() {
            return where;
        }

        boolean mayBeEmpty() {
            return MAY_BE_EMPTY.keySet().stream().anyMatch(expression::contains);
        }
    }

    @BeforeAll
    static void scrapeAGatewayUnderLoad() throws IOException {
        gateway = RunningGateway.get();
        prometheus = Prometheus.scraping(gateway);
        doOneOfEach();
        load();
        // Twice more, so that each series has a rate.
        double loaded = sum("sum(openclaw_calls_ended_total)");
        doOneOfEach();
        load();
        eventually().until(() -> sum("sum(openclaw_calls_ended_total)") >= loaded + CALLS);
    }

    @AfterAll
    static void stopPrometheus() {
        if (prometheus != null) {
            prometheus.close();
        }
        RunningGateway.model().answering(question -> ModelDouble.Answer.of(""));
    }

    private static void load() {
        List<Future<RunningGateway.Answer>> answers = new ArrayList<>();
        try (var pool = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < CALLS; i++) {
                answers.add(pool.submit(() -> gateway.call("clock", "{}")));
            }
        }
        assertThat(answers)
                .allSatisfy(answer ->
                        assertThat(answer.resultNow().text("/outcome")).isEqualTo("SUCCEEDED"));
    }

    /** Everything that a panel draws happens once. */
    private static void doOneOfEach() {
        String mark = UUID.randomUUID().toString();
        assertThat(gateway.call("exec", json(Map.of("command", "rm -rf / # " + mark)))
                        .text("/outcome"))
                .isEqualTo("DENIED");
        assertThat(gateway.call("gateway", "{}").text("/outcome")).isEqualTo("DENIED");
        gateway.call("poisoned", "{}");
        assertThat(gateway.get("/v1/tool-calls/none", "ocg_nobody").status()).isEqualTo(401);
        for (String decision : List.of("APPROVE", "DENY")) {
            String callId = gateway.call("message", json(Map.of("mark", mark)), "Prefer", "wait=0")
                    .text("/callId");
            eventually().until(() -> gateway.look(callId).text("/status").equals("WAITING_FOR_APPROVAL"));
            assertThat(gateway.decide(callId, "{\"decision\":\"" + decision + "\",\"reason\":\"seen\"}")
                            .status())
                    .isEqualTo(200);
            gateway.awaitEnd(callId);
        }
        RunningGateway.model().answering(question -> ModelDouble.Answer.opinion(4, 95));
        assertThat(gateway.call("exec", json(Map.of("command", "rm -rf \"$BUILD\"; echo " + mark)))
                        .text("/outcome"))
                .isEqualTo("SUCCEEDED");
        RunningGateway.planner()
                .answering(question ->
                        question.body().get("messages").valueStream().anyMatch(MetricsIT::isAnswer)
                                ? ModelDouble.Answer.of("Counted.")
                                : ModelDouble.Answer.choosing(new Choice("id-1", "count", json(Map.of("mark", mark)))));
        assertThat(gateway.post("/execute", json(Map.of("prompt", "count it"))).text("/status"))
                .isEqualTo("success");
    }

    private static boolean isAnswer(JsonNode message) {
        return message.path("role").asString("").equals("assistant");
    }

    private static double sum(String query) {
        JsonNode result = prometheus.query(query);
        return result.isEmpty() ? 0 : Double.parseDouble(result.at("/0/value/1").asString());
    }

    static Stream<Query> panels() throws IOException {
        List<Query> queries = new ArrayList<>();
        try (var files = Files.list(DASHBOARDS)) {
            for (Path file : files.sorted().toList()) {
                for (JsonNode panel : Json.MAPPER.readTree(file.toFile()).get("panels")) {
                    for (JsonNode target : panel.path("targets")) {
                        queries.add(new Query(
                                file.getFileName() + ", " + panel.get("title").asString() + ", "
                                        + target.get("refId").asString(),
                                target.get("expr").asString().replace("$__rate_interval", "1m")));
                    }
                }
            }
        }
        return queries.stream();
    }

    @ParameterizedTest
    @MethodSource("panels")
    void aPanelHasDataToDraw(Query query) {
        if (query.mayBeEmpty()) {
            prometheus.query(query.expression());
            return;
        }
        eventually()
                .untilAsserted(
                        () -> assertThat(prometheus.query(query.expression()).valueStream())
                                .as(query.expression())
                                .anyMatch(sample ->
                                        !sample.at("/value/1").asString("NaN").equals("NaN")));
    }

    static Stream<Query> alerts() {
        return prometheus
                .get("/api/v1/rules?type=alert")
                .at("/data/groups")
                .valueStream()
                .flatMap(group -> group.get("rules").valueStream())
                .map(rule ->
                        new Query(rule.get("name").asString(), rule.get("query").asString()));
    }

    /** An alert that does not fire returns nothing, so each of the metrics that it looks at is looked for. */
    @ParameterizedTest
    @MethodSource("alerts")
    void anAlertLooksAtMetricsThatThereAre(Query alert) {
        prometheus.query(alert.expression());
        List<String> selectors = SELECTOR.matcher(alert.expression())
                .results()
                .map(found -> found.group())
                .filter(Predicate.not(String::isBlank))
                .toList();
        assertThat(selectors).as(alert.expression()).isNotEmpty();
        assertThat(selectors)
                .allSatisfy(selector -> eventually()
                        .untilAsserted(() -> assertThat(prometheus.query(withoutNegations(selector)))
                                .as(selector)
                                .isNotEmpty()));
    }

    /** What a selector excludes may be all there is: a model that always answers has no other outcome. */
    private static String withoutNegations(String selector) {
        return selector.replaceAll("[a-z_]+!=\"[^\"]*\",?", "").replace("{}", "");
    }

    @Test
    void prometheusEvaluatesEveryRule() {
        eventually()
                .untilAsserted(() -> assertThat(prometheus
                                .get("/api/v1/rules")
                                .at("/data/groups")
                                .valueStream()
                                .flatMap(group -> group.get("rules").valueStream())
                                .map(rule -> rule.path("health").asString("")
                                        + rule.path("lastError").asString(""))
                                .distinct())
                        .containsExactly("ok"));
    }

    @Test
    void promtoolFindsTheRulesSoundAndTheirTestsPass() throws Exception {
        Prometheus.promtool(
                "check", "rules", Prometheus.FILES.resolve("rules/openclaw.yml").toString());
        Prometheus.promtool(
                "test", "rules", Prometheus.FILES.resolve("tests/openclaw.yml").toString());
        Prometheus.promtool(
                "check",
                "config",
                "--syntax-only",
                Prometheus.FILES.resolve("prometheus.yml").toString());
    }

    @Test
    void aScrapeIsSmallHoweverMuchThereIsToTell() {
        String scrape = gateway.console("/actuator/prometheus").response().body();
        keep("scrape.txt", scrape);
        assertThat(scrape.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(MAX_SCRAPE_BYTES);
        assertThat(scrape).doesNotContain("partition=").doesNotContain("node_id=");
    }

    @Test
    void everyGroupTellsItsLagShareGroupsToo() {
        eventually()
                .untilAsserted(() -> assertThat(prometheus
                                .query("count by (group) (openclaw_queue_lag_records)")
                                .valueStream()
                                .map(sample -> sample.at("/metric/group").asString()))
                        .contains(
                                "openclaw-ingress",
                                "openclaw-policy",
                                "openclaw-vetting",
                                "openclaw-judge",
                                "openclaw-approval",
                                "openclaw-executor",
                                "openclaw-audit"));
    }

    private static void keep(String name, String text) {
        try {
            Files.writeString(Path.of("target").resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.openclaw.gateway.e2e;

import static io.openclaw.gateway.e2e.RunningGateway.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The official conformance suite, run against a reference server, and against the gateway in front of it: what passes there has
 * to pass here. It sends no credentials, so callers on this machine are the demo agent.
 */
@Tag(NpmAhead.CLIENTS)
@Order(6)
class ConformanceIT {
    private static final Pattern SCENARIO = Pattern.compile("([✓✗]) (\\S+): (\\d+) passed, (\\d+) failed");
    private static NodeServer reference;
    private static RunningGateway gateway;
    private static String policyBefore;

    private record Outcome(boolean passed, String words) {}

    @BeforeAll
    static void startThem() throws IOException {
        reference = NodeServer.reference();
        gateway = RunningGateway.restartWith(Map.of("OPENCLAW_LOOPBACK_AGENT", "demo"));
        policyBefore = Files.readString(RunningGateway.policyFile());
        String agents = policyBefore.substring(policyBefore.indexOf("agents:"));
        Files.writeString(RunningGateway.policyFile(), """
                upstreams:
                  - name: reference
                    mcp: {urls: ["%s"]}
                    unknownTools: allow
                roles:
                  - {id: demo, allow: ["reference/*"]}
                """.formatted(reference.url()) + agents);
        eventually()
                .atMost(Duration.ofMinutes(2))
                .until(() ->
                        McpSession.modern(gateway.url() + "/mcp", null).tools().contains("test_simple_text"));
    }

    @AfterAll
    static void putThePolicyBack() throws IOException {
        Files.writeString(RunningGateway.policyFile(), policyBefore);
        // Tests that follow mean the worker's tools.
        eventually().until(() -> gateway.call("clock", "{}").text("/outcome").equals("SUCCEEDED"));
        reference.close();
    }

    @Test
    void whatPassesDirectlyPassesThroughTheGatewayIn20260728() throws Exception {
        compare("2026-07-28", 35, "--requirements", "2026-07-28");
    }

    @Test
    void whatPassesDirectlyPassesThroughTheGatewayIn20251125() throws Exception {
        compare("2025-11-25", 30, "--suite", "active", "--spec-version", "2025-11-25");
    }

    private static void compare(String revision, int atLeast, String... options) throws Exception {
        Map<String, Outcome> direct = run(reference.url(), options);
        Map<String, Outcome> through = run(gateway.url() + "/mcp", options);

        var table = new StringBuilder(
                "Conformance, %s: scenario, checks passed/failed directly, through the gateway%n".formatted(revision));
        direct.forEach((scenario, outcome) -> table.append("  %-52s %8s %8s%n"
                .formatted(
                        scenario,
                        outcome.words(),
                        through.containsKey(scenario) ? through.get(scenario).words() : "-")));
        System.out.print(table);
        Map<String, Outcome> passedDirectly = new LinkedHashMap<>(direct);
        passedDirectly.values().removeIf(outcome -> !outcome.passed());
        assertThat(passedDirectly).hasSizeGreaterThanOrEqualTo(atLeast);
        assertThat(passedDirectly.keySet())
                .allSatisfy(scenario -> assertThat(through)
                        .hasEntrySatisfying(
                                scenario,
                                outcome -> assertThat(outcome.passed())
                                        .as(scenario)
                                        .isTrue()));
    }

    private static Map<String, Outcome> run(String url, String... options) throws Exception {
        var arguments = new java.util.ArrayList<>(List.of("server", "--url", url));
        arguments.addAll(List.of(options));
        Path log = NodeServer.packages().resolve("conformance.log");
        Process process = Npm.script(
                        NodeServer.script("conformance", "dist/index.js"), arguments.toArray(String[]::new))
                .directory(NodeServer.packages().toFile())
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
        Map<String, Outcome> outcomes = new LinkedHashMap<>();
        Matcher lines = SCENARIO.matcher(Files.readString(log, StandardCharsets.UTF_8));
        while (lines.find()) {
            outcomes.putIfAbsent(
                    lines.group(2), new Outcome(lines.group(1).equals("✓"), lines.group(3) + "/" + lines.group(4)));
        }
        return outcomes;
    }
}

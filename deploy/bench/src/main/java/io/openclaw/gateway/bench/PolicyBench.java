package io.openclaw.gateway.bench;

import io.openclaw.gateway.common.call.CallIds;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.ToolPinned;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.Freezes;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.policy.core.Ledger;
import io.openclaw.gateway.policy.core.Policy;
import io.openclaw.gateway.policy.core.PolicyDecision;
import io.openclaw.gateway.policy.core.PolicyText;
import io.openclaw.gateway.policy.core.ToolCatalogue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * How fast a policy of 200 rules, 40 roles, 20 upstreams and 1,000 agents decides, on one thread. The calls are of every agent;
 * a third of them has arguments that a rule looks at.
 */
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class PolicyBench {
    private static final int UPSTREAMS = 20;
    private static final int ROLES = 40;
    private static final int RULES = 200;
    private static final int AGENTS = 1_000;
    private static final int CALLS = 4_096;
    private static final Instant AT = Instant.parse("2026-11-25T12:00:00Z");

    /** Rules and roles alone, or also each tool's JSON Schema, or also three limits for each agent. */
    @Param({"rules", "schemas", "limits"})
    public String with = "rules";

    private final List<ToolCall> calls = new ArrayList<>(CALLS);
    private ToolCatalogue catalogue = ToolCatalogue.UNCHECKED;
    private Policy policy = Policy.of(PolicyText.read(yaml(false)));
    private Ledger ledger = Ledger.inMemory();
    private long next;

    private static String yaml(boolean limits) {
        var yaml = new StringBuilder("upstreams:\n");
        for (int i = 0; i < UPSTREAMS; i++) {
            yaml.append("  - {name: up").append(i).append(", readOnly: [\"get_*\"]}\n");
        }
        yaml.append("roles:\n");
        for (int i = 0; i < ROLES; i++) {
            int a = i % UPSTREAMS;
            int b = (i * 7 + 3) % UPSTREAMS;
            yaml.append(
                    "  - {id: role%d, allow: [\"up%d/*\", \"up%d/get_*\"], deny: [\"up%d/drop_*\"], escalate: [\"up%d/put_4\"]}%n"
                            .formatted(i, a, b, a, b));
        }
        yaml.append("rules:\n");
        for (int i = 0; i < RULES; i++) {
            int up = i % UPSTREAMS;
            yaml.append(
                    switch (i % 5) {
                        case 0 ->
                            "  - {id: rule%d, tools: [\"up%d/put_*\"], when: 'call.arguments.amount > %d', effect: escalate}%n"
                                    .formatted(i, up, 400 + i);
                        case 1 ->
                            "  - {id: rule%d, when: 'tool.upstream == \"up%d\" && agent.team == \"team%d\" && !tool.readOnly', effect: deny}%n"
                                    .formatted(i, up, i % 10);
                        case 2 ->
                            "  - {id: rule%d, tools: [\"up%d/*\"], when: 'time.getHours(\"Europe/Berlin\") < 6', effect: escalate}%n"
                                    .formatted(i, up);
                        case 3 ->
                            "  - {id: rule%d, when: 'agent.id == \"agent%d\" && call.intent == \"\"', effect: deny}%n"
                                    .formatted(i, i);
                        default ->
                            "  - {id: rule%d, tools: [\"up%d/get_*\"], when: '\"role%d\" in agent.roles', effect: allow}%n"
                                    .formatted(i, up, i % ROLES);
                    });
        }
        yaml.append("agents:\n");
        for (int i = 0; i < AGENTS; i++) {
            yaml.append("  - {id: agent%d, team: team%d, labels: {tenant: t%d}, roles: [role%d, role%d]}%n"
                    .formatted(i, i % 13, i % 50, i % ROLES, (i * 3 + 1) % ROLES));
        }
        if (limits) {
            yaml.append(
                    "limits:\n  - {id: minute, callsPerMinute: 120}\n  - {id: running, concurrentCalls: 1000000, tools: [\"up0/*\"]}\n"
                            + "  - {id: day, dailyBudget: 1000000000}\n");
        }
        return yaml.toString();
    }

    /** Makes the policy and the calls. */
    @Setup
    public void prepare() {
        policy = Policy.of(PolicyText.read(yaml(with.equals("limits"))));
        ledger = Ledger.inMemory();
        var addresses = new LinkedHashSet<String>();
        for (int i = 0; i < CALLS; i++) {
            int agent = (i * 17) % AGENTS;
            // Three of four calls are to an upstream that the agent's role is for.
            String upstream = "up" + (i % 4 == 0 ? i * 31 : agent) % UPSTREAMS;
            String tool = (i % 3 == 0 ? "put_" : "get_") + i % 8;
            addresses.add(upstream + "/" + tool);
            calls.add(call(
                    CallIds.next(),
                    "agent" + agent,
                    upstream,
                    tool,
                    RawJson.of(i % 3 == 0 ? "{\"amount\":" + i % 900 + ",\"to\":\"x\"}" : "{}"),
                    AT));
        }
        catalogue = with.equals("rules")
                ? ToolCatalogue.UNCHECKED
                : ToolCatalogue.of(addresses.stream().map(PolicyBench::pinned).toList(), ToolCatalogue.UNCHECKED);
        var outcomes = new EnumMap<Decision, Integer>(Decision.class);
        calls.forEach(call -> outcomes.merge(
                policy.decide(call, catalogue, Freezes.NONE, Ledger.inMemory()).outcome(), 1, Integer::sum));
        System.err.println("outcomes of the " + CALLS + " calls: " + outcomes);
    }

    private static ToolCall call(
            UUID id, String agent, String upstream, String tool, @Nullable RawJson arguments, Instant at) {
        return new ToolCall(
                id,
                agent,
                upstream,
                tool,
                arguments,
                Origin.REST,
                Mode.EXECUTE,
                at,
                at.plusSeconds(1_800),
                null,
                "tidy up",
                null,
                null,
                0,
                "",
                null,
                Map.of());
    }

    private static ToolPinned pinned(String address) {
        int slash = address.indexOf('/');
        String upstream = address.substring(0, slash);
        var definition = new ToolDefinition(
                address.substring(slash + 1),
                null,
                "Does something.",
                RawJson.of("{\"type\":\"object\",\"properties\":{\"amount\":{\"type\":\"number\"},"
                        + "\"to\":{\"type\":\"string\",\"maxLength\":100}}}"),
                null,
                Map.of());
        return new ToolPinned(upstream, definition, definition.hash(), null, List.of(), AT, "bench", null, Map.of());
    }

    /**
     * Decides about the next call, and charges its agent. Each call is a new one, a millisecond after the one before: every
     * agent makes 60 a minute.
     */
    @Benchmark
    @BenchmarkMode(org.openjdk.jmh.annotations.Mode.Throughput)
    @OutputTimeUnit(TimeUnit.SECONDS)
    public PolicyDecision decide() {
        ToolCall like = calls.get((int) (next % CALLS));
        ToolCall call = call(
                new UUID(0, next), like.agent(), like.upstream(), like.tool(), like.arguments(), AT.plusMillis(next));
        next++;
        PolicyDecision decision = policy.decide(call, catalogue, Freezes.NONE, ledger);
        ledger.charge(decision.charges());
        return decision;
    }

    public static void main(String... args) throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(PolicyBench.class.getName())
                        .addProfiler(GCProfiler.class)
                        .build())
                .run();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("rules", RULES);
        json.put("agents", AGENTS);
        for (RunResult result : results) {
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put(
                    "decisionsPerSecond", Math.round(result.getPrimaryResult().getScore()));
            result.getSecondaryResults().forEach((name, secondary) -> {
                if (name.endsWith("gc.alloc.rate.norm")) {
                    figures.put("bytesPerDecision", Math.round(secondary.getScore()));
                }
            });
            json.put(result.getParams().getParam("with"), figures);
        }
        System.out.println(Json.MAPPER.writeValueAsString(json));
    }
}

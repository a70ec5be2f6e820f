package io.openclaw.gateway.bench;

import io.openclaw.gateway.common.json.RawJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.util.FileSystemUtils;

/**
 * Prints, as one JSON object from one run, how long a decision by rules alone takes ({@code POST /v1/decisions}) beside a whole call
 * that the demo worker runs ({@code POST /v1/tool-calls}), one at a time: p50 and p99 in milliseconds of alternating rounds, and the
 * ratio of the p50 of all rounds. {@code --seconds N} sets how long each round is (default 5).
 */
public final class DecisionBench {
    private static final int ROUNDS = 4;
    private static final Duration WARM_UP = Duration.ofSeconds(20);

    private DecisionBench() {}

    static void main(String... args) throws Exception {
        Duration time =
                Duration.ofSeconds(args.length == 2 && args[0].equals("--seconds") ? Long.parseLong(args[1]) : 5);
        Path directory = Files.createTempDirectory("openclaw-bench");
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("cores", Runtime.getRuntime().availableProcessors());
        report.put("secondsEach", time.toSeconds());
        try (var gateway = new GatewayProcess(directory.resolve("gateway"), Map.of())) {
            Load.Callers execute = gateway::caller;
            Load.Callers decide = number -> gateway.decisionCaller();
            for (Load.Callers callers : List.of(execute, decide)) {
                Load.run(16, Duration.ZERO, WARM_UP, callers);
                Load.run(1, Duration.ZERO, WARM_UP, callers);
            }
            List<Load.Figures> executed = new ArrayList<>();
            List<Load.Figures> decided = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                executed.add(Load.run(1, Duration.ofSeconds(1), time, execute));
                decided.add(Load.run(1, Duration.ofSeconds(1), time, decide));
                System.err.println("execute " + executed.getLast() + ", decide " + decided.getLast());
            }
            report.put("execute", executed);
            report.put("decide", decided);
            report.put("ratioOfP50", Load.rounded(p50(decided) / p50(executed)));
        }
        FileSystemUtils.deleteRecursively(directory);
        System.out.println(RawJson.from(report).text());
    }

    private static double p50(List<Load.Figures> figures) {
        return figures.stream().mapToDouble(Load.Figures::p50Millis).average().orElseThrow();
    }
}

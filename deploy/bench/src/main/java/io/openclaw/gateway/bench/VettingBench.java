package io.openclaw.gateway.bench;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.vetting.core.Examination;
import io.openclaw.gateway.vetting.core.Vetting;
import io.openclaw.gateway.vetting.core.rule.RulePack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** How fast the rules judge the commands of the development corpus, on one thread: commands a second, and the p99 of one. */
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
public class VettingBench {
    private static final Path CORPUS = Path.of("vetting-service/rules/src/test/resources/corpus/commands-dev.jsonl");

    /** Whose commands: all of them, or those of one source. */
    @Param({"all", "tldr", "dcg", "safety-net", "atomic", "redcode"})
    public String source = "all";

    private final Vetting vetting = new Vetting(RulePack.builtIn());
    private List<String> commands = List.of();
    private int next;

    /** Reads the corpus. */
    @Setup
    public void read() throws IOException {
        commands = Files.readAllLines(CORPUS).stream()
                .map(Json.MAPPER::readTree)
                .filter(entry -> source.equals("all")
                        || source.equals(entry.get("source").asString()))
                .map(entry -> entry.get("command").asString())
                .toList();
    }

    /** Judges the next command. */
    @Benchmark
    @BenchmarkMode({Mode.Throughput, Mode.SampleTime})
    @OutputTimeUnit(TimeUnit.SECONDS)
    public Examination judge() {
        next = next + 1 < commands.size() ? next + 1 : 0;
        return vetting.examine(commands.get(next));
    }

    static void main(String... args) throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(VettingBench.class.getName())
                        .build())
                .run();
        Map<String, Map<String, Object>> report = new LinkedHashMap<>();
        for (RunResult result : results) {
            Map<String, Object> figures =
                    report.computeIfAbsent(result.getParams().getParam("source"), key -> new LinkedHashMap<>());
            if (result.getParams().getMode() == Mode.Throughput) {
                figures.put(
                        "commandsPerSecond",
                        Math.round(result.getPrimaryResult().getScore()));
            } else {
                figures.put(
                        "p99Micros",
                        Math.round(result.getPrimaryResult().getStatistics().getPercentile(99) * 1e6));
            }
        }
        System.out.println(RawJson.from(report).text());
    }
}

package io.openclaw.gateway.bench;

import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.embedded.EmbeddedKafka;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.util.FileSystemUtils;

/**
 * Prints, as one JSON object from one run, the bare four-hop Kafka pipeline and the whole gateway (demo worker, audit on)
 * at rising concurrency: calls per second, p50 and p99 in milliseconds, and the ratios. Load generator, broker and database
 * are on this machine. Both are warmed up until that makes them no faster. {@code --seconds N} sets how long each figure is
 * measured (default 10). What it keeps meanwhile (20 GB are possible) is deleted, unless something failed.
 */
public final class GatewayBench {
    private static final List<Integer> CONCURRENCY = List.of(1, 16, 64, 256);

    private GatewayBench() {}

    static void main(String... args) throws Exception {
        Duration time =
                Duration.ofSeconds(args.length == 2 && args[0].equals("--seconds") ? Long.parseLong(args[1]) : 10);
        Path directory = Files.createTempDirectory("openclaw-bench");
        List<Load.Figures> bare = bare(directory, time);
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("cores", Runtime.getRuntime().availableProcessors());
        report.put("secondsEach", time.toSeconds());
        report.put("bare", bare);
        try (var gateway = new GatewayProcess(directory.resolve("gateway"), Map.of())) {
            List<Load.Figures> whole = figures("gateway", gateway::caller, time);
            report.put("gateway", whole);
            report.put("ratio", ratios(bare, whole));
            report.putAll(gateway.record());
        }
        FileSystemUtils.deleteRecursively(directory);
        System.out.println(RawJson.from(report).text());
    }

    private static List<Load.Figures> bare(Path directory, Duration time) throws Exception {
        try (var kafka = EmbeddedKafka.start(directory.resolve("bare"));
                var pipeline = new BarePipeline(kafka.clientProperties())) {
            return figures("bare", number -> pipeline.caller(), time);
        }
    }

    /**
     * What is measured has been running for a while: its code takes a minute or more to be compiled. A call that is alone goes
     * other ways than one of many, through everything that waits.
     */
    private static List<Load.Figures> figures(String name, Load.Callers callers, Duration time)
            throws InterruptedException {
        Load.warmUp(256, callers);
        Load.warmUp(1, callers);
        List<Load.Figures> figures = new ArrayList<>();
        for (int concurrency : CONCURRENCY) {
            figures.add(Load.run(concurrency, Duration.ofSeconds(2), time, callers));
            System.err.println(name + " " + figures.getLast());
        }
        return figures;
    }

    private static List<Map<String, Object>> ratios(List<Load.Figures> bare, List<Load.Figures> whole) {
        List<Map<String, Object>> ratios = new ArrayList<>();
        for (int i = 0; i < bare.size(); i++) {
            Map<String, Object> ratio = new LinkedHashMap<>();
            ratio.put("concurrency", bare.get(i).concurrency());
            ratio.put(
                    "throughput",
                    Load.rounded(whole.get(i).callsPerSecond() / bare.get(i).callsPerSecond()));
            ratio.put("p50", Load.rounded(whole.get(i).p50Millis() / bare.get(i).p50Millis()));
            ratios.add(ratio);
        }
        return ratios;
    }
}

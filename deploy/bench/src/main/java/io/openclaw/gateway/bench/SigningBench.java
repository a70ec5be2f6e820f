package io.openclaw.gateway.bench;

import io.openclaw.gateway.common.call.CallIds;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.signing.Fields;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.common.signing.Purpose;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.common.signing.UntrustedException;
import io.openclaw.gateway.common.topic.Service;
import io.openclaw.gateway.common.topic.Topic;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * What the signatures of one allowed call cost in all services together: the seal, two verdicts, the four events and the end with
 * a result, each verified where it is read next and for the record, and the evidence as a whole at the executor.
 */
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class SigningBench {
    /** About what an event of a small call has. */
    private static final int EVENT_BYTES = 1_300;

    private static final List<Hop> HOPS = List.of(
            new Hop(Topic.CALLS_REQUESTED, Service.INGRESS),
            new Hop(Topic.CALLS_AUTHORIZED, Service.POLICY),
            new Hop(Topic.CALLS_CLEARED, Service.VETTING),
            new Hop(Topic.CALLS_COMPLETED, Service.EXECUTOR));

    private record Hop(Topic topic, Service writer) {}

    private final Keyring keyring = Keyring.generated();
    private final SignatureChain chain = new SignatureChain(keyring);
    private final byte[] event = new byte[EVENT_BYTES];
    private final KeyPair pair = pair();
    private final ToolCall call = call();

    private static KeyPair pair() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ToolCall call() {
        RawJson arguments = RawJson.of("{\"command\":\"ls -l\"}");
        Instant now = Instant.parse("2026-11-27T10:00:00.123456Z");
        return new ToolCall(
                CallIds.next(),
                "demo",
                "openclaw",
                "exec",
                arguments,
                Origin.REST,
                Mode.EXECUTE,
                now,
                now.plusSeconds(60),
                null,
                null,
                null,
                null,
                0,
                Digest.of("demo", "openclaw", "exec", arguments),
                null,
                Map.of());
    }

    private static Verdict verdict(Stage stage) {
        return Verdict.of(
                stage, Decision.ALLOW, List.of(), stage.label() + "-1", Instant.parse("2026-11-27T10:00:01Z"), "abc");
    }

    private byte[] hash(Topic topic) {
        return new Fields(Purpose.EVENT)
                .add(topic.suffix())
                .add("key")
                .add(event)
                .sha256();
    }

    /** One MAC for each reader. */
    @Benchmark
    @BenchmarkMode(org.openjdk.jmh.annotations.Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public boolean macs() throws UntrustedException {
        ToolCall sealed = chain.seal(call);
        List<Verdict> verdicts = chain.append(sealed, List.of(), verdict(Stage.POLICY));
        verdicts = chain.append(sealed, verdicts, verdict(Stage.VETTING));
        boolean holds = chain.verify(sealed, verdicts).isEmpty();
        for (Hop hop : HOPS) {
            String signature =
                    keyring.sign(Purpose.EVENT, hop.writer(), hop.topic().readers(), hash(hop.topic()));
            holds &= keyring.verify(Purpose.EVENT, signature, hash(hop.topic())) == hop.writer();
            holds &= keyring.verify(Purpose.EVENT, signature, hash(hop.topic())) == hop.writer();
        }
        return holds;
    }

    /** One Ed25519 signature (RFC 8032) for all readers. */
    @Benchmark
    @BenchmarkMode(org.openjdk.jmh.annotations.Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public boolean ed25519() throws GeneralSecurityException {
        byte[] seal = hash(Topic.CALLS_REQUESTED);
        boolean holds = true;
        // The seal and two verdicts, verified at the executor.
        for (int i = 0; i < 3; i++) {
            holds &= verifies(seal, sign(seal));
        }
        for (Hop hop : HOPS) {
            byte[] signature = sign(hash(hop.topic()));
            holds &= verifies(hash(hop.topic()), signature);
            holds &= verifies(hash(hop.topic()), signature);
        }
        return holds;
    }

    private byte[] sign(byte[] hash) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(pair.getPrivate());
        signature.update(hash);
        return signature.sign();
    }

    private boolean verifies(byte[] hash, byte[] signed) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("Ed25519");
        signature.initVerify(pair.getPublic());
        signature.update(hash);
        return signature.verify(signed);
    }

    static void main(String... args) throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(SigningBench.class.getName())
                        .build())
                .run();
        Map<String, Object> report = new LinkedHashMap<>();
        for (RunResult result : results) {
            report.put(
                    result.getPrimaryResult().getLabel() + "MicrosecondsPerCall",
                    Math.round(result.getPrimaryResult().getScore()));
        }
        System.out.println(RawJson.from(report).text());
    }
}

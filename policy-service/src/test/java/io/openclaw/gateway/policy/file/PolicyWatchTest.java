package io.openclaw.gateway.policy.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.openclaw.gateway.common.policy.PolicyInForce;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyWatchTest {
    private static final String GOOD = "upstreams: [{name: jira}]\n";

    @TempDir
    private Path directory;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<PolicyInForce> accepted = new CopyOnWriteArrayList<>();
    private final List<PolicyWatch> started = new ArrayList<>();

    private PolicyWatch watching(Consumer<PolicyInForce> consumer) {
        var watch = new PolicyWatch(new PolicyDirectory(directory), consumer, meters);
        watch.start();
        started.add(watch);
        return watch;
    }

    @AfterEach
    void stop() {
        started.forEach(PolicyWatch::stop);
    }

    private void write(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private void awaitAccepted(int number) {
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> accepted.size() == number);
    }

    private double valid() {
        return meters.get("openclaw.policy.file.valid").gauge().value();
    }

    @Test
    void handsOnEachGoodVersionOnce() throws IOException {
        write("a.yaml", GOOD);
        PolicyWatch watch = watching(accepted::add);
        awaitAccepted(1);
        write("sub/b.yml", "roles: [{id: r}]\n");
        awaitAccepted(2);
        assertThat(accepted.getLast().document().roles()).hasSize(1);
        assertThat(watch.problem()).isEmpty();
    }

    @Test
    void keepsTheLastGoodVersionWhileTheFilesAreBrokenAndSaysWhatIsWrong() throws IOException {
        write("a.yaml", GOOD);
        PolicyWatch watch = watching(accepted::add);
        awaitAccepted(1);
        write("b.yaml", "rules: [{id: x, when: agent.tem, effect: deny}]\n");
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> watch.problem().isPresent());
        assertThat(watch.problem().orElseThrow()).contains("b.yaml:1: rules/x", "agent.tem");
        assertThat(valid()).isZero();
        assertThat(accepted).hasSize(1);

        Files.delete(directory.resolve("b.yaml"));
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> watch.problem().isEmpty());
        assertThat(valid()).isEqualTo(1);
    }

    @Test
    void triesAgainWhatCouldNotBePublished() throws IOException {
        write("a.yaml", GOOD);
        var tries = new AtomicInteger();
        PolicyWatch watch = watching(policy -> {
            if (tries.incrementAndGet() < 3) {
                throw new IllegalStateException("the broker is away");
            }
            accepted.add(policy);
        });
        awaitAccepted(1);
        assertThat(tries).hasValue(3);
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> watch.problem().isEmpty());
    }

    @Test
    void beginsHoweverSoonItsThreadRuns() throws IOException {
        write("a.yaml", GOOD);
        for (int i = 1; i <= 50; i++) {
            PolicyWatch watch = watching(accepted::add);
            awaitAccepted(i);
            watch.stop();
        }
    }

    @Nested
    class TheDirectory {
        private PolicyDirectory files() {
            return new PolicyDirectory(directory);
        }

        @Test
        void isEveryYamlFileButTestsAndWhatIsHidden() throws IOException {
            write("a.yaml", GOOD);
            write("sub/b.yml", "");
            write("a.test.yaml", "tests: []");
            write("sub/b.test.yml", "tests: []");
            write(".hidden.yaml", "nonsense: true");
            write(".git/c.yaml", "nonsense: true");
            write("notes.txt", "nonsense");
            assertThat(files().policyFiles()).containsOnlyKeys("a.yaml", "sub/b.yml");
            assertThat(files().testFiles()).containsOnlyKeys("a.test.yaml", "sub/b.test.yml");
        }

        @Test
        void mayBeMountedAsKubernetesDoes() throws IOException {
            write("..2026_11_25/a.yaml", GOOD);
            Files.createSymbolicLink(directory.resolve("..data"), Path.of("..2026_11_25"));
            Files.createSymbolicLink(directory.resolve("a.yaml"), Path.of("..data/a.yaml"));
            assertThat(files().policyFiles()).containsExactly(java.util.Map.entry("a.yaml", GOOD));
        }

        @Test
        void mayBeASingleFile() throws IOException {
            write("a.yaml", GOOD);
            assertThat(new PolicyDirectory(directory.resolve("a.yaml"))
                            .read()
                            .document()
                            .upstreams())
                    .hasSize(1);
            assertThatThrownBy(() -> new PolicyDirectory(directory.resolve("nowhere")).read())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("there is no");
        }
    }
}

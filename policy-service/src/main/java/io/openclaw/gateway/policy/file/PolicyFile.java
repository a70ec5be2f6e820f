package io.openclaw.gateway.policy.file;

import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.common.policy.PolicyInForce;
import io.openclaw.gateway.policy.core.InvalidPolicyException;
import io.openclaw.gateway.policy.core.PolicyText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Watches the policy file. A good version is handed on; a broken one changes nothing, is logged, and counts as the gauge
 * {@code openclaw.policy.file.valid} = 0 until it is mended. The content is read again at every look, because files that
 * are mounted or linked do not always show a new time.
 */
public final class PolicyFile implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(PolicyFile.class);
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    private final Path file;
    private final Consumer<PolicyInForce> accepted;
    private volatile @Nullable Thread watcher;
    private volatile @Nullable String problem;
    private @Nullable String lastText;

    /**
     * @param accepted is told of each good version that differs from the one before; what it throws makes it be told again
     */
    public PolicyFile(Path file, Consumer<PolicyInForce> accepted, MeterRegistry meters) {
        this.file = file;
        this.accepted = accepted;
        meters.gauge(
                "openclaw.policy.file.valid",
                this,
                policyFile -> policyFile.problem().isPresent() ? 0 : 1);
    }

    /** Returns what is wrong with the file as it is now, if anything is. */
    public Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    @Override
    public void start() {
        watcher = Thread.ofVirtual().name("policy-file").start(this::watch);
    }

    @Override
    public void stop() {
        Thread running = watcher;
        watcher = null;
        if (running != null) {
            running.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return watcher != null;
    }

    private void watch() {
        while (isRunning()) {
            look();
            try {
                Thread.sleep(LOOK_EVERY);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void look() {
        try {
            String text = Files.readString(file);
            if (text.equals(lastText)) {
                return;
            }
            PolicyInForce policy = PolicyText.read(text);
            accepted.accept(policy);
            lastText = text;
            problem = null;
            log.info("policy {} read from {}", policy.version(), file);
        } catch (InvalidPolicyException e) {
            report("the policy file " + file + " is broken: " + e.getMessage());
        } catch (IOException e) {
            report("the policy file " + file + " cannot be read: " + e);
        } catch (RuntimeException e) {
            report("the policy of " + file + " could not be published, and will be tried again: " + e);
        }
    }

    private void report(String newProblem) {
        if (!newProblem.equals(problem)) {
            log.error("{}; the last good policy stays in force", newProblem);
        }
        problem = newProblem;
    }
}

package io.openclaw.gateway.policy.file;

import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.common.kafka.PipelineLifecycle;
import io.openclaw.gateway.common.policy.PolicyInForce;
import io.openclaw.gateway.policy.core.InvalidPolicyException;
import io.openclaw.gateway.policy.core.PolicyText;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the policy's files. A good version is handed on; a broken one changes nothing, is logged, and counts as the gauge
 * {@code openclaw.policy.file.valid} = 0 until it is mended. The content is read again at every look, because files that
 * are mounted or linked do not always show a new time.
 */
public final class PolicyWatch implements PipelineLifecycle {
    private static final Logger log = LoggerFactory.getLogger(PolicyWatch.class);
    private static final Duration LOOK_EVERY = Duration.ofMillis(400);

    private final PolicyDirectory directory;
    private final Consumer<PolicyInForce> accepted;
    private volatile boolean running;
    private @Nullable Thread watcher;
    private volatile @Nullable String problem;
    private @Nullable Map<String, String> lastFiles;

    /**
     * @param accepted is told of each good version that differs from the one before; what it throws makes it be told again
     */
    public PolicyWatch(PolicyDirectory directory, Consumer<PolicyInForce> accepted, MeterRegistry meters) {
        this.directory = directory;
        this.accepted = accepted;
        meters.gauge(
                "openclaw.policy.file.valid", this, watch -> watch.problem().isPresent() ? 0 : 1);
    }

    /** Returns what is wrong with the files as they are now, if anything is. */
    public Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    @Override
    public synchronized void start() {
        running = true;
        watcher = Thread.ofVirtual().name("policy-watch").start(this::watch);
    }

    @Override
    public synchronized void stop() {
        running = false;
        if (watcher != null) {
            watcher.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
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
            Map<String, String> files = directory.policyFiles();
            if (files.equals(lastFiles)) {
                // They may have been broken in between.
                problem = null;
                return;
            }
            PolicyInForce policy = PolicyText.read(files);
            accepted.accept(policy);
            lastFiles = files;
            problem = null;
            log.info("policy {} read from {}", policy.version(), directory);
        } catch (InvalidPolicyException e) {
            report("the policy in " + directory + " is broken: " + e.getMessage());
        } catch (IOException e) {
            report("the policy in " + directory + " cannot be read: " + e);
        } catch (RuntimeException e) {
            report("the policy in " + directory + " could not be published, and will be tried again: " + e);
        }
    }

    private void report(String newProblem) {
        if (!newProblem.equals(problem)) {
            log.error("{}; the last good policy stays in force", newProblem);
        }
        problem = newProblem;
    }
}

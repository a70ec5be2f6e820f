package io.openclaw.gateway.audit;

import io.openclaw.gateway.common.health.BackgroundWork;
import io.openclaw.gateway.common.health.KeptLoop;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/** Does something again and again while the process runs. What fails is a problem in {@link BackgroundWork} until it works. */
final class RecordLoop implements SmartLifecycle {
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

    private final String name;
    private final Duration every;
    private final BackgroundWork work;
    private final KeptLoop.Pass pass;
    private @Nullable KeptLoop loop;

    RecordLoop(String name, Duration every, BackgroundWork work, KeptLoop.Pass pass) {
        this.name = name;
        this.every = every;
        this.work = work;
        this.pass = pass;
    }

    @Override
    public synchronized void start() {
        if (loop == null) {
            loop = KeptLoop.start(name, work, every, pass);
        }
    }

    @Override
    public synchronized void stop() {
        if (loop != null) {
            loop.stop(STOP_TIMEOUT);
            loop = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return loop != null;
    }
}

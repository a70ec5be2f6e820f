package io.openclaw.gateway.ingress.web;

import io.openclaw.gateway.ingress.kafka.Calls;
import java.time.Duration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * When this process is told to stop, its web server takes no more requests and waits for those it has. Whoever still waits for
 * a call five seconds later, because a person has to decide or its tool takes long, is told what is known and where to ask
 * again, rather than cut off when the server's own patience ends.
 */
final class Farewell implements SmartLifecycle {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Calls calls;
    private volatile boolean running;

    Farewell(Calls calls) {
        this.calls = calls;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        Thread.ofVirtual().name("farewell").start(() -> {
            try {
                Thread.sleep(PATIENCE);
                calls.leave();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE;
    }
}

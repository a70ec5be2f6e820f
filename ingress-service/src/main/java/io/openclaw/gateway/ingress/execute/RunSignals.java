package io.openclaw.gateway.ingress.execute;

import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Wakes those who wait for a change of a run, where it is driven by this instance. Thread-safe. */
public final class RunSignals {
    private final Map<UUID, Signal> waiting = new ConcurrentHashMap<>();

    /** The next change of a run. */
    public static final class Signal {
        private final CountDownLatch latch = new CountDownLatch(1);

        /** Waits for it. */
        void await(Duration timeout) {
            try {
                if (!latch.await(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                    return;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Returns the next change of a run. Ask for it before you look at the run, and you miss none. */
    Signal of(UUID runId) {
        return waiting.computeIfAbsent(runId, id -> new Signal());
    }

    /** A run was changed. */
    public void changed(UUID runId) {
        Signal signal = waiting.remove(runId);
        if (signal != null) {
            signal.latch.countDown();
        }
    }
}

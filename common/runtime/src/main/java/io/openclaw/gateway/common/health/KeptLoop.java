package io.openclaw.gateway.common.health;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A loop on a platform thread of its own, which goes on until it is stopped. What a pass throws, an {@link Error} too, is
 * logged, counts as failing work, and is followed by a further pass after a pause: a thread that died unseen would leave
 * calls without an end. A thread that is gone all the same is a problem in {@link BackgroundWork}.
 */
public final class KeptLoop {
    private static final Logger log = LoggerFactory.getLogger(KeptLoop.class);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

    private final String name;
    private final BackgroundWork work;
    private final Duration every;
    private final Pass pass;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;

    /** One turn of a loop. It ends in good time, so that the loop can be stopped. */
    public interface Pass {
        /** Does what there is to do; throws if that failed, and is called again. */
        void run() throws Exception;
    }

    private KeptLoop(String name, BackgroundWork work, Duration every, Pass pass) {
        this.name = name;
        this.work = work;
        this.every = every;
        this.pass = pass;
        this.thread = Thread.ofPlatform().name(name).unstarted(this::run);
    }

    /**
     * Starts a loop.
     *
     * @param name of the thread, and of the work
     * @param every the pause between two passes
     */
    public static KeptLoop start(String name, BackgroundWork work, Duration every, Pass pass) {
        var loop = new KeptLoop(name, work, every, pass);
        loop.thread.start();
        work.check(name + "-thread", loop::problem);
        return loop;
    }

    private void run() {
        while (isKept()) {
            Duration pause = every;
            try {
                pass.run();
                work.works(name);
            } catch (InterruptedException e) {
                // Nobody else interrupts this thread: it is time to stop.
                return;
            } catch (Throwable e) {
                pause = PAUSE_AFTER_FAILURE;
                tell(e);
            }
            if (!pauses(pause)) {
                return;
            }
        }
    }

    @SuppressWarnings(
            "EmptyCatch") // There may be no memory left to say so; the next pass is worth more than the words.
    private void tell(Throwable problem) {
        try {
            work.failed(name, problem);
            log.error("{} failed, and goes on", name, problem);
        } catch (Throwable e) {
            // See above.
        }
    }

    private boolean pauses(Duration pause) {
        try {
            return pause.isZero() || !stopped.await(pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** Tells whether the loop is to go on. */
    public boolean isKept() {
        return stopped.getCount() > 0;
    }

    private Optional<String> problem() {
        return !isKept() || thread.isAlive()
                ? Optional.empty()
                : Optional.of("the thread " + name + " has died; restart this process");
    }

    /** Lets the pass that runs come to its end, and waits for that; interrupts it if it does not within the time. */
    public void stop(Duration timeout) {
        stopped.countDown();
        try {
            if (!thread.join(timeout)) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

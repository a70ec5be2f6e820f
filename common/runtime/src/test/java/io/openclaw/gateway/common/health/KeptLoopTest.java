package io.openclaw.gateway.common.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class KeptLoopTest {
    private final BackgroundWork work = new BackgroundWork();

    @Test
    void aLoopThatThrowsAnErrorIsAProblemAndGoesOn() throws Exception {
        var passes = new AtomicInteger();
        var failedOnce = new CountDownLatch(1);
        var goesOn = new CountDownLatch(1);
        var mayGoOn = new Semaphore(0);
        KeptLoop loop = KeptLoop.start("some work", work, Duration.ZERO, () -> {
            if (passes.incrementAndGet() == 1) {
                throw new StackOverflowError("too deep");
            }
            failedOnce.countDown();
            mayGoOn.acquire();
            goesOn.countDown();
        });
        try {
            assertThat(failedOnce.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(work.problems())
                    .hasEntrySatisfying("some work", why -> assertThat(why).contains("StackOverflowError", "too deep"));
            mayGoOn.release(2);
            assertThat(goesOn.await(30, TimeUnit.SECONDS)).isTrue();
            mayGoOn.release();
            while (passes.get() < 4) {
                Thread.onSpinWait();
                mayGoOn.release();
            }
            assertThat(work.problems()).isEmpty();
        } finally {
            loop.stop(Duration.ZERO);
        }
    }

    @Test
    void aThreadThatIsGoneIsAProblem() throws Exception {
        var thread = new Thread[1];
        var begun = new CountDownLatch(1);
        KeptLoop.start("work", work, Duration.ofHours(1), () -> {
            thread[0] = Thread.currentThread();
            begun.countDown();
        });
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(work.problems()).isEmpty();
        thread[0].interrupt();
        thread[0].join();
        assertThat(work.problems()).containsKey("work-thread");
    }

    @Test
    void aLoopThatIsStoppedIsNoProblem() {
        KeptLoop loop = KeptLoop.start("work", work, Duration.ofHours(1), () -> {});
        loop.stop(Duration.ofSeconds(30));
        assertThat(work.problems()).isEmpty();
        assertThat(loop.isKept()).isFalse();
    }
}

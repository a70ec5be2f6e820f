package io.openclaw.gateway.ingress.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ParsingPoolTest {
    private final ParsingPool pool = new ParsingPool(2);

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void parsesSmallThingsAtOnce() {
        assertThat(pool.<Thread>parse(ParsingPool.LARGE - 1, Thread::currentThread))
                .isSameAs(Thread.currentThread());
    }

    @Test
    void parsesLargeThingsOnPlatformThreads() throws Exception {
        try (var requests = Executors.newVirtualThreadPerTaskExecutor()) {
            Thread thread = requests.submit(() -> pool.<Thread>parse(ParsingPool.LARGE, Thread::currentThread))
                    .get();
            assertThat(thread.isVirtual()).isFalse();
            assertThat(thread.getName()).startsWith("parsing-");
        }
    }

    @Test
    void throwsWhatParsingThrows() {
        Supplier<String> failing = () -> {
            throw new InvalidRequestException("no JSON");
        };
        assertThatThrownBy(() -> pool.parse(ParsingPool.LARGE, failing))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("no JSON");
    }

    /** However many large bodies there are, two are parsed at a time, and a virtual thread still runs. */
    @Test
    void boundsHowManyAreParsedAtATime() {
        var gate = new CountDownLatch(1);
        var running = new AtomicInteger();
        try (var requests = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                requests.execute(() -> pool.parse(ParsingPool.LARGE, () -> {
                    running.incrementAndGet();
                    try {
                        gate.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return running.get();
                }));
            }
            await().until(() -> pool.waiting() == 18);
            assertThat(running).hasValue(2);
            var health = new AtomicInteger();
            requests.execute(health::incrementAndGet);
            await().until(() -> health.get() == 1);
            gate.countDown();
        }
        assertThat(running).hasValue(20);
    }
}

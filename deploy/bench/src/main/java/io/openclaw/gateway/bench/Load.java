package io.openclaw.gateway.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** A closed loop: so many callers, each of which asks again as soon as it is answered, for so long. */
final class Load {
    private static final Duration ROUND = Duration.ofSeconds(15);
    private static final int MOST_ROUNDS = 40;

    private Load() {}

    /** One caller. */
    interface Caller extends AutoCloseable {
        /** Asks once and waits for the answer. */
        void call() throws Exception;

        @Override
        default void close() throws IOException {}
    }

    /** Makes callers. */
    interface Callers {
        Caller open(int number) throws Exception;
    }

    /**
     * What was measured.
     *
     * @param calls how many calls were answered while it was measured
     * @param failures how many calls failed
     * @param p50Millis half of the calls took at most this
     */
    record Figures(
            int concurrency, long calls, long failures, double callsPerSecond, double p50Millis, double p99Millis) {}

    /**
     * Runs callers until that makes them no faster, because the code is compiled by then: until a minute brought no round that
     * was 2 % faster than the best one before; ten minutes at most.
     */
    static void warmUp(int concurrency, Callers callers) throws InterruptedException {
        double best = 0;
        int noFaster = 0;
        for (int round = 0; round < MOST_ROUNDS && noFaster < 4; round++) {
            double now = run(concurrency, Duration.ZERO, ROUND, callers).callsPerSecond();
            System.err.println("warming up: " + now + " calls/s");
            noFaster = now > 1.02 * best ? 0 : noFaster + 1;
            best = Math.max(best, now);
        }
    }

    /** Runs callers, first unmeasured for {@code warmUp}, then measured for {@code time}. */
    static Figures run(int concurrency, Duration warmUp, Duration time, Callers callers) throws InterruptedException {
        var latencies = new ConcurrentLinkedQueue<long[]>();
        var failures = new AtomicLong();
        long measureFrom = System.nanoTime() + warmUp.toNanos();
        long end = measureFrom + time.toNanos();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < concurrency; i++) {
            int number = i;
            threads.add(Thread.ofVirtual().start(() -> {
                long[] mine = new long[1024];
                int count = 0;
                try (Caller caller = callers.open(number)) {
                    for (long start = System.nanoTime(); start < end; start = System.nanoTime()) {
                        caller.call();
                        long now = System.nanoTime();
                        if (start >= measureFrom && now <= end) {
                            if (count == mine.length) {
                                mine = Arrays.copyOf(mine, 2 * count);
                            }
                            mine[count++] = now - start;
                        }
                    }
                } catch (Exception e) {
                    if (failures.getAndIncrement() == 0) {
                        System.err.println("a caller failed: " + e);
                    }
                }
                latencies.add(Arrays.copyOf(mine, count));
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        long[] sorted =
                latencies.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        double seconds = time.toNanos() / 1e9;
        return new Figures(
                concurrency,
                sorted.length,
                failures.get(),
                rounded(sorted.length / seconds),
                millis(sorted, 0.5),
                millis(sorted, 0.99));
    }

    private static double millis(long[] sorted, double share) {
        return sorted.length == 0 ? Double.NaN : rounded(sorted[(int) (share * (sorted.length - 1))] / 1e6);
    }

    static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}

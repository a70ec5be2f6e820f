package io.openclaw.gateway.common;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.function.Consumer;

/** How the work on a text grows with its length, in processor time of one thread: another load slows all of it down alike. */
public final class Growth {
    private static final int MAX_TURNS = 60;
    /** Linear work grows four times, quadratic work sixteen times. */
    private static final int MAX_GROWTH = 8;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private Growth() {}

    /** Asserts that work on four times as much text is about four times the work. */
    public static void assertLinear(String text, Consumer<String> work) {
        String quarter = text.substring(0, text.length() / 4);
        long ofQuarter = Long.MAX_VALUE;
        long ofWhole = Long.MAX_VALUE;
        // The least of some turns: in the first ones the code is not compiled yet.
        for (int turn = 0; turn < MAX_TURNS && (turn < 3 || ofWhole > MAX_GROWTH * ofQuarter); turn++) {
            ofQuarter = Math.min(ofQuarter, time(quarter, work));
            ofWhole = Math.min(ofWhole, time(text, work));
        }
        assertThat(ofWhole)
                .as("ns of processor time; a quarter of the text takes %,d", ofQuarter)
                .isLessThanOrEqualTo(MAX_GROWTH * ofQuarter);
    }

    private static long time(String text, Consumer<String> work) {
        long start = THREADS.getCurrentThreadCpuTime();
        work.accept(text);
        return THREADS.getCurrentThreadCpuTime() - start;
    }
}

package io.openclaw.gateway.common.metrics;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** The buckets of histograms: few, and the same everywhere, so that they can be added up. */
public final class Histograms {
    private static final Duration[] WORK = {
        Duration.ofMillis(1),
        Duration.ofNanos(2_500_000),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5)
    };

    private static final Duration[] PEOPLE = {
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        Duration.ofMinutes(15),
        Duration.ofMinutes(30),
        Duration.ofHours(1),
        Duration.ofHours(4),
        Duration.ofHours(24)
    };

    private Histograms() {}

    /** Begins a timer of what programs do: buckets from a millisecond to five minutes. */
    public static Timer.Builder ofWork(String name) {
        return Timer.builder(name).serviceLevelObjectives(WORK.clone());
    }

    /** Begins a timer of what people do: buckets from ten seconds to a day. */
    public static Timer.Builder ofPeople(String name) {
        return Timer.builder(name).serviceLevelObjectives(PEOPLE.clone());
    }
}

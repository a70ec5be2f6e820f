package io.openclaw.gateway.ingress.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.testing.MutableClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TokenBucketsTest {
    private final MutableClock clock = new MutableClock(Instant.parse("2026-11-26T12:00:00Z"));
    private final TokenBuckets buckets = new TokenBuckets(clock);

    @Test
    void holdWhatMayBeUsedInAMinute() {
        assertThat(buckets.tryTake("a", 60, 60)).isZero();
        assertThat(buckets.tryTake("a", 1, 60)).isEqualTo(Duration.ofSeconds(1));
        assertThat(buckets.tryTake("b", 60, 60)).isZero();
    }

    @Test
    void fillUpEvenly() {
        buckets.tryTake("a", 60, 60);
        clock.advance(Duration.ofSeconds(10));
        assertThat(buckets.tryTake("a", 11, 60)).isEqualTo(Duration.ofSeconds(1));
        assertThat(buckets.tryTake("a", 10, 60)).isZero();
    }

    @Test
    void holdNoMoreThanAMinutesWorthHoweverLongNothingIsUsed() {
        buckets.tryTake("a", 1, 60);
        clock.advance(Duration.ofDays(1));
        assertThat(buckets.tryTake("a", 61, 60)).isPositive();
        assertThat(buckets.tryTake("a", 60, 60)).isZero();
    }

    @Test
    void takeNothingThatIsNotThere() {
        buckets.tryTake("a", 59, 60);
        buckets.tryTake("a", 2, 60);
        assertThat(buckets.tryTake("a", 1, 60)).isZero();
    }

    @Test
    void sayHowLongItTakesWithoutTakingAnything() {
        buckets.tryTake("a", 60, 60);
        assertThat(buckets.timeUntil("a", 30, 60)).isEqualTo(Duration.ofSeconds(30));
        assertThat(buckets.timeUntil("a", 30, 60)).isEqualTo(Duration.ofSeconds(30));
        assertThat(buckets.timeUntil("b", 30, 60)).isZero();
    }

    @Test
    void letADebtGrowToAMinutesWorthAndNoFurther() {
        for (int i = 0; i < 1_000; i++) {
            buckets.take("a", 1, 60);
        }
        assertThat(buckets.timeUntil("a", 1, 60)).isEqualTo(Duration.ofSeconds(61));
        clock.advance(Duration.ofSeconds(61));
        assertThat(buckets.tryTake("a", 1, 60)).isZero();
    }

    @Test
    void neverLetAnythingThroughALimitOfNothing() {
        assertThat(buckets.tryTake("a", 1, 0)).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void doNotFillUpWhenTheClockGoesBack() {
        buckets.tryTake("a", 60, 60);
        clock.advance(Duration.ofSeconds(-30));
        assertThat(buckets.timeUntil("a", 1, 60)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void areForgottenOnceTheyAreFull() {
        for (int i = 0; i < 100; i++) {
            buckets.tryTake("agent " + i, 1, 60);
        }
        assertThat(buckets.size()).isEqualTo(100);
        clock.advance(Duration.ofSeconds(61));
        buckets.tryTake("a", 1, 60);
        assertThat(buckets.size()).isOne();
    }
}

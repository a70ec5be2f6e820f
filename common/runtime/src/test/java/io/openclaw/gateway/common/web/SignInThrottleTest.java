package io.openclaw.gateway.common.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class SignInThrottleTest {
    private static final String HOME = "192.0.2.1";
    private static final String ATTACKER = "198.51.100.7";

    private final MovableClock clock = new MovableClock();
    private final SignInThrottle throttle = new SignInThrottle(clock);

    /** Tries a wrong password whenever that is possible for so long; returns how many were looked at. */
    private int guesses(String address, Duration time) {
        Instant end = clock.instant().plus(time);
        int guesses = 0;
        while (clock.instant().isBefore(end)) {
            Duration wait = throttle.begin("admin", address);
            if (wait.isZero()) {
                guesses++;
            } else {
                clock.advance(wait);
            }
        }
        return guesses;
    }

    @Test
    void aPersonMayBeWrongSomeTimes() {
        for (int i = 0; i < SignInThrottle.FREE_FAILURES; i++) {
            assertThat(throttle.begin("admin", HOME)).isZero();
        }
        assertThat(throttle.begin("admin", HOME)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aRightPasswordForgetsTheWrongOnes() {
        for (int i = 0; i < 100; i++) {
            assertThat(throttle.begin("admin", HOME)).isZero();
            throttle.succeeded("admin", HOME);
        }
        assertThat(throttle.failures("admin", HOME)).isZero();
    }

    @Test
    void whoeverGuessesFromOneAddressGetsFewGuesses() {
        assertThat(guesses(ATTACKER, Duration.ofHours(24)))
                .isLessThan(SignInThrottle.FREE_FAILURES
                        + 10
                        + (int) Duration.ofHours(24).dividedBy(SignInThrottle.MAX_LOCK));
    }

    @Test
    void aGuesserDoesNotLockOutThePersonAtAnotherAddress() {
        guesses(ATTACKER, Duration.ofHours(2));
        assertThat(throttle.begin("admin", HOME)).isZero();
    }

    @Test
    void manyAddressesAreSlowedDownAndNotThePersonWhoHasSignedInBefore() {
        assertThat(throttle.begin("admin", HOME)).isZero();
        throttle.succeeded("admin", HOME);
        int looked = 0;
        for (int i = 0; i < 1_000; i++) {
            looked += throttle.begin("admin", "198.51.100." + i).isZero() ? 1 : 0;
        }
        assertThat(looked).isEqualTo(SignInThrottle.MAX_FAILURES_PER_MINUTE);
        assertThat(throttle.begin("admin", HOME)).isZero();
        assertThat(throttle.begin("other", "203.0.113.5")).isZero();
        clock.advance(Duration.ofMinutes(1));
        assertThat(throttle.begin("admin", "203.0.113.5")).isZero();
    }

    @Test
    void aSecondUserAtTheSameAddressIsNotLocked() {
        guesses(ATTACKER, Duration.ofMinutes(10));
        assertThat(throttle.begin("alice", ATTACKER)).isZero();
    }

    private static final class MovableClock extends Clock {
        private Instant now = Instant.parse("2026-11-26T12:00:00Z");

        void advance(Duration by) {
            now = now.plus(by);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}

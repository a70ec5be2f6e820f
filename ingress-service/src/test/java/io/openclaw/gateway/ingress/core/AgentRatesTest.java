package io.openclaw.gateway.ingress.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class AgentRatesTest {
    private static final AgentLimits LIMITS = new AgentLimits(10, 6_000, 3);

    private final MovableClock clock = new MovableClock();
    private final AgentRates rates = new AgentRates(clock);

    @Test
    void refusesBytesBeyondTheMinutesLimitAndSaysWhen() {
        rates.takeBytes("greedy", 6_000, LIMITS);
        assertThatThrownBy(() -> rates.takeBytes("greedy", 1_000, LIMITS))
                .asInstanceOf(type(LimitExceededException.class))
                .satisfies(refused -> {
                    assertThat(refused).hasMessageContaining("'greedy'").hasMessageContaining("6000 bytes");
                    assertThat(refused.retryAfterSeconds()).isEqualTo(10);
                });
        rates.takeBytes("other", 6_000, LIMITS);
        clock.advance(Duration.ofSeconds(10));
        rates.takeBytes("greedy", 1_000, LIMITS);
        assertThatThrownBy(() -> rates.takeBytes("greedy", 1, LIMITS)).isInstanceOf(LimitExceededException.class);
    }

    @Test
    void refusesByTheAnnouncedLengthBeforeAnythingIsRead() {
        rates.takeBytes("greedy", 5_900, LIMITS);
        assertThatThrownBy(() -> rates.requireBytes("greedy", 101, LIMITS)).isInstanceOf(LimitExceededException.class);
        assertThatCode(() -> rates.requireBytes("greedy", 100, LIMITS)).doesNotThrowAnyException();
        rates.takeBytes("greedy", 100, LIMITS);
        assertThatThrownBy(() -> rates.requireBytes("greedy", 0, LIMITS)).isInstanceOf(LimitExceededException.class);
    }

    @Test
    void sendsNoMoreThanTheLimitInAnyMinuteOfALongTime() {
        long sent = 0;
        for (int second = 0; second < 600; second++) {
            try {
                rates.takeBytes("greedy", 500, LIMITS);
                sent += 500;
            } catch (LimitExceededException e) {
                assertThat(e.slug()).isEqualTo("too-many-bytes");
            }
            clock.advance(Duration.ofSeconds(1));
        }
        // A full bucket at first, and then as much as ten minutes bring.
        assertThat(sent).isBetween(60_000L, 66_000L);
    }

    @Test
    void refusesCallsAfterTooManyDenialsUntilTimeHasPassed() {
        for (int i = 0; i < 3; i++) {
            rates.requireFewDenials("probing", LIMITS);
            rates.denied("probing", LIMITS);
        }
        assertThatThrownBy(() -> rates.requireFewDenials("probing", LIMITS))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("'probing'");
        rates.requireFewDenials("other", LIMITS);
        clock.advance(Duration.ofSeconds(20));
        rates.requireFewDenials("probing", LIMITS);
    }

    @Test
    void denialsOfCallsThatWereUnderWayMakeADebtOfAtMostAMinute() {
        for (int i = 0; i < 1_000; i++) {
            rates.denied("probing", LIMITS);
        }
        clock.advance(Duration.ofSeconds(79));
        assertThatThrownBy(() -> rates.requireFewDenials("probing", LIMITS)).isInstanceOf(LimitExceededException.class);
        clock.advance(Duration.ofSeconds(1));
        rates.requireFewDenials("probing", LIMITS);
    }

    @Test
    void aLimitOfNothingLetsNothingThrough() {
        var none = new AgentLimits(0, 0, 0);
        assertThatThrownBy(() -> rates.takeBytes("a", 1, none)).isInstanceOf(LimitExceededException.class);
        assertThatThrownBy(() -> rates.requireFewDenials("a", none)).isInstanceOf(LimitExceededException.class);
    }

    @Test
    void agentsThatSendNothingAnyMoreAreForgotten() {
        var buckets = new TokenBuckets(clock);
        for (int i = 0; i < 1_000; i++) {
            assertThat(buckets.tryTake("agent-" + i, 1, 60)).isZero();
        }
        clock.advance(Duration.ofMinutes(2));
        assertThat(buckets.tryTake("last", 1, 60)).isZero();
        assertThat(buckets.size()).isEqualTo(1);
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

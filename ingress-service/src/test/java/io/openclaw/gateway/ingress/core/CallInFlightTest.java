package io.openclaw.gateway.ingress.core;

import static java.util.concurrent.CompletableFuture.supplyAsync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallProgressed;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.testing.Calls;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CallInFlightTest {
    private static final Duration MOMENT = Duration.ofMillis(20);
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
    private static final ToolCall CALL = Calls.call("demo", "openclaw", "exec", RawJson.EMPTY_OBJECT, NOW);
    private static final CallCompleted END =
            CallCompleted.of(CALL, List.of(), Outcome.SUCCEEDED, RawJson.EMPTY_OBJECT, null, Stage.EXECUTOR, NOW);

    private final Shares newsBytes = new Shares(4_000_000);
    private final CallInFlight flight = new CallInFlight(CALL, true, newsBytes);

    static Stream<Function<CallInFlight, Object>> waysToWait() {
        return Stream.of(
                flight -> flight.awaitEnd(LONG),
                flight -> flight.awaitNews(LONG),
                flight -> String.valueOf(flight.awaitNext(LONG)));
    }

    @Nested
    class WhenTheBrokerDidNotTakeIt {
        private final RuntimeException problem = new IllegalStateException("not taken");

        @ParameterizedTest
        @MethodSource("io.openclaw.gateway.ingress.core.CallInFlightTest#waysToWait")
        void whoeverWaitsLearnsOfItAtOnce(Function<CallInFlight, Object> way) {
            CompletableFuture<Object> waiter = supplyAsync(() -> way.apply(flight));
            flight.notTaken(problem);
            assertThatThrownBy(waiter::join).hasCause(problem);
        }

        @ParameterizedTest
        @MethodSource("io.openclaw.gateway.ingress.core.CallInFlightTest#waysToWait")
        void soDoesWhoeverComesLater(Function<CallInFlight, Object> way) {
            flight.notTaken(problem);
            assertThatThrownBy(() -> way.apply(flight)).isSameAs(problem);
        }

        @Test
        void thereIsNoStateOfIt() {
            flight.notTaken(problem);
            assertThatThrownBy(flight::state).isSameAs(problem);
        }
    }

    /** An answer such as "202, it is pending" is a promise that the call is not lost. */
    @Test
    void nobodyIsToldThatItIsPendingBeforeTheBrokerHasIt() throws Exception {
        var waiter = new CompletableFuture<CallState>();
        Thread thread = Thread.ofPlatform().start(() -> waiter.complete(flight.awaitEnd(Duration.ZERO)));
        // It has no time to wait for the end, so what it waits for is the broker.
        Awaitility.await()
                .atMost(LONG)
                .until(() ->
                        thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING);
        assertThat(waiter).isNotDone();
        flight.taken();
        assertThat(waiter.join()).isInstanceOf(CallState.Pending.class);
    }

    @Test
    void itsEndNeedsNoWordOfTheBroker() {
        flight.ended(END);
        assertThat(flight.awaitEnd(LONG)).isEqualTo(new CallState.Ended(END));
        assertThat(flight.awaitNews(LONG)).isEqualTo(new CallState.Ended(END));
        assertThat(flight.awaitNext(LONG)).isEqualTo(new CallNews.Changed(new CallState.Ended(END)));
    }

    @Test
    void aPersonIsNewsAndNotTheEnd() {
        flight.taken();
        flight.waitsUntil(NOW);
        assertThat(flight.awaitNews(LONG)).isInstanceOf(CallState.Waiting.class);
        assertThat(flight.awaitEnd(MOMENT)).isInstanceOf(CallState.Waiting.class);
    }

    @Test
    void theEndIsToldAlsoToWhoeverReadsNothing() {
        for (int i = 0; i < 2_000; i++) {
            flight.waitsUntil(NOW.plusSeconds(i));
        }
        flight.ended(END);
        CallNews last = flight.awaitNext(LONG);
        for (CallNews next = last; next != null; next = flight.awaitNext(Duration.ZERO)) {
            last = next;
            flight.taken();
        }
        assertThat(last).isEqualTo(new CallNews.Changed(new CallState.Ended(END)));
    }

    @Test
    void itLeavesItsSlotOnce() {
        assertThat(flight.leavesItsSlot()).isTrue();
        assertThat(flight.leavesItsSlot()).isFalse();
    }

    @Nested
    class WhatItsUpstreamTells {
        private static CallProgressed message(int number, int length) {
            return new CallProgressed(
                    CALL,
                    number,
                    "notifications/message",
                    RawJson.from(Map.of("data", "x".repeat(length))),
                    NOW,
                    null,
                    Map.of());
        }

        private List<CallNews> read() {
            List<CallNews> read = new ArrayList<>();
            flight.taken();
            for (CallNews next = flight.awaitNext(Duration.ZERO); next != null; ) {
                read.add(next);
                next = flight.awaitNext(Duration.ZERO);
            }
            return read;
        }

        @Test
        void takesBoundedMemoryWhileNobodyReadsIt() {
            for (int i = 1; i <= 200; i++) {
                flight.told(message(i, 100_000));
                assertThat(newsBytes.used()).isLessThanOrEqualTo(300_000);
            }
            List<CallNews> read = read();
            assertThat(read.getFirst()).isEqualTo(new CallNews.LeftOut(198));
            assertThat(read).hasSize(3);
            assertThat(newsBytes.used()).isZero();
        }

        @Test
        void isLeftOutWithANoteIfOneMessageIsTooLarge() {
            flight.told(message(1, 4_000_000));
            flight.told(message(2, 10));
            assertThat(read()).containsExactly(new CallNews.LeftOut(1), new CallNews.Told(message(2, 10)));
        }

        @Test
        void countsNoMoreOnceTheCallIsForgotten() {
            flight.told(message(1, 10));
            assertThat(newsBytes.used()).isPositive();
            flight.ended(END);
            flight.forgetNews();
            assertThat(newsBytes.used()).isZero();
            assertThat(read())
                    .containsExactly(new CallNews.Told(message(1, 10)), new CallNews.Changed(new CallState.Ended(END)));
            assertThat(newsBytes.used()).isZero();
        }

        @Test
        void ofOneAgentLeavesMemoryToOthers() {
            List<CallInFlight> greedy = Stream.generate(() -> new CallInFlight(CALL, true, newsBytes))
                    .limit(100)
                    .toList();
            greedy.forEach(call -> call.told(message(1, 200_000)));
            assertThat(newsBytes.usedBy("demo")).isLessThanOrEqualTo(newsBytes.maximum() / 4);
        }
    }
}

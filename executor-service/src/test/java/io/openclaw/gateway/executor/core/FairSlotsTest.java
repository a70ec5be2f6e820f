package io.openclaw.gateway.executor.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.executor.core.FairSlots.Turn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FairSlotsTest {
    private static final long PLENTY = 1L << 30;

    private final FairSlots slots = new FairSlots(1_000, PLENTY, Integer.MAX_VALUE);
    private final List<String> started = new ArrayList<>();
    private final List<String> displaced = new ArrayList<>();

    private Turn enter(FairSlots where, String upstream, String agent, String name, long bytes, int of) {
        Turn turn = Turn.of(upstream, agent, bytes, () -> started.add(name), () -> displaced.add(name));
        where.enter(turn, of);
        return turn;
    }

    private Turn enter(String upstream, String agent, String name, int of) {
        return enter(slots, upstream, agent, name, 0, of);
    }

    @Test
    void asManyRunAsTheUpstreamHasSlotsAndTheNextWhenOneLeaves() {
        Turn first = enter("slow", "a", "1", 2);
        enter("slow", "a", "2", 2);
        enter("slow", "a", "3", 2);
        assertThat(started).containsExactly("1", "2");
        slots.leave(first);
        slots.leave(first);
        assertThat(started).containsExactly("1", "2", "3");
        assertThat(slots.running()).isEqualTo(2);
        assertThat(slots.waiting()).isZero();
    }

    @Test
    void anUpstreamThatIsSlowHoldsUpNoOther() {
        for (int i = 0; i < 400; i++) {
            enter("slow", "greedy", "slow-" + i, 64);
        }
        enter("fast", "greedy", "fast", 64);
        assertThat(started).hasSize(57).contains("fast");
    }

    @Test
    void anotherAgentFindsAFreeSlotThoughOneHasAskedForAll() {
        for (int i = 0; i < 400; i++) {
            enter("shared", "greedy", "greedy-" + i, 64);
        }
        for (int i = 0; i < 8; i++) {
            enter("shared", "other", "other-" + i, 64);
        }
        assertThat(started).contains("other-0", "other-7");
    }

    @Test
    void theNextSlotGoesToWhoeverHasTheFewest() {
        List<Turn> greedy = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            greedy.add(enter("shared", "greedy", "greedy", 4));
        }
        enter("shared", "b", "b", 4);
        enter("shared", "c", "c", 4);
        started.clear();
        greedy.subList(0, 2).forEach(slots::leave);
        assertThat(started).containsExactly("b", "c");
    }

    @Test
    void aTurnThatWasTakenOutOfTheQueueIsNotStarted() {
        Turn running = enter("slow", "a", "1", 1);
        Turn waits = enter("slow", "a", "2", 1);
        assertThat(slots.remove(waits)).isTrue();
        assertThat(slots.remove(waits)).isFalse();
        assertThat(slots.remove(running)).as("it runs").isFalse();
        slots.leave(running);
        assertThat(started).containsExactly("1");
    }

    @Test
    void whatIsTooMuchIsTheNewestOfTheAgentWithTheMost() {
        var few = new FairSlots(3, PLENTY, Integer.MAX_VALUE);
        enter(few, "slow", "greedy", "runs", 0, 1);
        enter(few, "slow", "greedy", "g1", 0, 1);
        enter(few, "slow", "greedy", "g2", 0, 1);
        enter(few, "slow", "greedy", "g3", 0, 1);
        enter(few, "slow", "other", "o1", 0, 1);
        assertThat(displaced).containsExactly("g3");
        enter(few, "slow", "greedy", "g4", 0, 1);
        assertThat(displaced).containsExactly("g3", "g4");
        enter(few, "other upstream", "greedy", "runs too", 0, 1);
        enter(few, "other upstream", "greedy", "waits too", 0, 1);
        assertThat(displaced).as("the other upstream has a queue of its own").hasSize(2);
    }

    @Test
    void bytesAreBoundedOverAllUpstreamsAtTheCostOfWhoeverHasTheMost() {
        var few = new FairSlots(1_000, 5_000_000, Integer.MAX_VALUE);
        enter(few, "a", "greedy", "runs a", 4_000_000, 1);
        enter(few, "b", "greedy", "runs b", 4_000_000, 1);
        enter(few, "a", "greedy", "g1", 4_000_000, 1);
        for (int i = 0; i < 100; i++) {
            enter(few, "b", "other", "o" + i, 1_000, 1);
        }
        assertThat(displaced).isEmpty();
        enter(few, "b", "greedy", "g2", 4_000_000, 1);
        assertThat(displaced).containsAnyOf("g1", "g2").hasSize(1);
    }

    @Test
    void aCallThatGoesOnIsBeforeThoseOfItsAgentThatHaveNotStartedAndIsNotDisplaced() {
        var few = new FairSlots(1, PLENTY, Integer.MAX_VALUE);
        Turn runs = enter(few, "slow", "a", "1", 0, 1);
        enter(few, "slow", "a", "2", 0, 1);
        few.enter(Turn.resuming("slow", "a", () -> started.add("again")), 1);
        assertThat(displaced).containsExactly("2");
        few.leave(runs);
        assertThat(started).containsExactly("1", "again");
    }

    @Test
    void whereThereIsALimitForAllTheUpstreamsTakeTurns() {
        var two = new FairSlots(100, PLENTY, 2);
        List<Turn> a = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            a.add(enter(two, "a", "x", "a" + i, 0, 10));
        }
        for (int i = 0; i < 2; i++) {
            enter(two, "b", "x", "b" + i, 0, 10);
        }
        a.subList(0, 2).forEach(two::leave);
        assertThat(started).containsExactlyInAnyOrder("a0", "a1", "a2", "b0");
        assertThat(two.running()).isEqualTo(2);
    }

    @Test
    void aBoundThatIsNoneIsRefused() {
        assertThatThrownBy(() -> new FairSlots(0, 1, 1)).hasMessageContaining("0 waiting calls");
    }

    /** A queue that breaks its own bounds would show here, whatever came in which order. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void boundsHoldAndNobodyIsForgottenInAnyOrder(long seed) {
        var random = new Random(seed);
        var some = new FairSlots(20, 200_000, random.nextBoolean() ? 12 : Integer.MAX_VALUE);
        Map<String, Integer> runningBy = new HashMap<>();
        List<Turn> running = new ArrayList<>();
        Map<Turn, String> ends = new HashMap<>();
        List<Turn> all = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            if (random.nextInt(3) > 0) {
                String upstream = "u" + random.nextInt(3);
                var self = new Turn[1];
                self[0] = Turn.of(
                        upstream,
                        "a" + random.nextInt(4),
                        random.nextInt(20_000),
                        () -> {
                            running.add(self[0]);
                            assertThat(ends.put(self[0], "granted")).isNull();
                            assertThat(runningBy.merge(upstream, 1, Integer::sum))
                                    .isLessThanOrEqualTo(8);
                        },
                        () -> assertThat(ends.put(self[0], "displaced")).isNull());
                all.add(self[0]);
                ofTurn.put(self[0], upstream);
                some.enter(self[0], 8);
            } else if (!running.isEmpty()) {
                Turn one = running.remove(random.nextInt(running.size()));
                runningBy.merge(ofTurn.getOrDefault(one, ""), -1, Integer::sum);
                some.leave(one);
            }
            assertThat(some.waiting()).isLessThanOrEqualTo(60);
        }
        while (!running.isEmpty()) {
            Turn one = running.removeFirst();
            runningBy.merge(ofTurn.getOrDefault(one, ""), -1, Integer::sum);
            some.leave(one);
        }
        assertThat(ends.keySet()).containsAll(all);
        assertThat(some.waiting()).isZero();
        assertThat(some.running()).isZero();
    }

    private final Map<Turn, String> ofTurn = new HashMap<>();

    /**
     * Virtual time: an agent asks for half of what an upstream can do; another floods it with calls that take as long. The
     * first one's 99th percentile at most doubles.
     */
    @Test
    void underHalfLoadAFloodOfAnotherAgentAtMostDoublesTheLatency() {
        assertThat(percentile99(false)).isEqualTo(1_000);
        assertThat(percentile99(true)).isLessThanOrEqualTo(2_000);
    }

    private static long percentile99(boolean flooded) {
        record Event(long at, Runnable what) {}
        var simulated = new FairSlots(1_000, PLENTY, Integer.MAX_VALUE);
        var events = new PriorityQueue<Event>((x, y) -> Long.compare(x.at(), y.at()));
        long[] now = {0};
        List<Long> latencies = new ArrayList<>();
        class Caller {
            void call(String agent) {
                long asked = now[0];
                var turn = new Turn[1];
                turn[0] = Turn.of(
                        "u",
                        agent,
                        0,
                        () -> events.add(new Event(now[0] + 1_000, () -> {
                            if (agent.equals("measured")) {
                                latencies.add(now[0] - asked);
                            }
                            simulated.leave(turn[0]);
                            if (agent.equals("flood")) {
                                call(agent);
                            }
                        })),
                        () -> {});
                simulated.enter(turn[0], 64);
            }
        }
        var caller = new Caller();
        if (flooded) {
            for (int i = 0; i < 400; i++) {
                events.add(new Event(i, () -> caller.call("flood")));
            }
        }
        // 32 calls of a second each second: half of 64 slots.
        for (int i = 0; i < 2_000; i++) {
            events.add(new Event(5_000 + i * 1_000L / 32, () -> caller.call("measured")));
        }
        while (!events.isEmpty() && latencies.size() < 2_000) {
            Event next = events.remove();
            now[0] = next.at();
            next.what().run();
        }
        latencies.sort(null);
        return latencies.get(latencies.size() * 99 / 100);
    }
}

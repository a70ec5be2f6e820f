package io.openclaw.gateway.executor.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.executor.core.ClaimRules.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClaimRulesTest {

    @ParameterizedTest
    @CsvSource({"true,false,START", "true,true,LEAVE", "false,false,LEAVE", "false,true,LEAVE"})
    void whatIsDoneWithARecordThatIsRead(boolean mine, boolean held, Step step) {
        assertThat(ClaimRules.onRead(mine, held)).isEqualTo(step);
    }

    @ParameterizedTest
    @CsvSource({
        "true,false,false,LEAVE",
        "true,false,true,LEAVE",
        "true,true,false,LEAVE",
        "true,true,true,LEAVE",
        "false,true,false,START",
        "false,true,true,START",
        "false,false,true,REPEAT",
        "false,false,false,END_AS_UNKNOWN"
    })
    void whatIsDoneWithAClaimThatIsTakenOver(boolean held, boolean givenBack, boolean repeatable, Step step) {
        assertThat(ClaimRules.onTakeOver(held, givenBack, repeatable)).isEqualTo(step);
    }

    /**
     * A table of claims and processes that read, lose answers, die and stop at any moment, in a random order: a call with side
     * effects is begun at most once, and every call has an end when the living have done what there is to do.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void inAnyOrderOfDeathsAndLostAnswersNothingIsBegunTwiceAndNothingIsLost(long seed) {
        for (int n = 0; n < 200; n++) {
            var world = new World(new Random(seed * 1_000 + n), n % 2 == 0);
            for (int i = 0; i < 60; i++) {
                world.something();
            }
            world.settle();
            if (!world.repeatable) {
                assertThat(world.begun.values()).allMatch(times -> times <= 1);
            }
            assertThat(world.ended).containsExactlyInAnyOrderElementsOf(World.CALLS);
        }
    }

    /** What {@code ClaimStore}, the share group and a process do, with what may go wrong between two of their steps. */
    private static final class World {
        private static final List<String> CALLS = List.of("1", "2", "3", "4");

        private record Claim(String by, boolean takenOver, boolean givenBack) {}

        private static final class Member {
            private final String name;
            private final Set<String> held = new HashSet<>();
            private final Set<String> running = new HashSet<>();
            private boolean mayHaveTakenMore;

            Member(String name) {
                this.name = name;
            }
        }

        private final Random random;
        private final boolean repeatable;
        private final Map<String, Claim> claims = new HashMap<>();
        private final Set<String> acknowledged = new HashSet<>();
        private final Set<String> ended = new HashSet<>();
        private final Map<String, Integer> begun = new HashMap<>();
        private List<Member> living = new ArrayList<>();
        private int starts;

        World(Random random, boolean repeatable) {
            this.random = random;
            this.repeatable = repeatable;
            living.add(born());
            living.add(born());
        }

        private Member born() {
            return new Member("executor-" + ++starts);
        }

        void something() {
            Member process = living.get(random.nextInt(living.size()));
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> read(process, CALLS.get(random.nextInt(CALLS.size())), random.nextInt(4) == 0);
                case 3 -> takeOver(process, random.nextInt(4) == 0);
                case 4, 5 -> end(process);
                case 6 -> replace(process);
                default -> {
                    giveBack(process);
                    replace(process);
                }
            }
        }

        /** The living go on, nobody dies any more. */
        void settle() {
            for (int i = 0; i < 10; i++) {
                for (Member process : living) {
                    CALLS.forEach(call -> read(process, call, false));
                    takeOver(process, false);
                    ended.addAll(process.running);
                    process.running.forEach(call -> begun.merge(call, 1, Integer::sum));
                    process.running.clear();
                }
            }
        }

        private void read(Member process, String call, boolean answerIsLost) {
            boolean held = process.held.contains(call);
            if (!ended.contains(call) || claims.containsKey(call)) {
                claims.putIfAbsent(call, new Claim(process.name, false, false));
            }
            if (answerIsLost) {
                return;
            }
            Claim claim = claims.get(call);
            boolean mine =
                    claim != null && claim.by().equals(process.name) && !claim.takenOver() && !ended.contains(call);
            run(process, call, ClaimRules.onRead(mine, held));
            acknowledged.add(call);
        }

        private void takeOver(Member process, boolean answerIsLost) {
            List<String> found = new ArrayList<>();
            Set<String> givenBack = new HashSet<>();
            claims.forEach((call, claim) -> {
                boolean dead = living.stream().noneMatch(other -> other.name.equals(claim.by()));
                if (!ended.contains(call) && dead) {
                    found.add(call);
                    if (claim.givenBack()) {
                        givenBack.add(call);
                    }
                }
            });
            found.forEach(call -> claims.put(call, new Claim(process.name, true, false)));
            if (answerIsLost) {
                process.mayHaveTakenMore = true;
                return;
            }
            if (process.mayHaveTakenMore) {
                claims.forEach((call, claim) -> {
                    if (claim.by().equals(process.name) && claim.takenOver() && !found.contains(call)) {
                        found.add(call);
                    }
                });
                process.mayHaveTakenMore = false;
            }
            for (String call : found) {
                if (!ended.contains(call)) {
                    run(
                            process,
                            call,
                            ClaimRules.onTakeOver(process.held.contains(call), givenBack.contains(call), repeatable));
                }
            }
        }

        private void run(Member process, String call, Step step) {
            switch (step) {
                case START, REPEAT -> {
                    process.held.add(call);
                    process.running.add(call);
                    begun.putIfAbsent(call, 0);
                }
                case END_AS_UNKNOWN -> ended.add(call);
                case LEAVE -> {}
            }
        }

        /** A call waits for a slot at first, so that it is begun only now. */
        private void end(Member process) {
            String call = one(process.running);
            if (call != null) {
                begun.merge(call, 1, Integer::sum);
                process.running.remove(call);
                if (random.nextInt(3) > 0 || living.size() > 2) {
                    ended.add(call);
                } else {
                    process.running.add(call);
                    replace(process);
                }
            }
        }

        private void giveBack(Member process) {
            for (String call : process.running) {
                claims.computeIfPresent(
                        call,
                        (key, claim) -> claim.by().equals(process.name) ? new Claim("nobody", false, true) : claim);
            }
        }

        private void replace(Member process) {
            living = new ArrayList<>(living);
            living.remove(process);
            living.add(born());
        }

        private static @Nullable String one(Set<String> some) {
            return some.isEmpty() ? null : some.iterator().next();
        }
    }
}

package io.openclaw.gateway.vetting.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.openclaw.gateway.common.call.Decision;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoriesTest {
    private Instant now = Instant.parse("2026-11-25T10:00:00Z");
    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    };

    @Test
    void recentCallsAreTheLastTenOfAnAgentOldestFirst() {
        var recent = new RecentCalls();
        for (int i = 0; i < 12; i++) {
            recent.add("a", "call " + i);
        }
        recent.add("b", "x".repeat(1_000));

        assertThat(recent.of("a")).hasSize(10).startsWith("call 2").endsWith("call 11");
        assertThat(recent.of("b").getFirst()).hasSizeLessThan(200);
        assertThat(recent.of("c")).isEmpty();
    }

    @Test
    void aJudgementIsKeptForAnHourForTheSameCallAndRules() {
        var cache = new JudgementCache(clock);
        var judgement = new Judgement(Decision.ALLOW, List.of(), true);
        cache.keep("digest", "v1", judgement);

        assertThat(cache.find("digest", "v1")).contains(judgement);
        assertThat(cache.find("digest", "v2")).isEmpty();
        now = now.plus(Duration.ofMinutes(61));
        assertThat(cache.find("digest", "v1")).isEmpty();
    }

    @Test
    void whatFailedForWantOfAModelIsAskedAgain() {
        var cache = new JudgementCache(clock);
        cache.keep("digest", "v1", new Judgement(Decision.ESCALATE, List.of(), false));

        assertThat(cache.find("digest", "v1")).isEmpty();
    }

    @Test
    void aBudgetIsForgottenWithItsMinute() throws ModelFailedException {
        var budget = new Budget(1, 1, clock);
        budget.spendOne("a");
        now = now.plusSeconds(60);
        budget.spendOne("a");
        assertThat(catchThrowable(() -> budget.spendOne("b")))
                .isInstanceOf(ModelFailedException.class)
                .hasMessageContaining("are spent");
    }

    @Test
    void anAgentCannotSpendTheQuestionsOfTheOthers() throws ModelFailedException {
        var budget = new Budget(4, 2, clock);
        budget.spendOne("greedy");
        budget.spendOne("greedy");
        assertThat(catchThrowable(() -> budget.spendOne("greedy")))
                .isInstanceOf(ModelFailedException.class)
                .hasMessageContaining("the 2 questions to a model that may be asked about one agent");
        budget.spendOne("other");
        budget.spendOne("other");
        assertThat(catchThrowable(() -> budget.spendOne("third"))).hasMessageContaining("the 4 questions");
    }

    @Test
    void threeRefusalsOfOneKindAreEnoughForAnHour() {
        var refused = new RefusedQuestions(clock);
        for (int i = 0; i < RefusedQuestions.MAX_REFUSALS; i++) {
            assertThat(refused.areEnough("kind")).isFalse();
            refused.add("kind");
        }
        assertThat(refused.areEnough("kind")).isTrue();
        assertThat(refused.areEnough("another kind")).isFalse();
        now = now.plus(Duration.ofMinutes(61));
        assertThat(refused.areEnough("kind")).isFalse();
    }
}

package io.openclaw.gateway.approval.channel.core;

import static io.openclaw.gateway.approval.channel.core.Approvals.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.approval.core.Approval;
import io.openclaw.gateway.approval.core.Person;
import io.openclaw.gateway.common.call.ApprovalTerms;
import io.openclaw.gateway.common.call.ApprovalTerms.Escalation;
import io.openclaw.gateway.common.call.ApprovalTerms.Requirement;
import io.openclaw.gateway.common.event.ApprovalChanged.Status;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RoutingTest {
    private static final Map<String, List<String>> PEOPLE = Map.of(
            "alice", List.of("leads"),
            "bob", List.of("leads"),
            "carol", List.of("directors"),
            "dave", List.of());
    private static final OnCall NOBODY = new OnCall.Schedule(List.of(), ZoneOffset.UTC);

    private Set<String> reachable = PEOPLE.keySet();
    private Map<String, Set<String>> standIns = Map.of();
    private OnCall onCall = NOBODY;

    private Routing.Plan plan(Routing routing, Approval approval, Duration after) {
        Instant now = NOW.plus(after);
        return routing.plan(
                new Routing.Situation(
                        approval,
                        NOW,
                        PEOPLE,
                        standIns,
                        name -> new Person(name, PEOPLE.getOrDefault(name, List.of())),
                        reachable::contains,
                        onCall),
                now);
    }

    private static Approval anybody() {
        return Approvals.pending(null);
    }

    private static Approval of(ApprovalTerms terms) {
        return Approvals.pending(terms);
    }

    private static Routing routing(List<String> first, List<String> second) {
        return new Routing(first, second, Duration.ofMinutes(5), Duration.ofMinutes(10), Duration.ofMinutes(5), 1);
    }

    private static ApprovalTerms leads(@Nullable List<String> notAlone, @Nullable Escalation escalation) {
        return new ApprovalTerms(List.of(new Requirement("leads", 1)), null, notAlone, escalation);
    }

    @Test
    void asksEveryoneAtOnceUnlessItIsSaidOtherwise() {
        Routing.Plan plan = plan(routing(List.of(), List.of()), anybody(), Duration.ZERO);
        assertThat(plan.people()).containsExactly("alice", "bob", "carol", "dave");
        assertThat(plan.isComplete()).isTrue();
    }

    @Nested
    class WhoseYesCounts {
        @Test
        void isOfTheGroupThatARuleWants() {
            assertThat(plan(routing(List.of(), List.of()), of(leads(null, null)), Duration.ZERO)
                            .people())
                    .containsExactly("alice", "bob");
        }

        @Test
        void isOfTheFurtherGroupOnceItMayAnswer() {
            Approval approval = of(leads(null, new Escalation("directors", 600)));
            Routing.Plan before = plan(routing(List.of(), List.of()), approval, Duration.ofSeconds(599));
            assertThat(before.people()).containsExactly("alice", "bob");
            assertThat(before.isComplete()).isFalse();
            assertThat(before.lookAgainAt()).isAfter(NOW.plusSeconds(599));
            Routing.Plan after = plan(routing(List.of(), List.of()), approval, Duration.ofMinutes(10));
            assertThat(after.people()).containsExactly("alice", "bob", "carol");
            assertThat(after.isComplete()).isTrue();
        }

        @Test
        void isNotOfWhoSaidYesAlready() {
            Approval two = of(new ApprovalTerms(List.of(new Requirement("leads", 2)), null));
            Approval one = two.after(Status.APPROVED, new Person("alice", List.of("leads")), null, NOW);
            assertThat(plan(routing(List.of(), List.of()), one, Duration.ZERO).people())
                    .containsExactly("bob");
        }

        @Test
        void isNotOfTheOwnerAloneWhereFourEyesAreWanted() {
            Approval approval = of(leads(List.of("Alice"), null))
                    .after(Status.APPROVED, new Person("alice", List.of("leads")), null, NOW);
            assertThat(plan(routing(List.of(), List.of()), approval, Duration.ZERO)
                            .people())
                    .containsExactly("bob", "carol", "dave");
        }
    }

    @Nested
    class Waves {
        private final Routing routing = routing(List.of("dave"), List.of("leads"));

        @Test
        void comeOneAfterTheOther() {
            Routing.Plan first = plan(routing, anybody(), Duration.ZERO);
            assertThat(first.people()).containsExactly("dave");
            assertThat(first.isComplete()).isFalse();
            assertThat(plan(routing, anybody(), Duration.ofMinutes(5).minusMillis(1))
                            .people())
                    .containsExactly("dave");
            Routing.Plan second = plan(routing, anybody(), Duration.ofMinutes(5));
            assertThat(second.people()).containsExactly("alice", "bob", "dave");
            assertThat(second.isComplete()).isTrue();
        }

        @Test
        void comeAtOnceIfNobodyOfTheOneBeforeCanBeReached() {
            reachable = Set.of("alice", "carol");
            assertThat(plan(routing, anybody(), Duration.ZERO).people()).containsExactly("alice");
        }

        @Test
        void areLookedAtWhenTheNextIsDue() {
            assertThat(plan(routing, anybody(), Duration.ofMinutes(5).minusSeconds(10))
                            .lookAgainAt())
                    .isEqualTo(NOW.plus(Duration.ofMinutes(5)));
        }
    }

    @Nested
    class OnCallPeople {
        @Test
        void areAskedAfterTheirTime() {
            onCall = new OnCall.Schedule(List.of(OnCall.Shift.of("FRI 10:00-11:00 carol")), ZoneOffset.UTC);
            Routing routing = routing(List.of("dave"), List.of());
            assertThat(plan(routing, anybody(), Duration.ofMinutes(9)).people()).containsExactly("dave");
            assertThat(plan(routing, anybody(), Duration.ofMinutes(10)).people())
                    .containsExactly("carol", "dave");
        }

        @Test
        void areAskedAtOnceIfNobodyElseCanBeReached() {
            reachable = Set.of("carol");
            onCall = new OnCall.Schedule(List.of(OnCall.Shift.of("FRI 10:00-11:00 Carol")), ZoneOffset.UTC);
            assertThat(plan(routing(List.of("dave"), List.of("leads")), anybody(), Duration.ZERO)
                            .people())
                    .containsExactly("carol");
        }

        @Test
        void areNotAskedIfTheirYesCountsForNothing() {
            onCall = new OnCall.Schedule(List.of(OnCall.Shift.of("FRI 10:00-11:00 dave")), ZoneOffset.UTC);
            assertThat(plan(routing(List.of(), List.of()), of(leads(null, null)), Duration.ofMinutes(10))
                            .people())
                    .containsExactly("alice", "bob");
        }
    }

    @Test
    void whoeverStandsInIsAskedInThePlaceOfWhoIsAway() {
        standIns = Map.of("alice", Set.of("dave"));
        assertThat(plan(routing(List.of("alice"), List.of()), anybody(), Duration.ZERO)
                        .people())
                .containsExactly("dave");
        reachable = new TreeSet<>(Set.of("alice", "bob"));
        assertThat(plan(routing(List.of("alice"), List.of()), anybody(), Duration.ZERO)
                        .people())
                .as("the stand-in cannot be reached")
                .containsExactly("alice");
    }

    @Test
    void nobodyIsLeftIfNobodyCanBeReached() {
        reachable = Set.of();
        Routing.Plan plan = plan(routing(List.of("dave"), List.of("leads")), anybody(), Duration.ZERO);
        assertThat(plan.people()).isEmpty();
        assertThat(plan.isComplete()).isTrue();
    }
}

package io.openclaw.gateway.approval.channel.core;

import io.openclaw.gateway.approval.core.Approval;
import io.openclaw.gateway.approval.core.Person;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who is asked, and when. Only people whose yes would count are asked: of a rule's group, not alone where four eyes are wanted, and of
 * the further group once it may answer.
 *
 * @param first people or groups to ask first; all whose yes would count, if there are none
 * @param second people or groups to ask next; nobody, if there are none
 * @param secondAfter how long the first are asked alone
 * @param onCallAfter when those who are on call are asked as well
 * @param remindAfter when somebody who did not answer is asked again; never, if zero
 * @param maxReminders how often
 */
public record Routing(
        List<String> first,
        List<String> second,
        Duration secondAfter,
        Duration onCallAfter,
        Duration remindAfter,
        int maxReminders) {
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);

    /** Asks all at once, and reminds nobody. */
    public static final Routing ALL_AT_ONCE =
            new Routing(List.of(), List.of(), Duration.ZERO, Duration.ZERO, Duration.ZERO, 0);

    public Routing {
        first = List.copyOf(first);
        second = List.copyOf(second);
    }

    /**
     * What is known about the people of a call that waits.
     *
     * @param since when people began to be asked
     * @param approvers the groups of each who may approve, by name
     * @param standIns by the name of somebody who is out of office: those who decide in that person's place
     * @param asPerson makes one who decides of a name, with the groups of those in whose place that person decides
     * @param isReachable whether somebody has an address and may be asked now
     */
    public record Situation(
            Approval approval,
            Instant since,
            Map<String, List<String>> approvers,
            Map<String, Set<String>> standIns,
            Function<String, Person> asPerson,
            Predicate<String> isReachable,
            OnCall onCall) {}

    /**
     * Who is to have been asked by now.
     *
     * @param people their names
     * @param isComplete whether nobody further will be asked later
     * @param lookAgainAt when this may be another
     */
    public record Plan(Set<String> people, boolean isComplete, Instant lookAgainAt) {}

    /** Returns who is to have been asked about a call by a moment. */
    public Plan plan(Situation situation, Instant now) {
        Approval approval = situation.approval();
        Set<String> able = situation.approvers().keySet().stream()
                .filter(name -> approval.mayApprove(situation.asPerson().apply(name), now))
                .collect(Collectors.toCollection(TreeSet::new));
        Instant secondAt = situation.since().plus(secondAfter);
        Instant onCallAt = situation.since().plus(onCallAfter);

        Set<String> people = reachable(first.isEmpty() ? able : named(first, able, situation), able, situation);
        boolean isSecondDue = second.isEmpty() || people.isEmpty() || !secondAt.isAfter(now);
        if (isSecondDue) {
            people.addAll(reachable(named(second, able, situation), able, situation));
        }
        boolean isOnCallDue =
                !situation.onCall().isSet() || (people.isEmpty() && isSecondDue) || !onCallAt.isAfter(now);
        if (isOnCallDue && situation.onCall().isSet()) {
            Set<String> onCall = situation.onCall().at(approval, now).stream()
                    .flatMap(name -> Contacts.match(able, name).stream())
                    .collect(Collectors.toCollection(TreeSet::new));
            people.addAll(reachable(onCall, able, situation));
        }
        boolean mayEscalate =
                approval.terms() != null && approval.terms().escalation() != null && !approval.hasEscalatedAt(now);
        return new Plan(
                people,
                isSecondDue && isOnCallDue && !mayEscalate,
                Stream.of(secondAt, onCallAt, now.plus(LOOK_AGAIN))
                        .filter(at -> at.isAfter(now))
                        .min(Instant::compareTo)
                        .orElse(now.plus(LOOK_AGAIN)));
    }

    private static Set<String> named(List<String> entries, Set<String> able, Situation situation) {
        return able.stream()
                .filter(name -> entries.stream()
                        .anyMatch(entry -> entry.equalsIgnoreCase(name)
                                || situation
                                        .approvers()
                                        .getOrDefault(name, List.of())
                                        .contains(entry)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Anyone who is out of office is asked only if nobody who stands in can be. */
    private static Set<String> reachable(Collection<String> asked, Set<String> able, Situation situation) {
        Set<String> people = new TreeSet<>();
        for (String name : asked) {
            List<String> standIns = situation.standIns().getOrDefault(name, Set.of()).stream()
                    .filter(able::contains)
                    .filter(situation.isReachable())
                    .toList();
            if (!standIns.isEmpty()) {
                people.addAll(standIns);
            } else if (situation.isReachable().test(name)) {
                people.add(name);
            }
        }
        return people;
    }
}

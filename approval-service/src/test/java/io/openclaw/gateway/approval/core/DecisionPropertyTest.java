package io.openclaw.gateway.approval.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.ApprovalTerms;
import io.openclaw.gateway.common.call.ApprovalTerms.Escalation;
import io.openclaw.gateway.common.call.ApprovalTerms.Requirement;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.ApprovalChanged.Status;
import io.openclaw.gateway.common.event.CallEscalated;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.testing.Calls;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds of decisions in whatever order people speak. */
class DecisionPropertyTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final List<String> GROUPS = List.of("leads", "finance", "directors");

    /** Somebody speaks, so many seconds after the call came. */
    record Spoken(int person, List<String> groups, boolean yes, int second) {}

    @Provide
    Arbitrary<ApprovalTerms> terms() {
        Arbitrary<Requirement> requirement = Combinators.combine(
                        Arbitraries.of("leads", "finance", ""),
                        Arbitraries.integers().between(1, 3))
                .as((group, quorum) -> new Requirement(group.isEmpty() ? null : group, quorum));
        return Combinators.combine(
                        requirement.list().ofMaxSize(2).uniqueElements(),
                        Arbitraries.of(List.<String>of(), List.of("p0"), List.of("p0", "p1")),
                        Arbitraries.of(true, false))
                .as((requirements, notAlone, escalates) -> new ApprovalTerms(
                        requirements, 600L, notAlone, escalates ? new Escalation("directors", 300) : null));
    }

    @Provide
    Arbitrary<List<Spoken>> words() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 4),
                        Arbitraries.of(GROUPS).list().ofMaxSize(2).uniqueElements(),
                        Arbitraries.frequencyOf(
                                net.jqwik.api.Tuple.of(6, Arbitraries.just(true)),
                                net.jqwik.api.Tuple.of(1, Arbitraries.just(false))),
                        Arbitraries.integers().between(0, 650))
                .as(Spoken::new)
                .list()
                .ofMaxSize(12)
                .map(list -> list.stream()
                        .sorted(java.util.Comparator.comparingInt(Spoken::second))
                        .toList());
    }

    private static Approval pending(ApprovalTerms terms) {
        return Approval.of(
                new CallEscalated(
                        Calls.call("demo", "openclaw", "message", RawJson.EMPTY_OBJECT, NOW.plusSeconds(10_000)),
                        List.of(Verdict.of(Stage.POLICY, Decision.ESCALATE, List.of(), "p", NOW, "p1")
                                .wanting(terms)),
                        Map.of()),
                Duration.ofMinutes(10),
                new Redactor(),
                NOW);
    }

    @Property
    void isDecidedOnceAndByWhomTheTermsWant(@ForAll("terms") ApprovalTerms terms, @ForAll("words") List<Spoken> words) {
        Approval approval = pending(terms);
        int decisions = 0;
        for (Spoken spoken : words) {
            Instant at = NOW.plusSeconds(spoken.second());
            if (!approval.isOpenAt(at)) {
                continue;
            }
            var person = new Person("p" + spoken.person(), spoken.groups(), "console");
            boolean may = approval.mayApprove(person, at);
            Approval before = approval;
            try {
                approval = approval.after(spoken.yes() ? Status.APPROVED : Status.DENIED, person, null, at);
                assertThat(may || !spoken.yes())
                        .as("whoever's yes counts may approve")
                        .isTrue();
            } catch (NotAnApproverException e) {
                assertThat(may).as("who may approve is not turned away").isFalse();
                assertThat(approval).isEqualTo(before);
            }
            if (approval.status() != Status.PENDING) {
                decisions++;
            }
        }
        assertThat(decisions).isLessThanOrEqualTo(1);
        if (approval.status() == Status.APPROVED) {
            Approval decided = approval;
            assertThat(decided.votes()).extracting(Approval.Vote::person).doesNotHaveDuplicates();
            // The last vote was given when the decision was made, so what counted then counts now.
            boolean escalated = terms.escalation() != null
                    && !decided.changedAt()
                            .isBefore(NOW.plusSeconds(terms.escalation().afterSeconds()));
            for (Requirement wanted : terms.requirements()) {
                assertThat(decided.votes().stream()
                                .filter(vote -> wanted.group() == null
                                        || vote.groups().contains(wanted.group())
                                        || (escalated && vote.groups().contains("directors")))
                                .count())
                        .isGreaterThanOrEqualTo(wanted.quorum());
            }
            List<String> notAlone = terms.notAlone();
            if (notAlone != null) {
                assertThat(decided.votes()).as("four eyes").anyMatch(vote -> !notAlone.contains(vote.person()));
            }
        }
    }

    @Property
    void aRestartBetweenAnyTwoWordsChangesNothing(
            @ForAll("terms") ApprovalTerms terms, @ForAll("words") List<Spoken> words) {
        Approval through = pending(terms);
        Approval restarted = through;
        for (Spoken spoken : words) {
            through = said(through, spoken);
            // What a restart keeps is what the database has of it.
            restarted = said(reread(restarted), spoken);
        }
        assertThat(restarted).isEqualTo(through);
    }

    private static Approval said(Approval approval, Spoken spoken) {
        Instant at = NOW.plusSeconds(spoken.second());
        if (!approval.isOpenAt(at)) {
            return approval;
        }
        try {
            return approval.after(
                    spoken.yes() ? Status.APPROVED : Status.DENIED,
                    new Person("p" + spoken.person(), spoken.groups(), "console"),
                    null,
                    at);
        } catch (NotAnApproverException e) {
            return approval;
        }
    }

    private static Approval reread(Approval a) {
        return new Approval(
                a.id(),
                a.agent(),
                a.upstream(),
                a.tool(),
                a.digest(),
                a.arguments(),
                a.context(),
                a.intent(),
                a.reading(),
                a.reasons(),
                a.status(),
                a.requestedAt(),
                a.expiresAt(),
                a.terms() == null ? null : RawJson.from(a.terms()).as(ApprovalTerms.class),
                List.of(RawJson.from(a.votes()).as(Approval.Vote[].class)),
                a.changedAt(),
                a.decidedBy(),
                a.reason(),
                a.channel(),
                a.onBehalfOf(),
                a.unreached(),
                a.edited());
    }
}

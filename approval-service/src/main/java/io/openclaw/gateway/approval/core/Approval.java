package io.openclaw.gateway.approval.core;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.openclaw.gateway.common.call.ApprovalTerms;
import io.openclaw.gateway.common.call.CallContext;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.ApprovalChanged.Status;
import io.openclaw.gateway.common.event.CallEscalated;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.redaction.Redactor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A call that waits, or waited, for a person. It is bound to the call's digest, decided once, and expires.
 *
 * @param id the call's id: there is one approval per call
 * @param arguments masked, for showing
 * @param context what reaches the upstream beside the arguments, masked, for showing; absent if nothing does
 * @param reading what vetting read the arguments as, masked: a line for each command that would be run
 * @param reasons why a person has to decide: the reasons of all verdicts that did not plainly allow the call
 * @param expiresAt after which nobody can decide any more
 * @param terms who has to say yes, if a rule of the policy says so
 * @param votes who has said yes so far
 * @param changedAt since when it has its status
 * @param decidedBy the person who decided, if one did
 * @param reason what that person said, or why nobody was asked
 */
public record Approval(
        UUID id,
        String agent,
        String upstream,
        String tool,
        String digest,
        RawJson arguments,
        @Nullable RawJson context,
        @Nullable String intent,
        @Nullable String reading,
        List<Reason> reasons,
        Status status,
        Instant requestedAt,
        Instant expiresAt,
        @Nullable ApprovalTerms terms,
        List<Vote> votes,
        Instant changedAt,
        @Nullable String decidedBy,
        @Nullable String reason) {

    public Approval {
        reasons = List.copyOf(reasons);
        votes = List.copyOf(votes);
    }

    /**
     * One person's yes.
     *
     * @param groups the groups that the person was in then
     */
    public record Vote(
            String person, List<String> groups, @Nullable String reason, Instant at) {
        public Vote {
            groups = List.copyOf(groups);
        }

        boolean counts(@Nullable String group) {
            return group == null || groups.contains(group) || groups.contains(Person.EVERY_GROUP);
        }
    }

    /**
     * Makes the approval that an escalated call needs.
     *
     * @param lifetime how long people have, unless a rule of the policy says so; the call's deadline can make it shorter
     */
    public static Approval of(CallEscalated escalated, Duration lifetime, Redactor redactor, Instant now) {
        ToolCall call = escalated.call();
        RawJson context = CallContext.decided(call.context());
        ApprovalTerms terms = escalated.verdicts().stream()
                .map(Verdict::approval)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        Long seconds = terms == null ? null : terms.expiresInSeconds();
        Instant latest = now.plus(seconds == null ? lifetime : Duration.ofSeconds(seconds));
        return new Approval(
                call.callId(),
                call.agent(),
                call.upstream(),
                call.tool(),
                call.digest(),
                redactor.redact(call.arguments() == null ? RawJson.EMPTY_OBJECT : call.arguments()),
                context == null ? null : redactor.redact(context),
                call.intent() == null ? null : redactor.redact(call.intent()),
                escalated.verdicts().stream()
                        .map(Verdict::reading)
                        .filter(Objects::nonNull)
                        .map(redactor::redact)
                        .reduce((earlier, later) -> later)
                        .orElse(null),
                escalated.verdicts().stream()
                        .filter(verdict -> verdict.outcome() != Decision.ALLOW)
                        .flatMap(verdict -> verdict.reasons().stream())
                        .map(reason -> new Reason(reason.ruleId(), redactor.redact(reason.text()), reason.severity()))
                        .toList(),
                Status.PENDING,
                call.requestedAt(),
                call.deadline().isBefore(latest) ? call.deadline() : latest,
                terms,
                List.of(),
                now,
                null,
                null);
    }

    /**
     * Returns this new approval, or, if too many of its agent's calls wait already, one that is denied without anybody having
     * been asked; of its arguments nothing is kept.
     *
     * @param waiting how many calls of the agent wait for a person
     * @param maximum how many may
     */
    public Approval admitted(long waiting, int maximum) {
        if (waiting < maximum) {
            return this;
        }
        return new Approval(
                id,
                agent,
                upstream,
                tool,
                digest,
                RawJson.EMPTY_OBJECT,
                null,
                intent,
                null,
                reasons,
                Status.DENIED,
                requestedAt,
                expiresAt,
                terms,
                votes,
                changedAt,
                null,
                "too many of this agent's calls wait for a person (" + waiting + "); decide or withdraw some");
    }

    /** Tells whether nobody was asked, because too many of the agent's calls waited. */
    public boolean wasRefused() {
        return status == Status.DENIED && decidedBy == null;
    }

    /** Tells whether somebody can still decide at a moment. */
    public boolean isOpenAt(Instant moment) {
        return status == Status.PENDING && expiresAt.isAfter(moment);
    }

    /**
     * Returns this approval after a person has spoken. One who says no is enough; as many have to say yes as the terms want.
     *
     * @param decision {@code APPROVED} or {@code DENIED}
     * @throws NotAnApproverException if this person's yes counts for nothing that is still wanted
     */
    public Approval after(Status decision, Person person, @Nullable String said, Instant now) {
        if (decision == Status.DENIED) {
            return with(Status.DENIED, votes, person.name(), said, now);
        }
        if (votes.stream().anyMatch(vote -> vote.person().equals(person.name()))) {
            throw new NotAnApproverException(
                    "You have approved this call already; it waits for " + String.join(" and ", waitingFor()) + ".");
        }
        var vote = new Vote(person.name(), person.groups(), said, now);
        if (unmet(votes).stream().noneMatch(wanted -> vote.counts(wanted.group()))) {
            throw new NotAnApproverException("This call waits for " + String.join(" and ", waitingFor())
                    + ", and you are in " + (person.groups().isEmpty() ? "no group" : person.groups()) + ".");
        }
        var all = new ArrayList<>(votes);
        all.add(vote);
        if (!unmet(all).isEmpty()) {
            return with(Status.PENDING, all, null, null, changedAt);
        }
        return with(
                Status.APPROVED,
                all,
                all.stream().map(Vote::person).collect(Collectors.joining(", ")),
                all.stream().map(Vote::reason).filter(Objects::nonNull).collect(Collectors.joining("; ")),
                now);
    }

    /** Returns whose yes is still wanted, in words; empty once nobody's is. */
    @JsonProperty
    public List<String> waitingFor() {
        return status != Status.PENDING
                ? List.of()
                : unmet(votes).stream()
                        .map(wanted -> {
                            long had = votes.stream()
                                    .filter(vote -> vote.counts(wanted.group()))
                                    .count();
                            long missing = wanted.quorum() - had;
                            return missing
                                    + (had > 0 ? " more" : "")
                                    + (missing == 1 ? " person" : " people")
                                    + (wanted.group() == null ? "" : " of " + wanted.group());
                        })
                        .toList();
    }

    private List<ApprovalTerms.Requirement> unmet(List<Vote> given) {
        List<ApprovalTerms.Requirement> wanted =
                terms == null || terms.requirements().isEmpty()
                        ? List.of(new ApprovalTerms.Requirement(null, 1))
                        : terms.requirements();
        return wanted.stream()
                .filter(each ->
                        given.stream().filter(vote -> vote.counts(each.group())).count() < each.quorum())
                .toList();
    }

    private Approval with(
            Status newStatus, List<Vote> newVotes, @Nullable String by, @Nullable String said, Instant at) {
        return new Approval(
                id,
                agent,
                upstream,
                tool,
                digest,
                arguments,
                context,
                intent,
                reading,
                reasons,
                newStatus,
                requestedAt,
                expiresAt,
                terms,
                newVotes,
                at,
                by,
                said == null || said.isEmpty() ? null : said);
    }

    /**
     * Returns the verdict that this approval's status stands for.
     *
     * @throws IllegalStateException while nobody has decided
     */
    public Verdict verdict() {
        return switch (status) {
            case APPROVED -> verdict(Decision.ALLOW, "approval/approved", "approved by " + decidedBy + said());
            case DENIED ->
                wasRefused()
                        ? verdict(Decision.DENY, "approval/too-many-pending", String.valueOf(reason))
                        : verdict(Decision.DENY, "approval/denied", "denied by " + decidedBy + said());
            case EXPIRED -> verdict(Decision.DENY, "approval/expired", "nobody decided until " + expiresAt);
            case PENDING, CANCELLED ->
                throw new IllegalStateException("an approval that is " + status + " is no verdict");
        };
    }

    private Verdict verdict(Decision outcome, String ruleId, String text) {
        return Verdict.of(
                Stage.APPROVAL,
                outcome,
                List.of(new Reason(ruleId, text, Severity.INFO)),
                decidedBy == null ? "approval" : decidedBy,
                changedAt,
                null);
    }

    private String said() {
        return reason == null ? "" : ": " + reason;
    }
}

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
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
 * @param channel how the person decided, such as {@code console}, {@code api} or {@code grant}; absent if that is not said
 * @param onBehalfOf for whom the agent acts, if it says so
 * @param unreached whether it expired before anybody who may approve saw it
 * @param edited the arguments, masked, with which a person would approve the call instead
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
        @Nullable String reason,
        @Nullable String channel,
        @Nullable String onBehalfOf,
        boolean unreached,
        @Nullable RawJson edited) {
    /** The channel of what a grant approved. */
    public static final String BY_GRANT = "grant";

    public Approval {
        reasons = List.copyOf(reasons);
        votes = List.copyOf(votes);
    }

    /** An approval of which nothing more is known. */
    public Approval(
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
        this(
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
                status,
                requestedAt,
                expiresAt,
                terms,
                votes,
                changedAt,
                decidedBy,
                reason,
                null,
                null,
                false,
                null);
    }

    /**
     * One person's yes.
     *
     * @param groups the groups that the person was in then
     * @param channel how the person said it, such as {@code console} or {@code whatsapp}; absent if that is not said
     */
    public record Vote(
            String person,
            List<String> groups,
            @Nullable String reason,
            Instant at,
            @Nullable String channel) {
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
                        .map(redactor::redactCommand)
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
                null,
                null,
                call.identified().onBehalfOf() == null
                        ? null
                        : redactor.redact(call.identified().onBehalfOf()),
                false,
                null);
    }

    /** Returns this new approval as one that a grant covers: nobody is asked. */
    public Approval granted(Grant grant) {
        return copy(
                Status.APPROVED,
                votes,
                changedAt,
                grant.createdBy(),
                "grant " + grant.number() + " of " + grant.createdAt() + " covers it (" + grant.words() + ")",
                BY_GRANT,
                null);
    }

    /** Returns this approval, denied by a person who would approve other arguments, and gave a grant for those. */
    public Approval superseded(Person person, RawJson shown, @Nullable String said, Instant now) {
        return copy(
                Status.DENIED,
                votes,
                now,
                person.name(),
                said == null || said.isEmpty() ? null : said,
                person.channel(),
                shown);
    }

    /** Returns how the wait ended. */
    @JsonProperty
    public Ending ending() {
        return switch (status) {
            case PENDING -> Ending.WAITING;
            case APPROVED -> BY_GRANT.equals(channel) ? Ending.GRANTED : Ending.APPROVED;
            case DENIED -> wasRefused() ? Ending.TOO_MANY : edited != null ? Ending.SUPERSEDED : Ending.DENIED;
            case EXPIRED -> unreached ? Ending.UNREACHED : Ending.TIMED_OUT;
            case CANCELLED -> Ending.WITHDRAWN;
        };
    }

    /** Returns how bad the worst of its reasons is. */
    public Severity severity() {
        return reasons.stream()
                .map(Reason::severity)
                .max(Comparator.naturalOrder())
                .orElse(Severity.INFO);
    }

    /** Tells whether it was approved by a grant, without anybody having been asked. */
    public boolean wasGranted() {
        return ending() == Ending.GRANTED;
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
                "too many of this agent's calls wait for a person (" + waiting + "); decide or withdraw some",
                null,
                onBehalfOf,
                false,
                null);
    }

    /**
     * Returns this new approval as one that an earlier approval of the same thing answers: what is wanted now was given then, and
     * holds still. Its reason names the earlier approval.
     *
     * @return empty if the earlier one does not answer it
     */
    public Optional<Approval> answeredBy(Approval earlier, Instant now) {
        boolean answers = earlier.status == Status.APPROVED
                && earlier.agent.equals(agent)
                && earlier.digest.equals(digest)
                && earlier.expiresAt.isAfter(now)
                && unmet(earlier.votes, now).isEmpty()
                && !lacksSecondPair(earlier.votes);
        if (!answers) {
            return Optional.empty();
        }
        String said = "the approval of call " + earlier.id + ", which nobody had made use of"
                + (earlier.reason == null ? "" : ": " + earlier.reason);
        return Optional.of(copy(
                Status.APPROVED,
                earlier.votes,
                now,
                earlier.decidedBy,
                said,
                earlier.channel,
                null,
                earlier.expiresAt.isBefore(expiresAt) ? earlier.expiresAt : expiresAt));
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
            return with(Status.DENIED, votes, person, person.name(), said, now);
        }
        if (votes.stream().anyMatch(vote -> vote.person().equals(person.name()))) {
            throw new NotAnApproverException(
                    "You have approved this call already; it waits for " + String.join(" and ", waitingFor(now)) + ".");
        }
        var vote = new Vote(person.name(), person.groups(), said, now, person.channel());
        boolean isNeeded = unmet(votes, now).stream().anyMatch(wanted -> counts(vote, wanted.group(), now))
                || (lacksSecondPair(votes) && !isNotAlone(person.name()));
        if (!isNeeded) {
            throw new NotAnApproverException("This call waits for " + String.join(" and ", waitingFor(now))
                    + ", and you are in " + (person.groups().isEmpty() ? "no group" : person.groups()) + ".");
        }
        var all = new ArrayList<>(votes);
        all.add(vote);
        if (!unmet(all, now).isEmpty() || lacksSecondPair(all)) {
            return with(Status.PENDING, all, null, null, null, changedAt);
        }
        return with(
                Status.APPROVED,
                all,
                person,
                all.stream().map(Vote::person).collect(Collectors.joining(", ")),
                all.stream().map(Vote::reason).filter(Objects::nonNull).collect(Collectors.joining("; ")),
                now);
    }

    /**
     * Returns this approval after everybody who approved a plan that has this call as a step: their yes counts here as far as it is
     * wanted. One who may not approve this call has not, whatever they said of the plan.
     */
    public Approval afterPlan(Approval plan, Instant now) {
        Approval next = this;
        for (Vote vote : plan.votes()) {
            if (next.status != Status.PENDING) {
                break;
            }
            try {
                next = next.after(Status.APPROVED, new Person(vote.person(), vote.groups()), ofPlan(plan.id()), now);
            } catch (NotAnApproverException e) {
                // Somebody else has to be asked about this step.
            }
        }
        return next;
    }

    /** Returns what is kept as the reason of a step that was approved with its plan. */
    public static String ofPlan(UUID planId) {
        return "a step of the plan approved as " + planId;
    }

    /** Returns whose yes is still wanted, in words, before anybody further is asked; empty once nobody's is. */
    @JsonProperty
    public List<String> waitingFor() {
        return waitingFor(Instant.MIN);
    }

    /** Returns whose yes is still wanted at a moment, in words; empty once nobody's is. */
    public List<String> waitingFor(Instant now) {
        if (status != Status.PENDING) {
            return List.of();
        }
        List<ApprovalTerms.Requirement> unmet = unmet(votes, now);
        if (unmet.isEmpty() && lacksSecondPair(votes)) {
            return List.of("somebody who is not " + String.join(" or ", notAlone()));
        }
        return unmet.stream()
                .map(wanted -> {
                    long had = votes.stream()
                            .filter(vote -> counts(vote, wanted.group(), now))
                            .count();
                    long missing = wanted.quorum() - had;
                    return missing
                            + (had > 0 ? " more" : "")
                            + (missing == 1 ? " person" : " people")
                            + (wanted.group() == null
                                    ? ""
                                    : " of " + wanted.group() + (hasEscalatedAt(now) ? " or " + furtherGroup() : ""));
                })
                .toList();
    }

    /** Tells whether somebody's yes could count at a moment. */
    public boolean mayApprove(Person person, Instant now) {
        var vote = new Vote(person.name(), person.groups(), null, now, person.channel());
        return isOpenAt(now)
                && votes.stream().noneMatch(each -> each.person().equals(person.name()))
                && (unmet(votes, now).stream().anyMatch(wanted -> counts(vote, wanted.group(), now))
                        || (lacksSecondPair(votes) && !isNotAlone(person.name())));
    }

    /** Tells whether a further group may say yes at a moment. */
    public boolean hasEscalatedAt(Instant now) {
        return terms != null
                && terms.escalation() != null
                && !changedAt.plusSeconds(terms.escalation().afterSeconds()).isAfter(now);
    }

    private String furtherGroup() {
        return terms == null || terms.escalation() == null
                ? ""
                : terms.escalation().group();
    }

    private boolean counts(Vote vote, @Nullable String group, Instant now) {
        return vote.counts(group) || (hasEscalatedAt(now) && vote.counts(furtherGroup()));
    }

    private List<String> notAlone() {
        return terms == null || terms.notAlone() == null ? List.of() : terms.notAlone();
    }

    private boolean isNotAlone(String person) {
        return notAlone().stream().anyMatch(person::equalsIgnoreCase);
    }

    /** Four eyes: all who said yes are the agent's owner or the one for whom the call is. */
    private boolean lacksSecondPair(List<Vote> given) {
        return !notAlone().isEmpty() && given.stream().allMatch(vote -> isNotAlone(vote.person()));
    }

    private List<ApprovalTerms.Requirement> unmet(List<Vote> given, Instant now) {
        List<ApprovalTerms.Requirement> wanted =
                terms == null || terms.requirements().isEmpty()
                        ? List.of(new ApprovalTerms.Requirement(null, 1))
                        : terms.requirements();
        return wanted.stream()
                .filter(each -> given.stream()
                                .filter(vote -> counts(vote, each.group(), now))
                                .count()
                        < each.quorum())
                .toList();
    }

    private Approval with(
            Status newStatus,
            List<Vote> newVotes,
            @Nullable Person person,
            @Nullable String by,
            @Nullable String said,
            Instant at) {
        return copy(
                newStatus,
                newVotes,
                at,
                by,
                said == null || said.isEmpty() ? null : said,
                person == null ? null : person.channel(),
                null);
    }

    private Approval copy(
            Status newStatus,
            List<Vote> newVotes,
            Instant at,
            @Nullable String by,
            @Nullable String said,
            @Nullable String how,
            @Nullable RawJson otherArguments) {
        return copy(newStatus, newVotes, at, by, said, how, otherArguments, expiresAt);
    }

    private Approval copy(
            Status newStatus,
            List<Vote> newVotes,
            Instant at,
            @Nullable String by,
            @Nullable String said,
            @Nullable String how,
            @Nullable RawJson otherArguments,
            Instant newExpiresAt) {
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
                newExpiresAt,
                terms,
                newVotes,
                at,
                by,
                said,
                how,
                onBehalfOf,
                false,
                otherArguments);
    }

    /**
     * Returns the verdict that this approval's status stands for.
     *
     * @throws IllegalStateException while nobody has decided
     */
    public Verdict verdict() {
        return switch (ending()) {
            case APPROVED ->
                verdict(Decision.ALLOW, "approval/approved", "approved by " + decidedBy + byChannel() + said());
            case GRANTED -> verdict(Decision.ALLOW, "approval/granted", "approved by " + decidedBy + said());
            case DENIED -> verdict(Decision.DENY, "approval/denied", "denied by " + decidedBy + byChannel() + said());
            case SUPERSEDED ->
                verdict(
                        Decision.DENY,
                        "approval/superseded",
                        decidedBy + byChannel() + " approves this call with other arguments" + said()
                                + ". Ask for it once more with exactly these (where one is masked, with your own value): "
                                + (edited == null ? "{}" : edited.text()));
            case TOO_MANY -> verdict(Decision.DENY, "approval/too-many-pending", String.valueOf(reason));
            case TIMED_OUT -> verdict(Decision.DENY, "approval/expired", "nobody decided until " + expiresAt);
            case UNREACHED ->
                verdict(Decision.DENY, "approval/unreached", "nobody who may approve saw this call until " + expiresAt);
            case WAITING, WITHDRAWN ->
                throw new IllegalStateException("an approval that is " + status + " is no verdict");
        };
    }

    private String byChannel() {
        return channel == null ? "" : " (" + channel + ")";
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

package io.openclaw.gateway.approval.desk;

import io.openclaw.gateway.approval.core.Approval;
import io.openclaw.gateway.approval.core.EditedArguments;
import io.openclaw.gateway.approval.core.Grant;
import io.openclaw.gateway.approval.core.NotAnApproverException;
import io.openclaw.gateway.approval.core.Person;
import io.openclaw.gateway.approval.core.PersonsDecision;
import io.openclaw.gateway.approval.kafka.Approvals;
import io.openclaw.gateway.approval.persistence.ApprovalStore;
import io.openclaw.gateway.approval.persistence.GrantStore;
import io.openclaw.gateway.approval.persistence.PeopleStore;
import io.openclaw.gateway.approval.persistence.PeopleStore.Comment;
import io.openclaw.gateway.approval.persistence.PeopleStore.Delegation;
import io.openclaw.gateway.common.console.ConsoleJournal;
import io.openclaw.gateway.common.event.ApprovalChanged.Status;
import io.openclaw.gateway.common.event.CallEscalated;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.web.Problems;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.ErrorResponseException;

/** What a person can do with a call that waits, whatever the channel. */
public final class ApprovalDesk {
    private static final Duration EDITED_FOR = Duration.ofMinutes(15);
    private static final Duration LOOK_BACK = Duration.ofDays(7);
    private static final Duration MAX_ABSENCE = Duration.ofDays(60);
    private static final int MAX_COMMENT = 2_000;

    private final Approvals approvals;
    private final ApprovalStore store;
    private final GrantStore grants;
    private final PeopleStore people;
    private final ConsoleJournal journal;
    private final Redactor redactor;
    private final Clock clock;

    public ApprovalDesk(
            Approvals approvals,
            ApprovalStore store,
            GrantStore grants,
            PeopleStore people,
            ConsoleJournal journal,
            Redactor redactor,
            Clock clock) {
        this.approvals = approvals;
        this.store = store;
        this.grants = grants;
        this.people = people;
        this.journal = journal;
        this.redactor = redactor;
        this.clock = clock;
    }

    /**
     * Returns who decides, with the groups of those in whose place the person decides now.
     *
     * @param groupsOf the groups of a person by name; none for somebody who is not there any more
     */
    public Person person(String name, List<String> groups, String channel, Function<String, List<String>> groupsOf) {
        Set<String> all = new TreeSet<>(groups);
        people.delegators(name, clock.instant()).forEach(each -> all.addAll(groupsOf.apply(each)));
        return new Person(name, List.copyOf(all), channel);
    }

    /** Returns an approval; a problem if there is none. */
    public Approval find(UUID id) {
        return approvals.find(id).orElseThrow(() -> unknown(id.toString()));
    }

    /** Notes that somebody who may approve saw calls. */
    public void seen(List<UUID> ids) {
        store.seen(ids, clock.instant());
    }

    /** Decides about a call, once; throws a problem that says what was wrong. */
    public Approval decide(UUID id, PersonsDecision decision, Person person) {
        Approval approval = find(id);
        Status status;
        try {
            status = decision.status();
        } catch (IllegalArgumentException e) {
            throw invalid(String.valueOf(e.getMessage()));
        }
        requireSeen(approval, decision.digest());
        boolean counted;
        try {
            counted = approvals.decide(approval.id(), status, person, decision.reason());
        } catch (NotAnApproverException e) {
            throw Problems.of(
                    HttpStatus.FORBIDDEN, "not-an-approver", "Not yours to approve", String.valueOf(e.getMessage()));
        }
        if (!counted) {
            throw alreadyDecided(approvals.find(approval.id()).orElse(approval));
        }
        return find(approval.id());
    }

    /**
     * Ends a call with the arguments that the person would approve instead, and lets the agent ask for that call once.
     *
     * @param text the arguments as the person changed them, a JSON object
     * @param digest of the call that the person saw
     */
    public Grant edit(UUID id, String text, @Nullable String reason, @Nullable String digest, Person person) {
        Approval approval = find(id);
        requireSeen(approval, digest);
        requireMay(approval, person);
        CallEscalated escalated = escalated(id);
        refuse(Grant.refusal(List.of(), approval).orElse(null));
        RawJson arguments;
        try {
            arguments = EditedArguments.read(
                    text,
                    approval.arguments(),
                    escalated.call().arguments() == null
                            ? RawJson.EMPTY_OBJECT
                            : escalated.call().arguments());
        } catch (IllegalArgumentException e) {
            throw invalid("Nothing was decided: " + e.getMessage() + ".");
        }
        RawJson shown = redactor.redact(arguments);
        Grant grant = Grant.edited(escalated, arguments, shown, EDITED_FOR, person.name(), clock.instant());
        // The grant comes first: an agent that is told to ask again must find it.
        grants.insert(grant);
        if (!approvals.supersede(id, person, shown, reason)) {
            grants.revoke(grant.id(), person.name(), clock.instant());
            throw alreadyDecided(find(id));
        }
        note(person, "grant.created", grant);
        return grant;
    }

    /**
     * Approves a call, and gives a grant for others like it.
     *
     * @param free the names of arguments that may have any value
     * @param life how long, at most a day
     * @param maxUses how many further calls; absent for any number
     */
    public Grant approveAndGrant(
            UUID id,
            Set<String> free,
            Duration life,
            @Nullable Integer maxUses,
            @Nullable String reason,
            @Nullable String digest,
            Person person) {
        Approval approval = find(id);
        refuse(Grant.refusal(approval.reasons(), approval).orElse(null));
        CallEscalated escalated = escalated(id);
        Grant grant;
        try {
            grant = Grant.of(escalated, free, approval.arguments(), life, maxUses, person.name(), clock.instant());
        } catch (IllegalArgumentException e) {
            throw invalid("No grant was given: " + e.getMessage() + ".");
        }
        decide(id, new PersonsDecision("approve", reason, digest), person);
        grants.insert(grant);
        note(person, "grant.created", grant);
        return grant;
    }

    /** Counts the past week's calls that a grant with some arguments free would have covered, this one included. */
    public long wouldCover(Approval approval, Set<String> free) {
        return store
                .pastArguments(
                        approval.agent(),
                        approval.upstream(),
                        approval.tool(),
                        clock.instant().minus(LOOK_BACK))
                .stream()
                .filter(past -> Grant.wouldCover(approval.arguments(), free, past))
                .count();
    }

    /** Revokes a grant; a problem if it cannot be. */
    public void revoke(UUID id, Person person) {
        if (!grants.revoke(id, person.name(), clock.instant())) {
            throw Problems.of(
                    HttpStatus.CONFLICT,
                    "not-revoked",
                    "Nothing to revoke",
                    "This grant is revoked already, or unknown.");
        }
        journal.note(person.name(), "grant.revoked", id.toString(), null, null);
    }

    /** Adds a comment for other people. */
    public void comment(UUID id, String said, String person) {
        find(id);
        String text = redactor.redact(said.strip().replace("\0", ""));
        if (text.isEmpty() || text.length() > MAX_COMMENT) {
            throw invalid("A comment has 1 to " + MAX_COMMENT + " characters.");
        }
        people.comment(id, new Comment(person, text, clock.instant()));
    }

    /** Lets somebody decide in a person's place for a time from now. */
    public void delegate(String person, String delegate, Duration time) {
        if (person.equals(delegate) || delegate.isBlank()) {
            throw invalid("Choose somebody else, who decides in your place.");
        }
        if (time.isZero() || time.isNegative() || time.compareTo(MAX_ABSENCE) > 0) {
            throw invalid("A delegation is good for up to " + MAX_ABSENCE.toDays() + " days.");
        }
        Instant now = clock.instant();
        people.insert(new Delegation(UUID.randomUUID(), person, delegate.strip(), now, now.plus(time)), now);
        journal.note(person, "delegation.created", delegate.strip(), time.toString(), null);
    }

    /** Ends a delegation of a person. */
    public void endDelegation(UUID id, String person) {
        people.end(id, person, clock.instant());
        journal.note(person, "delegation.ended", id.toString(), null, null);
    }

    private void note(Person person, String action, Grant grant) {
        journal.note(
                person.name(),
                action,
                grant.id().toString(),
                grant.agent() + " " + grant.upstream() + "/" + grant.tool() + " until " + grant.expiresAt(),
                null);
    }

    private CallEscalated escalated(UUID id) {
        return approvals
                .escalated(id)
                .orElseThrow(() -> Problems.of(
                        HttpStatus.CONFLICT,
                        "call-gone",
                        "The call is gone",
                        "The call is not in Kafka any more, so it can only be denied."));
    }

    private void requireMay(Approval approval, Person person) {
        if (!approval.mayApprove(person, clock.instant())) {
            if (!approval.isOpenAt(clock.instant())) {
                throw alreadyDecided(approval);
            }
            throw Problems.of(
                    HttpStatus.FORBIDDEN,
                    "not-an-approver",
                    "Not yours to approve",
                    "This call waits for " + String.join(" and ", approval.waitingFor(clock.instant())) + ".");
        }
    }

    private static void requireSeen(Approval approval, @Nullable String digest) {
        if (digest != null && !digest.equals(approval.digest())) {
            throw Problems.of(
                    HttpStatus.CONFLICT,
                    "another-call",
                    "Not the call you saw",
                    "Approval " + approval.id() + " is for the digest " + approval.digest() + ", not for " + digest
                            + ".");
        }
    }

    private static void refuse(@Nullable String why) {
        if (why != null) {
            throw Problems.of(HttpStatus.CONFLICT, "no-grant", "No grant for this call", "No grant: " + why + ".");
        }
    }

    private static ErrorResponseException alreadyDecided(Approval approval) {
        return Problems.of(
                HttpStatus.CONFLICT,
                "already-decided",
                "Already decided",
                switch (approval.status()) {
                    case PENDING, EXPIRED ->
                        "This approval expired at " + approval.expiresAt() + "; the call was not run.";
                    case CANCELLED -> "The agent withdrew this call at " + approval.changedAt() + ".";
                    case APPROVED, DENIED ->
                        "This call was " + approval.status().name().toLowerCase(Locale.ROOT) + " by "
                                + approval.decidedBy() + " at " + approval.changedAt() + "; a decision counts once.";
                });
    }

    /** Returns the problem that there is no such approval. */
    public static ErrorResponseException unknown(String id) {
        return Problems.of(
                HttpStatus.NOT_FOUND, "unknown-approval", "Unknown approval", "There is no approval " + id + ".");
    }

    private static ErrorResponseException invalid(String detail) {
        return Problems.of(HttpStatus.BAD_REQUEST, "invalid-request", "Invalid request", detail);
    }
}

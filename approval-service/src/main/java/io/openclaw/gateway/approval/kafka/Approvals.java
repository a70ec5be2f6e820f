package io.openclaw.gateway.approval.kafka;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.approval.core.Approval;
import io.openclaw.gateway.approval.core.Grant;
import io.openclaw.gateway.approval.core.ListedApproval;
import io.openclaw.gateway.approval.core.Person;
import io.openclaw.gateway.approval.persistence.ApprovalStore;
import io.openclaw.gateway.approval.persistence.ApprovalStore.Stored;
import io.openclaw.gateway.approval.persistence.GrantStore;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.ApprovalChanged;
import io.openclaw.gateway.common.event.ApprovalChanged.Status;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.event.CallEscalated;
import io.openclaw.gateway.common.event.CallWithdrawn;
import io.openclaw.gateway.common.event.Signed;
import io.openclaw.gateway.common.event.UnreadableEventException;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.kafka.DeadLetters;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.Received;
import io.openclaw.gateway.common.kafka.RecordReader;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.policy.PlanApproval;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.routing.StageStep;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.common.signing.UntrustedCallException;
import io.openclaw.gateway.common.topic.Topic;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.scheduling.annotation.Scheduled;

/**
 * Holds escalated calls until a person decides. A change is written to the database first, and the pipeline is told of it
 * until it has taken it: a crash in between delays a call, and loses none.
 */
public final class Approvals {
    private static final Logger log = LoggerFactory.getLogger(Approvals.class);

    /** How long a yes to a plan counts for its steps. */
    private static final Duration PLAN_HOLDS = Duration.ofHours(24);

    /** After that another instance publishes; a change that is published twice counts once. */
    private static final Duration PUBLISHING_TIMEOUT = Duration.ofSeconds(15);

    private final ApprovalStore store;
    private final GrantStore grants;
    private final EventPublisher publisher;
    private final DeadLetters deadLetters;
    private final RecordReader reader;
    private final Topics topics;
    private final StageStep step;
    private final SignatureChain chain;
    private final Redactor redactor;
    private final Duration lifetime;
    private final int maxPendingPerAgent;
    private final Clock clock;
    private final PeopleMeters people;

    /**
     * @param lifetime how long a person has
     * @param maxPendingPerAgent how many calls of an agent may wait for a person; others are denied
     */
    public Approvals(
            Duration lifetime,
            int maxPendingPerAgent,
            ApprovalStore store,
            GrantStore grants,
            EventPublisher publisher,
            DeadLetters deadLetters,
            RecordReader reader,
            Topics topics,
            SignatureChain chain,
            Redactor redactor,
            Clock clock,
            MeterRegistry meters) {
        this.store = store;
        this.grants = grants;
        this.publisher = publisher;
        this.deadLetters = deadLetters;
        this.reader = reader;
        this.topics = topics;
        this.step = new StageStep(chain);
        this.chain = chain;
        this.redactor = redactor;
        this.lifetime = lifetime;
        this.maxPendingPerAgent = maxPendingPerAgent;
        this.clock = clock;
        this.people = new PeopleMeters(meters);
        Gauge.builder("openclaw.approvals.pending", store, ApprovalStore::pending)
                .description("How many calls wait for a person")
                .register(meters);
        Gauge.builder(
                        "openclaw.approvals.oldest",
                        store,
                        now -> now.oldestPending()
                                .map(since ->
                                        Duration.between(since, clock.instant()).toSeconds())
                                .orElse(0L))
                .description("How long the call that waits longest has waited for a person")
                .baseUnit("seconds")
                .register(meters);
    }

    /** Returns the approval of a call. */
    public Optional<Approval> find(UUID id) {
        return store.find(id).map(Stored::approval);
    }

    /** Returns approvals, newest first; see {@link ApprovalStore#list}. */
    public List<ListedApproval> list(
            @Nullable Status status, @Nullable String agent, @Nullable UUID before, int limit) {
        return store.list(status, agent, before, limit);
    }

    /**
     * Notes what a person says about a call; enough of it decides, once.
     *
     * @param status {@code APPROVED} or {@code DENIED}
     * @return false if the approval is not pending any more, or has expired
     * @throws io.openclaw.gateway.approval.core.NotAnApproverException if this person's yes counts for nothing
     */
    public boolean decide(UUID id, Status status, Person person, @Nullable String reason) {
        // A person may paste a secret, too.
        String said = reason == null ? null : redactor.redact(reason);
        while (true) {
            Approval seen = store.find(id).map(Stored::approval).orElseThrow();
            Instant now = clock.instant();
            if (!seen.isOpenAt(now)) {
                return false;
            }
            if (store.decide(seen, seen.after(status, person, said, now), now)) {
                handOn(id);
                return true;
            }
            // Somebody else was quicker: what is wanted now is looked at again.
        }
    }

    /**
     * Ends a waiting call for which a person would approve other arguments.
     *
     * @param shown those arguments, masked
     * @return false if the approval is not pending any more, or has expired
     */
    public boolean supersede(UUID id, Person person, RawJson shown, @Nullable String reason) {
        String said = reason == null ? null : redactor.redact(reason);
        while (true) {
            Approval seen = store.find(id).map(Stored::approval).orElseThrow();
            Instant now = clock.instant();
            if (!seen.isOpenAt(now)) {
                return false;
            }
            if (store.decide(seen, seen.superseded(person, shown, said, now), now)) {
                handOn(id);
                return true;
            }
        }
    }

    /** Holds escalated calls. */
    public void hold(List<Received<CallEscalated>> batch) {
        for (Received<CallEscalated> received : batch) {
            CallEscalated escalated = received.event();
            try {
                step.trusted(received.signed());
            } catch (UntrustedCallException e) {
                deadLetters
                        .put(received.record(), String.valueOf(e.getMessage()))
                        .join();
                continue;
            }
            Instant now = clock.instant();
            try {
                keep(received, now);
            } catch (RuntimeException | StackOverflowError e) {
                if (e instanceof DataAccessException && !(e instanceof DataIntegrityViolationException)) {
                    // The database is away, or not as it should be: the batch comes again.
                    throw e;
                }
                putAside(received, e);
                continue;
            }
            approveWithPlan(escalated.call());
            store.find(escalated.call().callId())
                    .filter(stored -> stored.approval().status() == Status.PENDING
                            || stored.approval().wasRefused()
                            || escalated.call().usesApproval() != null
                            || stored.approval().wasGranted())
                    .ifPresent(stored -> publish(stored, received.signed()));
        }
    }

    /** Keeps the new approval of a call: an earlier one or a grant answers it, it is pending, or there are too many already. */
    private void keep(Received<CallEscalated> received, Instant now) {
        CallEscalated escalated = received.event();
        ToolCall call = escalated.call();
        Approval approval = Approval.of(escalated, lifetime, redactor, now);
        int partition = received.record().partition();
        long offset = received.record().offset();
        UUID earlier = call.usesApproval();
        if (earlier != null && call.mode() == Mode.DECIDE) {
            Optional<Approval> answered = store.find(earlier)
                    .flatMap(stored -> approval.answeredBy(stored.approval(), now))
                    .filter(each -> store.use(earlier, call.callId(), now));
            if (answered.isPresent()) {
                store.insert(new Stored(answered.get(), partition, offset));
                return;
            }
        }
        for (Grant grant : grants.good(call.agent(), call.upstream(), call.tool(), now)) {
            if (grant.covers(escalated, now)
                    && store.insertGranted(new Stored(approval.granted(grant), partition, offset), grant.id(), now)) {
                return;
            }
        }
        store.insert(new Stored(approval.admitted(store.pending(call.agent()), maxPendingPerAgent), partition, offset));
    }

    /** Returns the call of an approval, as it was escalated; empty if it is not in Kafka any more. */
    public Optional<CallEscalated> escalated(UUID id) {
        Optional<Stored> stored = store.find(id);
        if (stored.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(reader.read(
                            topics.name(Topic.CALLS_ESCALATED),
                            stored.get().partition(),
                            stored.get().offset(),
                            CallEscalated.class,
                            id)
                    .event());
        } catch (UnreadableEventException e) {
            log.warn("call {} cannot be read again: {}", id, e.getMessage());
            return Optional.empty();
        }
    }

    /** Hands on a decided call at once; if that fails, it is tried again soon. */
    public void handOn(UUID id) {
        store.find(id)
                .filter(stored -> stored.approval().status() != Status.PENDING)
                .ifPresent(this::tryToPublish);
    }

    /** A step of a plan that people approved as a whole was approved with it, once. The pipeline is told of that as of any decision. */
    private void approveWithPlan(ToolCall call) {
        if (call.origin() != Origin.PLAN || call.parentCallId() == null) {
            return;
        }
        Instant now = clock.instant();
        Approval seen = store.find(call.callId()).map(Stored::approval).orElse(null);
        if (seen == null || !seen.isOpenAt(now)) {
            return;
        }
        for (Approval plan : store.approvedPlans(call.agent(), now.minus(PLAN_HOLDS))) {
            long covered = plan.arguments().as(PlanApproval.class).stepsLike(call);
            if (covered > store.approvedWithPlan(call.agent(), call.digest(), plan.id())) {
                store.decide(seen, seen.afterPlan(plan, now), now);
                return;
            }
        }
    }

    /** A record that cannot be held would fail the batch for ever; its call must not go without an end. */
    private void putAside(Received<CallEscalated> received, Throwable problem) {
        log.error("call {} cannot be held for a person", received.event().call().callId(), problem);
        deadLetters.put(received.record(), "approval failed on it: " + problem).join();
        publisher
                .publish(step.failed(received.signed(), Stage.APPROVAL, clock.instant()))
                .join();
    }

    /** Cancels what is held of withdrawn calls. */
    public void cancel(List<Received<CallWithdrawn>> batch) {
        batch.stream()
                .map(Received::event)
                .forEach(withdrawn -> store.cancel(withdrawn.call().callId(), clock.instant()));
        publishUnpublished();
    }

    /** Ends what nobody decided in time, and tells the pipeline what it could not be told before. */
    @Scheduled(fixedDelay = 500)
    void expireAndPublish() {
        store.expire(clock.instant());
        publishUnpublished();
    }

    private void publishUnpublished() {
        store.unpublished().forEach(this::tryToPublish);
    }

    private void tryToPublish(Stored stored) {
        UUID id = stored.approval().id();
        Instant now = clock.instant();
        if (!store.claimPublishing(id, stored.approval().status(), now, now.plus(PUBLISHING_TIMEOUT))) {
            return;
        }
        try {
            publish(
                    stored,
                    reader.read(
                            topics.name(Topic.CALLS_ESCALATED),
                            stored.partition(),
                            stored.offset(),
                            CallEscalated.class,
                            id));
        } catch (UnreadableEventException e) {
            log.error("call {} cannot be handed on: {}", id, e.getMessage());
            store.markPublished(id, stored.approval().status());
        } catch (RuntimeException e) {
            log.warn("call {} could not be handed on, and will be tried again: {}", id, e.toString());
            store.releasePublishing(id);
        }
    }

    private void publish(Stored stored, Signed<CallEscalated> signed) {
        CallEscalated escalated = signed.event();
        Approval approval = stored.approval();
        publisher.publish(changed(approval, escalated)).join();
        switch (approval.status()) {
            case APPROVED, DENIED ->
                publisher.publish(step.after(signed, approval.verdict())).join();
            case EXPIRED -> publisher.publish(expired(approval, escalated)).join();
            case PENDING, CANCELLED -> {
                // A cancelled call is ended by the executor, which alone knows that it was not started.
            }
        }
        store.markPublished(approval.id(), approval.status());
        people.changed(approval);
    }

    private static ApprovalChanged changed(Approval approval, CallEscalated escalated) {
        return new ApprovalChanged(
                escalated.call().withoutArguments(),
                approval.status(),
                approval.changedAt(),
                approval.expiresAt(),
                approval.decidedBy(),
                approval.reason(),
                approval.channel(),
                Map.of());
    }

    private CallCompleted expired(Approval approval, CallEscalated escalated) {
        return CallCompleted.of(
                escalated.call(),
                chain.append(escalated.call(), escalated.verdicts(), approval.verdict()),
                Outcome.EXPIRED,
                null,
                CallError.of(
                        "approval_expired", "Nobody approved or denied this call until " + approval.expiresAt() + "."),
                Stage.APPROVAL,
                approval.changedAt());
    }
}

package io.openclaw.gateway.approval.channel;

import io.openclaw.gateway.approval.channel.core.Channel;
import io.openclaw.gateway.approval.channel.core.Contacts;
import io.openclaw.gateway.approval.channel.core.OnCall;
import io.openclaw.gateway.approval.channel.core.People;
import io.openclaw.gateway.approval.channel.core.Routing;
import io.openclaw.gateway.approval.channel.persistence.ChannelStore;
import io.openclaw.gateway.approval.channel.persistence.ChannelStore.Started;
import io.openclaw.gateway.approval.core.Approval;
import io.openclaw.gateway.approval.desk.ApprovalDesk;
import io.openclaw.gateway.approval.persistence.ApprovalStore;
import io.openclaw.gateway.approval.persistence.PeopleStore;
import io.openclaw.gateway.approval.persistence.PeopleStore.Delegation;
import io.openclaw.gateway.common.console.ConsoleJournal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Decides again and again who is to be asked about calls that wait, and puts the questions into the outbox. It sends nothing. */
public final class Outreach {
    private static final Duration CLAIM = Duration.ofSeconds(30);
    private static final int BATCH = 100;

    private final ChannelStore store;
    private final ApprovalStore approvals;
    private final PeopleStore people;
    private final ApprovalDesk desk;
    private final Map<String, Channel> channels;
    private final Contacts contacts;
    private final People approvers;
    private final Routing routing;
    private final OnCall onCall;
    private final boolean endsUnreachable;
    private final ConsoleJournal journal;
    private final Clock clock;

    /**
     * @param channels the channels that are on
     * @param endsUnreachable whether a call ends at once about which nobody can be reached, as one that nobody saw in time
     */
    public Outreach(
            ChannelStore store,
            ApprovalStore approvals,
            PeopleStore people,
            ApprovalDesk desk,
            List<Channel> channels,
            Contacts contacts,
            People approvers,
            Routing routing,
            OnCall onCall,
            boolean endsUnreachable,
            ConsoleJournal journal,
            Clock clock) {
        this.store = store;
        this.approvals = approvals;
        this.people = people;
        this.desk = desk;
        this.channels = channels.stream().collect(Collectors.toUnmodifiableMap(Channel::name, each -> each));
        this.contacts = contacts;
        this.approvers = approvers;
        this.routing = routing;
        this.onCall = onCall;
        this.endsUnreachable = endsUnreachable;
        this.journal = journal;
        this.clock = clock;
    }

    /** Looks once at all calls for which it is time, and ends questions about those that do not wait any more. */
    public void pass() {
        Instant now = clock.instant();
        store.begin(now);
        List<Started> due = store.due(now, now.plus(CLAIM), BATCH);
        if (!due.isEmpty()) {
            Map<String, List<String>> known = approvers.approvers();
            Map<String, Set<String>> standIns = standIns(now);
            due.forEach(each -> route(each, known, standIns, now));
        }
        store.end(
                channels.values().stream()
                        .filter(Channel::updates)
                        .map(Channel::name)
                        .toList(),
                now);
    }

    private Map<String, Set<String>> standIns(Instant now) {
        return people.current(now).stream()
                .filter(delegation -> !delegation.from().isAfter(now))
                .collect(Collectors.groupingBy(
                        Delegation::person, Collectors.mapping(Delegation::delegate, Collectors.toSet())));
    }

    private void route(
            Started started, Map<String, List<String>> known, Map<String, Set<String>> standIns, Instant now) {
        UUID id = started.callId();
        Optional<Approval> found = approvals.find(id).map(ApprovalStore.Stored::approval);
        if (found.isEmpty() || !found.get().isOpenAt(now)) {
            store.lookAgain(id, null);
            return;
        }
        Approval approval = found.get();
        Routing.Plan plan = routing.plan(
                new Routing.Situation(
                        approval,
                        started.since(),
                        known,
                        standIns,
                        name -> desk.person(
                                name,
                                known.getOrDefault(name, List.of()),
                                "channel",
                                each -> known.getOrDefault(each, List.of())),
                        name -> contacts.isReachable(name, now)
                                && contacts.addresses(name).keySet().stream().anyMatch(channels::containsKey),
                        onCall),
                now);
        for (String name : plan.people()) {
            contacts.addresses(name).forEach((channel, address) -> {
                if (channels.containsKey(channel)) {
                    store.ask(id, name, channel, address, now);
                }
            });
        }
        if (routing.maxReminders() > 0 && routing.remindAfter().isPositive()) {
            store.remind(
                    id,
                    now.minus(routing.remindAfter()),
                    routing.maxReminders(),
                    known.keySet(),
                    approval.votes().stream().map(Approval.Vote::person).toList(),
                    now);
        }
        if (plan.isComplete() && !store.mayReach(id)) {
            nobodyReached(approval, now);
        }
        store.lookAgain(id, plan.lookAgainAt());
    }

    private void nobodyReached(Approval approval, Instant now) {
        boolean isNew = store.unreachable(approval.id(), now);
        boolean ends = endsUnreachable && approvals.endUnseen(approval.id(), now);
        if (isNew) {
            journal.note(
                    "approval",
                    "channel.unreachable",
                    approval.id().toString(),
                    "no channel reaches anybody who may approve this call; "
                            + (ends ? "it ends" : "it waits at the console"),
                    null);
        }
    }
}

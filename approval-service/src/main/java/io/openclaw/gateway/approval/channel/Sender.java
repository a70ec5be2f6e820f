package io.openclaw.gateway.approval.channel;

import io.github.resilience4j.core.IntervalFunction;
import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.approval.channel.core.Action;
import io.openclaw.gateway.approval.channel.core.Buttons;
import io.openclaw.gateway.approval.channel.core.Channel;
import io.openclaw.gateway.approval.channel.core.Channel.Receipt;
import io.openclaw.gateway.approval.channel.core.Message;
import io.openclaw.gateway.approval.channel.core.Question;
import io.openclaw.gateway.approval.channel.core.Right;
import io.openclaw.gateway.approval.channel.core.Rights;
import io.openclaw.gateway.approval.channel.core.SendingFailedException;
import io.openclaw.gateway.approval.channel.core.Tokens;
import io.openclaw.gateway.approval.channel.persistence.ChannelStore;
import io.openclaw.gateway.approval.core.Approval;
import io.openclaw.gateway.approval.persistence.ApprovalStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what the outbox has for one channel, on threads of its own. A vendor that is away or wants fewer messages is left alone for
 * a time that grows (resilience4j's exponential backoff with jitter), or for as long as it said; meanwhile messages stay in the
 * outbox until they are sent or too late.
 */
public final class Sender {
    private static final Logger log = LoggerFactory.getLogger(Sender.class);
    private static final Duration CLAIM = Duration.ofMinutes(2);
    private static final Duration CONVERSATION = Duration.ofHours(24);
    private static final Duration MAX_REST = Duration.ofHours(1);
    /** Between two questions about calls that are alike to one person through one channel. */
    static final Duration BETWEEN_ALIKE = Duration.ofMinutes(1);

    private static final int AT_ONCE = 8;
    /** After that an answer or a change is of no use to anybody. */
    private static final int MAX_ATTEMPTS = 8;

    /** The backoff has reached its maximum by then. */
    private static final int MAX_STEPS = 10;

    private static final IntervalFunction BACKOFF =
            IntervalFunction.ofExponentialRandomBackoff(1_000, 2.0, 0.3, 60_000);

    private final Channel channel;
    private final ChannelStore store;
    private final ApprovalStore approvals;
    private final Rights rights;
    private final @Nullable String console;
    private final Tokens tokens = new Tokens();
    private final MeterRegistry meters;
    private final Clock clock;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger failuresInARow = new AtomicInteger();
    private final AtomicReference<Instant> restsUntil = new AtomicReference<>(Instant.MIN);

    /** @param console the console's base URL, without a slash at its end; absent if nobody said it */
    public Sender(
            Channel channel,
            ChannelStore store,
            ApprovalStore approvals,
            Rights rights,
            @Nullable String console,
            MeterRegistry meters,
            Clock clock) {
        this.channel = channel;
        this.store = store;
        this.approvals = approvals;
        this.rights = rights;
        this.console = console;
        this.meters = meters;
        this.clock = clock;
    }

    /** Returns the channel that it sends through. */
    public Channel channel() {
        return channel;
    }

    /** Sends what is due, until nothing is or the vendor wants a rest. */
    public void pass() throws InterruptedException {
        while (!restsUntil.get().isAfter(clock.instant())) {
            Instant now = clock.instant();
            List<Message> claimed = store.claim(channel.name(), now, now.plus(CLAIM), AT_ONCE);
            if (claimed.isEmpty()) {
                return;
            }
            for (Future<?> sending : claimed.stream()
                    .map(each -> threads.submit(() -> send(each)))
                    .toList()) {
                try {
                    sending.get();
                } catch (java.util.concurrent.ExecutionException e) {
                    // The database is away: the claim runs out, and the message is claimed again.
                    throw new IllegalStateException("a message could not be kept as sent or not", e.getCause());
                }
            }
        }
    }

    private void send(Message message) {
        if (restsUntil.get().isAfter(clock.instant())) {
            store.hold(message, restsUntil.get());
            return;
        }
        try {
            switch (message.kind()) {
                case ASK -> ask(message);
                case REPLY ->
                    sent(
                            message,
                            channel.reply(new Channel.Reply(
                                    message.id(),
                                    message.to(),
                                    message.callId(),
                                    String.valueOf(message.text()),
                                    message.inReplyTo())));
                case UPDATE -> update(message);
            }
        } catch (SendingFailedException e) {
            notSent(message, e);
        } catch (RuntimeException e) {
            log.error("{}: a message could not be made", channel.name(), e);
            notSent(message, SendingFailedException.forNow("the message could not be made: " + e));
        }
    }

    private void ask(Message message) throws SendingFailedException {
        Instant now = clock.instant();
        Optional<Approval> found = find(message).filter(approval -> approval.isOpenAt(now));
        if (found.isEmpty()) {
            store.tooLate(message, "the call did not wait any more when this could be sent", now);
            count("too-late");
            return;
        }
        Approval approval = found.get();
        if (approval.votes().stream().anyMatch(vote -> vote.person().equals(message.approver()))) {
            store.tooLate(message, "this person had answered when this could be sent", now);
            return;
        }
        String turn = "ask " + channel.name() + " " + message.address() + " " + message.group();
        if (!store.takeTurn(turn, BETWEEN_ALIKE, now)) {
            store.hold(message, store.lastTurn(turn).orElse(now).plus(BETWEEN_ALIKE));
            return;
        }
        Question question = question(approval, message.reminders() > 0);
        Map<Action, String> made = new EnumMap<>(Action.class);
        for (Action action : Action.values()) {
            if (question.right().allows(action)) {
                made.put(action, tokens.next());
            }
        }
        Map<Action, String> hashes = new EnumMap<>(Action.class);
        made.forEach((action, token) -> hashes.put(action, Tokens.hash(token)));
        store.issue(message.id(), hashes);
        try {
            sent(
                    message,
                    channel.ask(new Channel.Ask(
                            message.id(),
                            message.to(),
                            question,
                            new Buttons(
                                    made.get(Action.APPROVE),
                                    made.get(Action.DENY),
                                    Objects.requireNonNull(made.get(Action.DETAILS))),
                            store.isHeardSince(channel.name(), message.address(), now.minus(CONVERSATION)),
                            message.wasOutside())));
        } catch (SendingFailedException e) {
            // What is refused for good has had its turn, or all questions that are alike were refused at once.
            if (e.mayPass()) {
                store.giveBackTurn(turn);
            }
            throw e;
        } catch (RuntimeException e) {
            store.giveBackTurn(turn);
            throw e;
        }
    }

    private void update(Message message) throws SendingFailedException {
        Optional<Approval> found = find(message);
        if (found.isEmpty() || message.inReplyTo() == null) {
            store.tooLate(message, "the call is not known any more", clock.instant());
            return;
        }
        Approval approval = found.get();
        channel.update(new Channel.Update(
                message.id(), message.to(), message.inReplyTo(), question(approval, false), Outcomes.of(approval)));
        sent(message, new Receipt(null, "update"));
    }

    private Optional<Approval> find(Message message) {
        return message.callId() == null
                ? Optional.empty()
                : approvals.find(message.callId()).map(ApprovalStore.Stored::approval);
    }

    private Question question(Approval approval, boolean isReminder) {
        Right right = rights.of(approval, channel.name(), channel.most());
        long alike = approvals
                .likeness(approval.id())
                .map(likeness -> approvals.alike(likeness).stream()
                        .filter(each -> !each.id().equals(approval.id()))
                        .count())
                .orElse(0L);
        return Question.of(approval, console, alike, right, isReminder);
    }

    private void sent(Message message, Receipt receipt) {
        failuresInARow.set(0);
        store.sent(message, receipt, clock.instant());
        count("sent");
    }

    private void notSent(Message message, SendingFailedException problem) {
        Instant now = clock.instant();
        String why = String.valueOf(problem.getMessage());
        if (!problem.mayPass() || (message.kind() != Message.Kind.ASK && message.attempts() >= MAX_ATTEMPTS)) {
            log.warn("{}: a message to {} failed: {}", channel.name(), message.approver(), why);
            store.failed(message, why, now);
            count("failed");
            return;
        }
        Duration wait = backoff(message.attempts());
        Duration wanted = problem.retryAfter();
        if (wanted != null) {
            Duration rest = wanted.compareTo(MAX_REST) > 0 ? MAX_REST : wanted;
            wait = wait.compareTo(rest) > 0 ? wait : rest;
            rest(now.plus(rest));
        } else {
            // One message that fails says little; several in a row say that the vendor is away.
            int inARow = failuresInARow.incrementAndGet();
            if (inARow >= AT_ONCE) {
                rest(now.plus(backoff(inARow - AT_ONCE + 1)));
            }
        }
        log.info("{}: a message to {} is tried again in {}: {}", channel.name(), message.approver(), wait, why);
        store.retry(message, now.plus(wait), why, now);
        count("retried");
    }

    private static Duration backoff(int attempt) {
        return Duration.ofMillis(BACKOFF.apply(Math.clamp(attempt, 1, MAX_STEPS)));
    }

    private void rest(Instant until) {
        restsUntil.accumulateAndGet(until, (one, other) -> one.isAfter(other) ? one : other);
    }

    private void count(String outcome) {
        meters.counter("openclaw.channel.messages", "channel", channel.name(), "outcome", outcome)
                .increment();
    }
}

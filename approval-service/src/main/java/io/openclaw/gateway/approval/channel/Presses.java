package io.openclaw.gateway.approval.channel;

import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.approval.channel.core.Action;
import io.openclaw.gateway.approval.channel.core.Answer;
import io.openclaw.gateway.approval.channel.core.Answer.Kind;
import io.openclaw.gateway.approval.channel.core.Channel;
import io.openclaw.gateway.approval.channel.core.Contacts;
import io.openclaw.gateway.approval.channel.core.Message;
import io.openclaw.gateway.approval.channel.core.People;
import io.openclaw.gateway.approval.channel.core.PlainText;
import io.openclaw.gateway.approval.channel.core.Press;
import io.openclaw.gateway.approval.channel.core.Question;
import io.openclaw.gateway.approval.channel.core.Right;
import io.openclaw.gateway.approval.channel.core.Rights;
import io.openclaw.gateway.approval.channel.persistence.ChannelStore;
import io.openclaw.gateway.approval.channel.persistence.ChannelStore.Issued;
import io.openclaw.gateway.approval.core.Approval;
import io.openclaw.gateway.approval.core.Person;
import io.openclaw.gateway.approval.core.PersonsDecision;
import io.openclaw.gateway.approval.desk.ApprovalDesk;
import io.openclaw.gateway.common.console.ConsoleJournal;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.JsonText;
import io.openclaw.gateway.common.redaction.Redactor;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.ErrorResponseException;
import tools.jackson.databind.JsonNode;

/**
 * What people answer through channels. A press is kept before anything else, once however often it is delivered, so that none is
 * lost and none counts twice; then it decides as the console does: same people, same rules, same digest. Each is on record.
 */
public final class Presses {
    private static final Logger log = LoggerFactory.getLogger(Presses.class);
    /** Longer than a broker that is away can hold a decision up. */
    private static final Duration CLAIM = Duration.ofMinutes(2);

    private static final Duration OVERDUE = Duration.ofSeconds(30);
    private static final int AT_ONCE = 4;
    private static final Duration BETWEEN_NOTES = Duration.ofHours(1);
    private static final Duration BETWEEN_DETAILS = Duration.ofSeconds(10);
    private static final int MAX_REASON = 1_000;
    /** WhatsApp's limit of a message's text is 4,096 characters. */
    private static final int MAX_DETAILS = 3_500;

    private static final int SHOWN_DIGITS = 4;

    private final ChannelStore store;
    private final ApprovalDesk desk;
    private final Map<String, Channel> channels;
    private final Contacts contacts;
    private final People people;
    private final Rights rights;
    private final @Nullable String console;
    private final ConsoleJournal journal;
    private final Redactor redactor;
    private final MeterRegistry meters;
    private final Clock clock;
    private final ExecutorService threads =
            Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory());

    /** @param console the console's base URL, without a slash at its end; absent if nobody said it */
    public Presses(
            ChannelStore store,
            ApprovalDesk desk,
            List<Channel> channels,
            Contacts contacts,
            People people,
            Rights rights,
            @Nullable String console,
            ConsoleJournal journal,
            Redactor redactor,
            MeterRegistry meters,
            Clock clock) {
        this.store = store;
        this.desk = desk;
        this.channels = channels.stream().collect(Collectors.toUnmodifiableMap(Channel::name, each -> each));
        this.contacts = contacts;
        this.people = people;
        this.rights = rights;
        this.console = console;
        this.journal = journal;
        this.redactor = redactor;
        this.meters = meters;
        this.clock = clock;
    }

    /** Keeps a press, and decides about it soon: a vendor wants its answer within seconds, whatever the broker does. */
    public void take(Press press) {
        Press kept = keep(press);
        threads.execute(() -> decideQuietly(kept));
    }

    /**
     * Keeps a press, and decides about it at once if that is possible.
     *
     * @return what became of it, also if it came before; empty if that is not known yet
     */
    public Optional<Answer> answer(Press press) {
        Press kept = keep(press);
        if (!store.isSame(kept)) {
            return Optional.of(new Answer(
                    Kind.REFUSED, "This id came before with another decision, and nothing was decided; use a new id."));
        }
        decideQuietly(kept);
        return store.answer(kept.channel(), kept.id());
    }

    private Press keep(Press press) {
        Press kept = masked(press);
        Instant now = clock.instant();
        store.receive(kept, now);
        if (contacts.person(press.channel(), press.sender()).isPresent()) {
            store.heard(press.channel(), press.sender(), now);
        }
        return kept;
    }

    /** Notes that somebody wrote something that is no press: it opens a conversation, and decides nothing. */
    public void wrote(String channel, String sender) {
        Instant now = clock.instant();
        if (contacts.person(channel, sender).isPresent()) {
            store.heard(channel, sender, now);
        } else {
            unknownSender(channel, sender, now);
        }
    }

    /** Notes that something came which was not signed as it has to be. */
    public void rejected(String channel, String why, @Nullable String address) {
        meters.counter("openclaw.channel.rejected", "channel", channel).increment();
        log.warn("{}: something came from {} and was rejected: {}", channel, address, why);
        // Anybody can send such things, so the record gets one of them in a while.
        if (store.takeTurn("rejected " + channel, BETWEEN_NOTES, clock.instant())) {
            journal.note("nobody", "channel.rejected", channel, why, address);
        }
    }

    /** Decides about presses that were kept and could not be decided about then. */
    public void pass() {
        Instant now = clock.instant();
        store.unanswered(now.minus(OVERDUE), now).forEach(this::decideQuietly);
    }

    private Press masked(Press press) {
        String reason = press.reason();
        return new Press(
                press.channel(),
                press.id(),
                press.sender(),
                press.tokenHash(),
                press.inReplyTo(),
                reason == null || reason.isBlank()
                        ? null
                        : PlainText.shortened(
                                redactor.redact(JsonText.repaired(reason.strip().replace("\0", ""))), MAX_REASON / 2));
    }

    private void decideQuietly(Press press) {
        Instant now = clock.instant();
        if (!store.claim(press, now, now.plus(CLAIM))) {
            return;
        }
        try {
            decide(press, now);
        } catch (RuntimeException e) {
            // It is kept, and its claim runs out.
            log.error("{}: a press could not be decided about, and is looked at again soon", press.channel(), e);
        }
    }

    private void decide(Press press, Instant now) {
        Optional<String> listed = contacts.person(press.channel(), press.sender());
        if (listed.isEmpty()) {
            unknownSender(press.channel(), press.sender(), now);
            end(press, null, null, new Answer(Kind.UNKNOWN_SENDER, "This sender is on no list of approvers."), now);
            return;
        }
        Optional<Issued> issued = store.token(press.tokenHash())
                .filter(each -> each.message().channel().equals(press.channel()));
        UUID callId = issued.map(each -> each.message().callId()).orElse(null);
        Answer answer = issued.isEmpty() || callId == null
                ? new Answer(Kind.UNKNOWN_BUTTON, "This button is not known here; nothing was decided.")
                : answer(press, issued.get(), callId, listed.get(), now);
        store.reply(callId, listed.get(), press, answer.text(), now);
        end(press, listed.get(), callId, answer, now);
    }

    private Answer answer(Press press, Issued issued, UUID callId, String listed, Instant now) {
        Message message = issued.message();
        Map<String, List<String>> known = people.approvers();
        Optional<String> account = Contacts.match(known.keySet(), listed);
        if (!message.address().equals(press.sender())
                || account.isEmpty()
                || !account.get().equals(message.approver())) {
            return account.isEmpty()
                    ? new Answer(Kind.REFUSED, "You may not decide about calls any more; nothing was decided.")
                    : new Answer(Kind.NOT_YOURS, "This was asked of somebody else; nothing was decided.");
        }
        Approval approval = desk.find(callId);
        desk.seen(List.of(callId));
        if (issued.action() == Action.DETAILS) {
            return details(press, approval, now);
        }
        if (!approval.isOpenAt(now)) {
            return new Answer(Kind.LATE, Outcomes.late(approval, now));
        }
        Channel channel = channels.get(press.channel());
        Right right = rights.of(approval, press.channel(), channel == null ? Right.LINK : channel.most());
        if (!right.allows(issued.action())) {
            return new Answer(
                    Kind.CONSOLE_ONLY,
                    "Nothing was decided. "
                            + Question.of(approval, console, 0, right, false).whole());
        }
        if (!store.use(press.tokenHash(), press, now)) {
            return new Answer(Kind.USED, "This button was used before; what you said counts once.");
        }
        return decide(press, issued, approval, known, now);
    }

    private Answer decide(Press press, Issued issued, Approval approval, Map<String, List<String>> known, Instant now) {
        String approver = issued.message().approver();
        Person person = desk.person(
                approver,
                known.getOrDefault(approver, List.of()),
                press.channel(),
                each -> known.getOrDefault(each, List.of()));
        try {
            Approval after = desk.decide(
                    approval.id(),
                    new PersonsDecision(
                            issued.action().label(),
                            press.reason(),
                            issued.message().digest()),
                    person);
            return switch (after.status()) {
                case APPROVED ->
                    new Answer(
                            Kind.DECIDED,
                            "Approved: " + after.upstream() + "/" + after.tool() + " of " + after.agent()
                                    + " runs now.");
                case DENIED ->
                    new Answer(
                            Kind.DECIDED,
                            "Denied: " + after.upstream() + "/" + after.tool() + " of " + after.agent()
                                    + " does not run.");
                default ->
                    new Answer(
                            Kind.COUNTED,
                            "Your yes counts. The call waits for " + String.join(" and ", after.waitingFor(now)) + ".");
            };
        } catch (ErrorResponseException e) {
            Approval after = desk.find(approval.id());
            String why = e.getBody().getDetail();
            return after.isOpenAt(clock.instant())
                    ? new Answer(Kind.REFUSED, why == null ? "It was refused." : why)
                    : new Answer(Kind.LATE, Outcomes.late(after, clock.instant()));
        }
    }

    /** A message of a chat is short, so the whole call is sent to anyone who asks for it, and no more often than it can be read. */
    private Answer details(Press press, Approval approval, Instant now) {
        if (!store.takeTurn(
                "details " + press.channel() + " " + press.sender() + " " + approval.id(), BETWEEN_DETAILS, now)) {
            return new Answer(Kind.DETAILS, "You were sent this call a moment ago.");
        }
        String arguments = Json.MAPPER
                .writerWithDefaultPrettyPrinter()
                .writeValueAsString(approval.arguments().as(JsonNode.class));
        String shown = arguments.lines().map(Presses::line).collect(Collectors.joining("\n"));
        var question = Question.of(approval, console, 0, Right.APPROVE, false);
        return new Answer(
                Kind.DETAILS,
                PlainText.shortened(
                                question.title() + "\n" + shown
                                        + (approval.intent() == null
                                                ? ""
                                                : "\nThe agent says: " + PlainText.of(approval.intent()))
                                        + approval.reasons().stream()
                                                .map(reason -> "\n- " + PlainText.of(reason.text()) + " ("
                                                        + reason.ruleId() + ")")
                                                .collect(Collectors.joining()),
                                MAX_DETAILS)
                        + "\nDigest " + approval.digest()
                        + (approval.isOpenAt(now) ? "" : "\n" + Outcomes.late(approval, now))
                        + "\n" + question.whole());
    }

    private static String line(String text) {
        int indent = text.length() - text.stripLeading().length();
        return " ".repeat(indent) + PlainText.of(text);
    }

    private void end(Press press, @Nullable String person, @Nullable UUID callId, Answer answer, Instant now) {
        store.answered(press, person, answer, now);
        meters.counter(
                        "openclaw.channel.presses",
                        "channel",
                        press.channel(),
                        "answer",
                        answer.kind().label())
                .increment();
        if (person != null) {
            journal.note(
                    person,
                    "channel." + answer.kind().label(),
                    callId == null ? JsonText.repaired(press.id()) : callId.toString(),
                    press.channel() + ": "
                            + (answer.kind() == Kind.DETAILS ? "the whole call was sent" : answer.text()),
                    null);
        }
    }

    /** Anybody can write to a number, so the record gets a sender once in a while. */
    private void unknownSender(String channel, String sender, Instant now) {
        if (store.takeTurn("unknown " + channel + " " + sender, BETWEEN_NOTES, now)) {
            String shown = JsonText.repaired(
                    sender.length() <= SHOWN_DIGITS ? sender : "…" + sender.substring(sender.length() - SHOWN_DIGITS));
            journal.note("nobody", "channel.ignored", channel, "sender " + shown + " is on no list of approvers", null);
        }
    }
}

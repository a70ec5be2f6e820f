package io.openclaw.gateway.executor.kafka;

import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallProgressed;
import io.openclaw.gateway.common.event.ConversationEvent;
import io.openclaw.gateway.common.event.InputGiven;
import io.openclaw.gateway.common.event.InputRequested;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.Received;
import io.openclaw.gateway.common.policy.PolicyDocument.Results;
import io.openclaw.gateway.executor.core.ResultInspection;
import io.openclaw.gateway.executor.upstream.Dialogue;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What upstreams and the clients of agents say to each other about the calls that this instance runs. */
final class Conversations {
    private static final Logger log = LoggerFactory.getLogger(Conversations.class);
    private static final long LOOK_EVERY_MILLIS = 500;
    private static final Duration TIMEOUT = Duration.ofMinutes(10);
    /** How much of what an upstream tells of one call is passed on in one second; the rest is left out. */
    private static final int MOST_A_SECOND = 50;
    /** And how many characters of it; a longer message is left out whole. */
    private static final int MAX_CHARACTERS_PER_SECOND = 64 * 1024;

    private final Map<UUID, Conversation> open = new ConcurrentHashMap<>();
    private final EventPublisher publisher;
    private final Clock clock;

    Conversations(EventPublisher publisher, Clock clock) {
        this.publisher = publisher;
        this.clock = clock;
    }

    /** What a conversation needs of the call's execution. */
    interface Execution {
        /** Begins an attempt; throws {@link io.openclaw.gateway.executor.upstream.WithheldException} if it must not. */
        void begin();

        /** Notes that the attempt which was begun last did not reach the upstream. */
        void didNotStart();

        /** Gives back the slot, while the client is waited for. */
        void leaveSlot();

        /** Waits for a slot again. */
        void awaitSlot() throws InterruptedException;
    }

    /**
     * Opens the conversation about a call.
     *
     * @param results what happens to instructions and credentials in what the upstream says
     */
    Conversation open(ToolCall call, Execution execution, Results results) {
        var conversation = new Conversation(call.withoutArguments(), execution, results);
        open.put(call.callId(), conversation);
        return conversation;
    }

    /** Takes what clients answered; what is for calls of other instances is left to them. */
    void take(List<Received<InputGiven>> batch) {
        for (Received<InputGiven> received : batch) {
            InputGiven given = received.event();
            Conversation conversation = open.get(given.call().callId());
            if (conversation == null) {
                continue;
            }
            if (!given.call().agent().equals(conversation.call.agent())) {
                log.error(
                        "an answer to call {} is not of its agent; it is ignored",
                        given.call().callId());
                continue;
            }
            conversation.given.add(given);
        }
    }

    /** Cancels a call, if this instance runs it and its upstream can be told. */
    void cancel(UUID callId) {
        Conversation conversation = open.get(callId);
        if (conversation != null) {
            conversation.cancel();
        }
    }

    private @Nullable ConversationEvent published(ConversationEvent event) {
        try {
            publisher.publish(event).join();
            return event;
        } catch (RuntimeException e) {
            log.warn(
                    "what is said about call {} is not passed on: {}",
                    event.call().callId(),
                    e.toString());
            return null;
        }
    }

    /** The conversation about one call. */
    final class Conversation implements Dialogue, AutoCloseable {
        private final ToolCall call;
        private final Execution execution;
        private final Results results;
        private final BlockingQueue<InputGiven> given = new LinkedBlockingQueue<>();
        private @Nullable Runnable cancellation;
        private volatile boolean cancelled;
        private int told;
        private int round;
        private long second;
        private int inThisSecond;
        private int charactersInThisSecond;

        Conversation(ToolCall call, Execution execution, Results results) {
            this.call = call;
            this.execution = execution;
            this.results = results;
        }

        @Override
        public void beforeAttempt() {
            execution.begin();
        }

        @Override
        public void didNotStart() {
            execution.didNotStart();
        }

        @Override
        public synchronized void cancellableBy(Runnable how) {
            cancellation = how;
            if (cancelled) {
                how.run();
            }
        }

        private synchronized void cancel() {
            cancelled = true;
            if (cancellation != null) {
                cancellation.run();
            }
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }

        @Override
        public synchronized void told(String method, RawJson params) {
            long now = clock.instant().getEpochSecond();
            if (now != second) {
                second = now;
                inThisSecond = 0;
                charactersInThisSecond = 0;
            }
            int length = params.text().length();
            if (inThisSecond < MOST_A_SECOND && charactersInThisSecond + length <= MAX_CHARACTERS_PER_SECOND) {
                inThisSecond++;
                charactersInThisSecond += length;
                ResultInspection.said(params, results)
                        .ifPresent(said -> published(
                                new CallProgressed(call, ++told, method, said, clock.instant(), null, Map.of())));
            }
        }

        @Override
        public Optional<Given> ask(Map<String, RawJson> requests) {
            round++;
            Map<String, RawJson> said = new LinkedHashMap<>();
            requests.forEach(
                    (key, request) -> ResultInspection.said(request, results).ifPresent(shown -> said.put(key, shown)));
            if (said.size() < requests.size()) {
                log.warn(
                        "a question of {} about call {} is withheld, as policy says: it speaks to a model or holds"
                                + " credentials",
                        call.upstream(),
                        call.callId());
                return Optional.empty();
            }
            if (published(new InputRequested(call, round, said, clock.instant(), null, Map.of())) == null) {
                return Optional.empty();
            }
            Instant end = clock.instant().plus(TIMEOUT);
            execution.leaveSlot();
            try {
                Optional<Given> answer = await(requests, end.isBefore(call.deadline()) ? end : call.deadline());
                if (answer.isPresent()) {
                    execution.awaitSlot();
                }
                return answer;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        }

        private Optional<Given> await(Map<String, RawJson> requests, Instant end) throws InterruptedException {
            Map<String, RawJson> responses = new HashMap<>();
            Map<String, RawJson> errors = new HashMap<>();
            while (true) {
                long left = Duration.between(clock.instant(), end).toMillis();
                InputGiven next =
                        left <= 0 ? null : given.poll(Math.min(left, LOOK_EVERY_MILLIS), TimeUnit.MILLISECONDS);
                if (left <= 0 || cancelled) {
                    return Optional.empty();
                }
                if (next == null) {
                    continue;
                }
                if (next.round() != round) {
                    continue;
                }
                responses.putAll(next.responses());
                errors.putAll(next.errors());
                boolean all = requests.keySet().stream()
                        .allMatch(key -> responses.containsKey(key) || errors.containsKey(key));
                if (next.complete() || all) {
                    responses.keySet().retainAll(requests.keySet());
                    errors.keySet().retainAll(requests.keySet());
                    return Optional.of(new Given(responses, errors));
                }
            }
        }

        @Override
        public void close() {
            open.remove(call.callId());
        }
    }
}

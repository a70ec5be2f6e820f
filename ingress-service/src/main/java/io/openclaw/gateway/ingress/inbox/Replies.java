package io.openclaw.gateway.ingress.inbox;

import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.ingress.inbox.core.InboxProof;
import io.openclaw.gateway.ingress.inbox.core.InboxReply;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Headers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.core.KafkaTemplate;

/**
 * Tells agents that asked by Kafka what came of it, on their own topics: at least once, as CloudEvents. An agent without such a
 * topic is told nothing; it can look at its call by HTTP.
 */
final class Replies {
    private static final Logger log = LoggerFactory.getLogger(Replies.class);
    private static final String TYPE = "io.openclaw.gateway.call.answered.v1";

    private final KafkaTemplate<String, byte[]> template;
    private final ReplyTopics topics;
    private final Function<Collection<UUID>, Map<UUID, String>> nonces;
    private final String source;
    private final Clock clock;
    private final MeterRegistry meters;

    private record Sent(InboxReply reply, CompletableFuture<?> sent) {}

    /**
     * @param nonces returns the nonces of calls
     * @param source the CloudEvents source of replies
     */
    Replies(
            KafkaTemplate<String, byte[]> template,
            ReplyTopics topics,
            Function<Collection<UUID>, Map<UUID, String>> nonces,
            String source,
            Clock clock,
            MeterRegistry meters) {
        this.template = template;
        this.topics = topics;
        this.nonces = nonces;
        this.source = source;
        this.clock = clock;
        this.meters = meters;
    }

    /**
     * Tells the ends of those calls that were asked for by Kafka, and returns when the broker has them.
     *
     * @throws RuntimeException if the broker does not take them now
     */
    void ended(List<CallCompleted> ends) {
        List<CallCompleted> told = ends.stream()
                .filter(end -> end.call().origin() == Origin.KAFKA)
                .filter(end -> topics.of(end.call().agent()).isPresent())
                .toList();
        if (told.isEmpty()) {
            return;
        }
        Map<UUID, String> known =
                nonces.apply(told.stream().map(end -> end.call().callId()).toList());
        List<InboxReply> replies = new ArrayList<>();
        for (CallCompleted end : told) {
            String nonce = known.get(end.call().callId());
            if (nonce != null) {
                replies.add(InboxReply.of(end, nonce));
            }
        }
        send(replies);
    }

    /** Sends replies, and returns when the broker has them. */
    void send(List<InboxReply> replies) {
        List<Sent> sent = new ArrayList<>();
        for (InboxReply reply : replies) {
            topics.of(reply.agent()).ifPresent(topic -> sent.add(new Sent(reply, send(topic, reply))));
        }
        sent.forEach(this::await);
    }

    private void await(Sent one) {
        InboxReply reply = one.reply();
        try {
            one.sent().join();
            count("sent");
        } catch (CompletionException e) {
            Throwable root = rootOf(e);
            if (root instanceof RecordTooLargeException && reply.result() != null) {
                send(List.of(reply.withoutResult(CallError.of(
                        "result_too_large",
                        "The call ended (" + reply.outcome() + "), but its result is larger than this topic takes."))));
            } else if (root instanceof AuthorizationException
                    || root instanceof RecordTooLargeException
                    || topics.again(reply.agent()).isEmpty()) {
                log.warn("the reply to {} of agent {} is lost: {}", reply.nonce(), reply.agent(), root.toString());
                count("lost");
            } else {
                throw e;
            }
        }
    }

    private CompletableFuture<?> send(String topic, InboxReply reply) {
        var record = new ProducerRecord<String, byte[]>(topic, null, reply.nonce(), Json.write(reply));
        Headers headers = record.headers();
        UUID callId = reply.callId();
        add(headers, "ce_specversion", "1.0");
        // The same of the same reply, however often it is sent.
        add(headers, "ce_id", (callId == null ? reply.nonce() : callId.toString()) + "/" + reply.status());
        add(headers, "ce_source", source);
        add(headers, "ce_type", TYPE);
        add(headers, "ce_subject", callId == null ? reply.nonce() : callId.toString());
        add(headers, "ce_time", clock.instant().toString());
        add(headers, "content-type", "application/json");
        add(headers, InboxProof.NONCE, reply.nonce());
        try {
            return template.send(record);
        } catch (RuntimeException e) {
            // The client tells of some failures at once.
            return CompletableFuture.failedFuture(e);
        }
    }

    private void count(String outcome) {
        meters.counter("openclaw.inbox.replies", "outcome", outcome).increment();
    }

    private static void add(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private static Throwable rootOf(Throwable problem) {
        Throwable root = problem;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}

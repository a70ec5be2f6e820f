package io.openclaw.gateway.ingress.inbox;

import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.common.boot.GatewayApplication;
import io.openclaw.gateway.common.call.Identity;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.identity.AgentDirectory;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.identity.KnownAgents;
import io.openclaw.gateway.common.identity.UnprovenException;
import io.openclaw.gateway.common.kafka.DeadLetters;
import io.openclaw.gateway.ingress.core.AgentLimits;
import io.openclaw.gateway.ingress.core.AgentRates;
import io.openclaw.gateway.ingress.core.CallPipeline;
import io.openclaw.gateway.ingress.core.CallState;
import io.openclaw.gateway.ingress.core.IdempotencyKeyReusedException;
import io.openclaw.gateway.ingress.core.InvalidRequestException;
import io.openclaw.gateway.ingress.core.JsonBody;
import io.openclaw.gateway.ingress.core.JsonLimits;
import io.openclaw.gateway.ingress.core.LimitExceededException;
import io.openclaw.gateway.ingress.core.ParsingPool;
import io.openclaw.gateway.ingress.core.PipelineUnavailableException;
import io.openclaw.gateway.ingress.core.ResultGoneException;
import io.openclaw.gateway.ingress.core.Utf8;
import io.openclaw.gateway.ingress.inbox.core.InboxBody;
import io.openclaw.gateway.ingress.inbox.core.InboxProof;
import io.openclaw.gateway.ingress.inbox.core.InboxReply;
import io.openclaw.gateway.ingress.inbox.core.InboxWindow;
import io.openclaw.gateway.ingress.inbox.core.RefusedRecordException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.listener.BatchMessageListener;

/**
 * Takes calls that agents ask for by Kafka. A record whose writer is proven becomes the same call as by HTTP, under the same limits;
 * every other goes to the dead letters with the reason. The batch is committed when the pipeline has its calls: one that comes again
 * is the same call, by its nonce.
 */
final class Inbox implements BatchMessageListener<String, byte[]> {
    private final CallPipeline calls;
    private final KnownAgents agents;
    private final InboxSecrets secrets;
    private final InboxWindow window;
    private final AgentRates rates;
    private final Function<Caller, AgentLimits> limits;
    private final JsonLimits json;
    private final ParsingPool parsing;
    private final Replies replies;
    private final DeadLetters deadLetters;
    private final Clock clock;
    private final MeterRegistry meters;

    /** Who wrote a record, and how its request is named. */
    private record Proven(Caller caller, String nonce) {}

    private record Taken(Proven proven, CallPipeline.Asked asked) {}

    Inbox(
            CallPipeline calls,
            KnownAgents agents,
            InboxSecrets secrets,
            InboxWindow window,
            AgentRates rates,
            Function<Caller, AgentLimits> limits,
            JsonLimits json,
            ParsingPool parsing,
            Replies replies,
            DeadLetters deadLetters,
            Clock clock,
            MeterRegistry meters) {
        this.calls = calls;
        this.agents = agents;
        this.secrets = secrets;
        this.window = window;
        this.rates = rates;
        this.limits = limits;
        this.json = json;
        this.parsing = parsing;
        this.replies = replies;
        this.deadLetters = deadLetters;
        this.clock = clock;
        this.meters = meters;
    }

    @Override
    public void onMessage(List<ConsumerRecord<String, byte[]>> records) {
        AgentDirectory known = agents.current()
                .orElseThrow(
                        () -> new PipelineUnavailableException("there is no policy yet, so no agent is known", null));
        List<Taken> taken = new ArrayList<>();
        List<InboxReply> told = new ArrayList<>();
        List<CompletableFuture<?>> putAside = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> record : records) {
            Proven proven = null;
            try {
                proven = prove(record, known);
                taken.add(new Taken(proven, ask(record, proven, known)));
                count("taken");
            } catch (RefusedRecordException e) {
                count(e.type());
                putAside.add(deadLetters.put(withoutProof(record), e.reason()));
                if (proven != null) {
                    told.add(InboxReply.of(e, proven.caller().agent(), proven.nonce()));
                }
            }
        }
        for (Taken each : taken) {
            endOf(each)
                    .ifPresent(end -> told.add(InboxReply.of(end, each.proven().nonce())));
        }
        putAside.forEach(CompletableFuture::join);
        replies.send(told);
    }

    /**
     * Waits until the broker has a call, and returns its end if it is over: a record that came again is of a call that was asked for
     * before, and its writer may have missed the reply.
     */
    private static Optional<CallCompleted> endOf(Taken taken) {
        try {
            return taken.asked().awaitEnd(Duration.ZERO) instanceof CallState.Ended ended
                    ? Optional.of(ended.end())
                    : Optional.empty();
        } catch (ResultGoneException e) {
            return Optional.empty();
        }
    }

    private Proven prove(ConsumerRecord<String, byte[]> record, AgentDirectory known) {
        byte[] value = record.value() == null ? new byte[0] : record.value();
        if (value.length > GatewayApplication.MAX_PAYLOAD_BYTES) {
            throw new RefusedRecordException(
                    "too-large",
                    "the value has " + value.length + " bytes: it may have " + GatewayApplication.MAX_PAYLOAD_BYTES);
        }
        Instant arrived = record.timestampType() == TimestampType.LOG_APPEND_TIME
                ? Instant.ofEpochMilli(record.timestamp())
                : clock.instant();
        return switch (InboxProof.of(name -> header(record, name))) {
            case InboxProof.Hmac hmac -> {
                hmac.require(secrets.of(hmac.agent()), value);
                window.require(hmac.seal().signedAt(), arrived);
                if (!known.knows(hmac.agent())) {
                    throw new RefusedRecordException(
                            "unknown-agent",
                            "the policy has no agent '" + hmac.agent() + "'; an administrator adds it");
                }
                yield new Proven(
                        new Caller(hmac.agent(), Identity.NONE), hmac.seal().nonce());
            }
            case InboxProof.Token token -> {
                KnownAgents.Proven proven = proveToken(token.token(), known);
                var seal = InboxProof.Token.seal(proven.claims(), value);
                window.require(seal.signedAt(), arrived);
                yield new Proven(proven.caller(), seal.nonce());
            }
        };
    }

    private KnownAgents.Proven proveToken(String token, AgentDirectory known) {
        try {
            return agents.proveToken(token, known);
        } catch (UnprovenException e) {
            throw e.mayBeTriedAgain()
                    ? new RefusedRecordException("issuer-unavailable", String.valueOf(e.getMessage()), 5, e)
                    : new RefusedRecordException("wrong-token", String.valueOf(e.getMessage()), 0, e);
        }
    }

    private CallPipeline.Asked ask(ConsumerRecord<String, byte[]> record, Proven proven, AgentDirectory known) {
        try {
            InboxBody body = body(record.value() == null ? new byte[0] : record.value(), proven.caller());
            return calls.ask(body.request(proven.nonce()), proven.caller(), Origin.KAFKA, known.upstreams());
        } catch (InvalidRequestException e) {
            throw new RefusedRecordException("invalid-request", String.valueOf(e.getMessage()), 0, e);
        } catch (IdempotencyKeyReusedException e) {
            throw new RefusedRecordException(
                    "nonce-reused",
                    "the nonce \"" + proven.nonce()
                            + "\" already stands for a call with another tool or other arguments",
                    0,
                    e);
        } catch (LimitExceededException e) {
            throw new RefusedRecordException(e.slug(), String.valueOf(e.getMessage()), e.retryAfterSeconds(), e);
        }
    }

    /** As over HTTP: what a body takes of an agent's bytes goes by its tokens, too. */
    private InboxBody body(byte[] sent, Caller caller) {
        AgentLimits held = limits.apply(caller);
        rates.takeBytes(caller.agent(), sent.length, held);
        byte[] utf8 = parsing.parse(sent.length, () -> Utf8.of(sent));
        int tokens = parsing.parse(sent.length, () -> json.count(utf8));
        rates.takeBytes(caller.agent(), Math.max(0, (long) JsonLimits.SENT_PER_TOKEN * tokens - sent.length), held);
        return parsing.parse(sent.length, () -> JsonBody.read(utf8, InboxBody.class));
    }

    private void count(String outcome) {
        meters.counter("openclaw.inbox.records", "outcome", outcome).increment();
    }

    /** Anyone who reads dead letters does not need what proved, or would have proved, who wrote one. */
    private static ConsumerRecord<String, byte[]> withoutProof(ConsumerRecord<String, byte[]> record) {
        var headers = new RecordHeaders(record.headers());
        InboxProof.SECRET_HEADERS.forEach(headers::remove);
        return new ConsumerRecord<>(
                record.topic(),
                record.partition(),
                record.offset(),
                record.timestamp(),
                record.timestampType(),
                record.serializedKeySize(),
                record.serializedValueSize(),
                record.key(),
                record.value(),
                headers,
                record.leaderEpoch());
    }

    private static @Nullable String header(ConsumerRecord<String, byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}

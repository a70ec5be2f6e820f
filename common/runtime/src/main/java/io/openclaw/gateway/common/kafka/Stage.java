package io.openclaw.gateway.common.kafka;

import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.Signed;
import io.openclaw.gateway.common.event.UnreadableEventException;
import io.openclaw.gateway.common.metrics.StageMeters;
import io.openclaw.gateway.common.signing.UntrustedCallException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.listener.BatchMessageListener;

/** A stage of the pipeline on its topic: each event becomes the event that follows from it, batch by batch. */
final class Stage<E extends GatewayEvent> implements BatchMessageListener<String, byte[]> {
    private static final Logger log = LoggerFactory.getLogger(Stage.class);

    private final String group;
    private final Class<E> eventClass;
    private final EventHandler<E> handler;
    private final EventCodec codec;
    private final EventPublisher publisher;
    private final DeadLetters deadLetters;
    private final StageMeters meters;

    private record Following<E extends GatewayEvent>(
            Signed<E> event, ConsumerRecord<String, byte[]> record, GatewayEvent next) {}

    Stage(
            String group,
            Class<E> eventClass,
            EventHandler<E> handler,
            EventCodec codec,
            EventPublisher publisher,
            DeadLetters deadLetters,
            StageMeters meters) {
        this.group = group;
        this.eventClass = eventClass;
        this.handler = handler;
        this.codec = codec;
        this.publisher = publisher;
        this.deadLetters = deadLetters;
        this.meters = meters;
    }

    @Override
    public void onMessage(List<ConsumerRecord<String, byte[]>> records) {
        List<Following<E>> following = new ArrayList<>(records.size());
        List<CompletableFuture<?>> sent = new ArrayList<>(records.size());
        for (ConsumerRecord<String, byte[]> record : records) {
            try {
                handle(codec.decode(record, eventClass), record, following, sent);
            } catch (UnreadableEventException e) {
                sent.add(deadLetters.put(record, e));
            }
        }
        handler.beforePublishing();
        List<CompletableFuture<?>> published = new ArrayList<>(following.size());
        following.forEach(one -> published.add(publisher.publish(one.next())));
        for (int i = 0; i < published.size(); i++) {
            try {
                published.get(i).join();
            } catch (CompletionException e) {
                if (!(rootOf(e) instanceof RecordTooLargeException tooLarge)) {
                    throw e;
                }
                Following<E> one = following.get(i);
                putAside(one.event(), one.record(), tooLarge, sent);
            }
        }
        sent.forEach(CompletableFuture::join);
    }

    private void handle(
            Signed<E> event,
            ConsumerRecord<String, byte[]> record,
            List<Following<E>> following,
            List<CompletableFuture<?>> sent) {
        long start = System.nanoTime();
        try {
            GatewayEvent next = LogContext.during(event.event(), () -> handler.handle(event));
            meters.decided(event.event(), next);
            following.add(new Following<>(event, record, next));
        } catch (UntrustedCallException e) {
            sent.add(deadLetters.put(record, String.valueOf(e.getMessage())));
        } catch (TransientFailureException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            putAside(event, record, e, sent);
        } finally {
            meters.worked(System.nanoTime() - start);
        }
    }

    private void putAside(
            Signed<E> event,
            ConsumerRecord<String, byte[]> record,
            Throwable problem,
            List<CompletableFuture<?>> sent) {
        log.error("{} failed on {}", group, event, problem);
        sent.add(deadLetters.put(record, group + " failed on it: " + problem));
        sent.add(publisher.publish(handler.failed(event, problem)));
    }

    private static Throwable rootOf(Throwable problem) {
        Throwable root = problem;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}

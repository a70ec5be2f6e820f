package io.openclaw.gateway.common.kafka;

import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.UnreadableEventException;
import io.openclaw.gateway.common.health.BackgroundWork;
import io.openclaw.gateway.common.signing.UntrustedCallException;
import io.openclaw.gateway.common.topic.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.event.ConsumerStoppedEvent;
import org.springframework.kafka.listener.AbstractMessageListenerContainer;
import org.springframework.kafka.listener.AcknowledgingConsumerAwareMessageListener;
import org.springframework.kafka.listener.BatchMessageListener;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.listener.KafkaMessageListenerContainer;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.kafka.support.TopicPartitionOffset;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * Makes the containers that read topics in batches.
 *
 * <p>A batch is committed when its listener returns. A record that is no event goes to the dead letters and the rest goes
 * on; a listener that throws (because a database or the broker is away) gets the same batch again until it succeeds, so
 * nothing is lost. That is so for an {@link Error}, too, which would end the container; one that ended all the same is
 * started again. What fails is a problem in {@link BackgroundWork} until it works again.
 */
public final class EventListeners {
    private static final Logger log = LoggerFactory.getLogger(EventListeners.class);
    private static final Duration COMMIT_EVERY = Duration.ofMillis(200);
    private static final Duration PAUSE_BEFORE_RESTART = Duration.ofSeconds(1);

    private final ConsumerFactory<String, byte[]> consumers;
    private final Topics topics;
    private final EventCodec codec;
    private final EventPublisher publisher;
    private final DeadLetters deadLetters;
    private final BackgroundWork work;

    public EventListeners(
            ConsumerFactory<String, byte[]> consumers,
            Topics topics,
            EventCodec codec,
            EventPublisher publisher,
            DeadLetters deadLetters,
            BackgroundWork work) {
        this.consumers = consumers;
        this.topics = topics;
        this.codec = codec;
        this.publisher = publisher;
        this.deadLetters = deadLetters;
        this.work = work;
    }

    /** An event, and the record it came in. */
    public record Received<E extends GatewayEvent>(E event, ConsumerRecord<String, byte[]> record) {}

    /** Handles the readable events of a batch, in the order of the topic; what it throws makes the batch come again. */
    public interface BatchHandler<E extends GatewayEvent> {
        void handle(List<Received<E>> batch);
    }

    /**
     * Makes a container for a stage that is a function: each event becomes the events that follow from it. An event that
     * the function throws on is put aside, because it would throw on it again; unless it throws
     * {@link TransientFailureException}, which makes the batch come again.
     *
     * @param failed what follows from an event that was put aside because the function threw on it, or because the broker
     *     takes nothing as large as what followed: its call must not go without an end
     */
    public <E extends GatewayEvent> ConcurrentMessageListenerContainer<String, byte[]> stage(
            String group,
            Topic topic,
            Class<E> eventClass,
            Function<E, ? extends GatewayEvent> stage,
            BiFunction<E, Throwable, Optional<? extends GatewayEvent>> failed) {
        return stage(group, topic, eventClass, stage, failed, () -> {});
    }

    /**
     * Makes a container for a stage that is a function with a memory.
     *
     * @param beforePublishing keeps what the function has to remember of a batch, before anything that follows from it is
     *     said; what it throws makes the batch come again
     */
    public <E extends GatewayEvent> ConcurrentMessageListenerContainer<String, byte[]> stage(
            String group,
            Topic topic,
            Class<E> eventClass,
            Function<E, ? extends GatewayEvent> stage,
            BiFunction<E, Throwable, Optional<? extends GatewayEvent>> failed,
            Runnable beforePublishing) {
        return container(group, List.of(topics.name(topic)), records -> {
            List<Following<E>> following = new ArrayList<>(records.size());
            List<CompletableFuture<?>> sent = new ArrayList<>(records.size());
            for (ConsumerRecord<String, byte[]> record : records) {
                E event;
                try {
                    event = decode(record, eventClass);
                } catch (UnreadableEventException e) {
                    sent.add(deadLetters.put(record, reason(e)));
                    continue;
                }
                try {
                    following.add(new Following<>(event, record, stage.apply(event)));
                } catch (UntrustedCallException e) {
                    sent.add(deadLetters.put(record, String.valueOf(e.getMessage())));
                } catch (TransientFailureException e) {
                    throw e;
                } catch (RuntimeException | StackOverflowError e) {
                    putAside(group, event, record, e, failed, sent);
                }
            }
            beforePublishing.run();
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
                    putAside(group, one.event(), one.record(), tooLarge, failed, sent);
                }
            }
            sent.forEach(CompletableFuture::join);
        });
    }

    private record Following<E>(E event, ConsumerRecord<String, byte[]> record, GatewayEvent next) {}

    private <E extends GatewayEvent> void putAside(
            String group,
            E event,
            ConsumerRecord<String, byte[]> record,
            Throwable problem,
            BiFunction<E, Throwable, Optional<? extends GatewayEvent>> failed,
            List<CompletableFuture<?>> sent) {
        log.error("{} failed on {}", group, event.subject(), problem);
        sent.add(deadLetters.put(record, group + " failed on it: " + problem));
        failed.apply(event, problem).ifPresent(end -> sent.add(publisher.publish(end)));
    }

    private static Throwable rootOf(Throwable problem) {
        Throwable root = problem;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    /** Makes a container that hands on whole batches of readable events. */
    public <E extends GatewayEvent> ConcurrentMessageListenerContainer<String, byte[]> batches(
            String group, Topic topic, Class<E> eventClass, BatchHandler<E> handler) {
        return container(group, List.of(topics.name(topic)), handingOn(eventClass, handler));
    }

    /**
     * Makes a container by which this instance alone reads all of a topic, from now on.
     *
     * @param group a name that no other instance has
     */
    public <E extends GatewayEvent> ConcurrentMessageListenerContainer<String, byte[]> alone(
            String group, Topic topic, Class<E> eventClass, BatchHandler<E> handler) {
        var container = batches(group, topic, eventClass, handler);
        container
                .getContainerProperties()
                .getKafkaConsumerProperties()
                .setProperty(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        return container;
    }

    /**
     * Makes a container that hands on whole batches of readable events of topics with equally many partitions, where each
     * consumer of the group is given the same partitions of all of them.
     */
    public <E extends GatewayEvent> ConcurrentMessageListenerContainer<String, byte[]> copartitioned(
            String group,
            List<Topic> from,
            Class<E> eventClass,
            ConsumerRebalanceListener rebalanceListener,
            BatchHandler<E> handler) {
        var container = container(group, from.stream().map(topics::name).toList(), handingOn(eventClass, handler));
        var properties = container.getContainerProperties();
        properties.setConsumerRebalanceListener(rebalanceListener);
        properties.getKafkaConsumerProperties().setProperty(ConsumerConfig.GROUP_REMOTE_ASSIGNOR_CONFIG, "range");
        return container;
    }

    private <E extends GatewayEvent> BatchMessageListener<String, byte[]> handingOn(
            Class<E> eventClass, BatchHandler<E> handler) {
        return records -> {
            List<Received<E>> events = new ArrayList<>(records.size());
            for (ConsumerRecord<String, byte[]> record : records) {
                try {
                    events.add(new Received<>(decode(record, eventClass), record));
                } catch (UnreadableEventException e) {
                    deadLetters.put(record, reason(e)).join();
                }
            }
            handler.handle(events);
        };
    }

    /**
     * Makes a container that hands on whole batches of records, readable or not. It waits up to a quarter of a second for a
     * batch to be worth its while: nobody waits for this reader, and few large batches cost a fraction of many small ones.
     */
    public ConcurrentMessageListenerContainer<String, byte[]> unhurried(
            String group, Collection<String> topicNames, BatchMessageListener<String, byte[]> listener) {
        var container = container(group, topicNames, listener);
        Properties properties = container.getContainerProperties().getKafkaConsumerProperties();
        properties.setProperty(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, "1000000");
        properties.setProperty(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "250");
        properties.setProperty(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "2000");
        return container;
    }

    /**
     * Makes a container that reads a topic of {@link Topic.Kind#LATEST} from its beginning, in every instance and at every
     * start. A record that is no event is skipped, with a line in the log.
     *
     * @param caughtUp is run once, when everything was read that was there when reading began
     */
    public <E extends GatewayEvent> MessageListenerContainer latest(
            Topic topic, Class<E> eventClass, Consumer<E> listener, Runnable caughtUp) {
        var properties = new ContainerProperties(
                new TopicPartitionOffset(topics.name(topic), 0, TopicPartitionOffset.SeekPosition.BEGINNING));
        // No group is ever joined and nothing is committed; the client only wants a name.
        properties.setGroupId("openclaw-latest");
        // The client of the new protocol (Kafka 4.2.2) spins while it is assigned partitions by hand: 40 % of a core
        // each.
        properties.getKafkaConsumerProperties().setProperty(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
        properties.setAckMode(ContainerProperties.AckMode.MANUAL);
        var end = new AtomicLong(-1);
        var isCaughtUp = new AtomicBoolean();
        properties.setMessageListener((AcknowledgingConsumerAwareMessageListener<String, byte[]>)
                (record, acknowledgment, consumer) -> {
                    if (end.get() < 0 && consumer != null) {
                        var partition = new TopicPartition(record.topic(), record.partition());
                        end.set(consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L));
                    }
                    try {
                        listener.accept(decode(record, eventClass));
                    } catch (UnreadableEventException e) {
                        log.error(
                                "skipped {}-{}@{}: {}", record.topic(), record.partition(), record.offset(), reason(e));
                    }
                    if (record.offset() + 1 >= end.get() && isCaughtUp.compareAndSet(false, true)) {
                        caughtUp.run();
                    }
                });
        var container = new KafkaMessageListenerContainer<>(consumers, properties);
        container.setBeanName("latest-" + topic.suffix());
        keep(container, "latest-" + topic.suffix());
        return container;
    }

    private ConcurrentMessageListenerContainer<String, byte[]> container(
            String group, Collection<String> topicNames, BatchMessageListener<String, byte[]> listener) {
        var properties = new ContainerProperties(topicNames.toArray(String[]::new));
        properties.setGroupId(group);
        properties.setClientId(group);
        properties.setMessageListener(kept(group, listener));
        // One commit a while, not one a batch: what is read again after a crash is recognised by every stage.
        properties.setAckMode(ContainerProperties.AckMode.TIME);
        properties.setAckTime(COMMIT_EVERY.toMillis());
        properties.setSyncCommits(false);
        var container = new ConcurrentMessageListenerContainer<>(consumers, properties);
        container.setBeanName(group);
        container.setPhase(PipelineLifecycle.PHASE);
        container.setCommonErrorHandler(new DefaultErrorHandler(withoutEnd()));
        keep(container, group);
        return container;
    }

    /** An error would end the container; as an exception it makes the batch come again. */
    private BatchMessageListener<String, byte[]> kept(String group, BatchMessageListener<String, byte[]> listener) {
        return records -> {
            try {
                listener.onMessage(records);
                work.works(group);
            } catch (RuntimeException e) {
                work.failed(group, e);
                throw e;
            } catch (Error e) {
                work.failed(group, e);
                throw new IllegalStateException(group + " failed on a batch: " + e, e);
            }
        };
    }

    /** Starts a container again that ended by itself, as one does that the broker refuses, or that is out of memory. */
    private void keep(AbstractMessageListenerContainer<String, byte[]> container, String name) {
        work.check(
                name + "-reader",
                () -> container.isInExpectedState()
                        ? Optional.empty()
                        : Optional.of(name + " has stopped reading; restart this process if it stays so"));
        container.setApplicationEventPublisher(event -> {
            if (event instanceof ConsumerStoppedEvent stopped
                    && stopped.getReason() != ConsumerStoppedEvent.Reason.NORMAL) {
                var problem = new IllegalStateException(
                        name + " stopped reading (" + stopped.getReason() + "), and is started again");
                work.failed(name, problem);
                log.error("{}", problem.getMessage());
                Thread.ofPlatform().name(name + "-restart").start(() -> restart(container, name));
            }
        });
    }

    private void restart(AbstractMessageListenerContainer<String, byte[]> container, String name) {
        try {
            Thread.sleep(PAUSE_BEFORE_RESTART);
            container.stop();
            container.start();
            work.works(name);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private <E extends GatewayEvent> E decode(ConsumerRecord<String, byte[]> record, Class<E> eventClass)
            throws UnreadableEventException {
        GatewayEvent event = codec.decode(record);
        if (!eventClass.isInstance(event)) {
            throw new UnreadableEventException(
                    "a " + event.getClass().getSimpleName() + " does not belong on " + record.topic());
        }
        return eventClass.cast(event);
    }

    private static ExponentialBackOff withoutEnd() {
        var backOff = new ExponentialBackOff(100, 2);
        backOff.setMaxInterval(5_000);
        backOff.setMaxElapsedTime(Long.MAX_VALUE);
        return backOff;
    }

    private static String reason(UnreadableEventException e) {
        return e.getMessage() == null ? "unreadable" : e.getMessage();
    }
}

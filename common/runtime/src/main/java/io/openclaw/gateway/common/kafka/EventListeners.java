package io.openclaw.gateway.common.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.health.BackgroundWork;
import io.openclaw.gateway.common.metrics.StageMeters;
import io.openclaw.gateway.common.topic.Topic;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.listener.BatchMessageListener;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.listener.KafkaMessageListenerContainer;
import org.springframework.kafka.support.TopicPartitionOffset;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * Makes what reads topics: stages, batches, work queues and state topics. They decode and verify events, put aside what is none, start
 * and stop with the process, and are seen in its health; what is done with the events is a handler's, which knows nothing of Kafka.
 *
 * <p>A batch is committed when its handler returns. A handler that throws (because a database or the broker is away) gets the same
 * batch again until it succeeds, so nothing is lost. That is so for an {@link Error}, too, which would end the container. What
 * fails is a problem in {@link BackgroundWork} until it works again.
 */
public final class EventListeners {
    private static final Duration COMMIT_EVERY = Duration.ofMillis(200);

    private final ConsumerFactory<String, byte[]> consumers;
    private final ShareQueues shareQueues;
    private final Topics topics;
    private final EventCodec codec;
    private final EventPublisher publisher;
    private final DeadLetters deadLetters;
    private final BackgroundWork work;
    private final QueueLag lag;
    private final MeterRegistry meters;
    private final Clock clock;

    public EventListeners(
            ConsumerFactory<String, byte[]> consumers,
            ShareQueues shareQueues,
            Topics topics,
            EventCodec codec,
            EventPublisher publisher,
            DeadLetters deadLetters,
            BackgroundWork work,
            QueueLag lag,
            MeterRegistry meters,
            Clock clock) {
        this.consumers = consumers;
        this.shareQueues = shareQueues;
        this.topics = topics;
        this.codec = codec;
        this.publisher = publisher;
        this.deadLetters = deadLetters;
        this.work = work;
        this.lag = lag;
        this.meters = meters;
        this.clock = clock;
    }

    /** Makes the reader of a stage: each event becomes the event that follows from it. */
    public <E extends GatewayEvent> TopicReader stage(
            String group, Topic topic, Class<E> eventClass, EventHandler<E> handler) {
        StageMeters stage = StageMeters.ofGroup(meters, group);
        return metered(
                group,
                List.of(topics.name(topic)),
                new Stage<>(group, eventClass, handler, codec, publisher, deadLetters, stage),
                stage);
    }

    /** Makes a reader that hands on whole batches. */
    public <E extends GatewayEvent> TopicReader batches(
            String group, Topic topic, Class<E> eventClass, BatchHandler<E> handler) {
        return metered(group, List.of(topics.name(topic)), batch(eventClass, handler, true));
    }

    /**
     * Makes a reader by which this instance alone reads all of a topic, from now on. What is no event is skipped: another group puts
     * it aside.
     *
     * @param group a name that no other instance has
     */
    public <E extends GatewayEvent> TopicReader alone(
            String group, Topic topic, Class<E> eventClass, BatchHandler<E> handler) {
        TopicReader reader = reader(group, List.of(topics.name(topic)), batch(eventClass, handler, false));
        clientProperties(reader).setProperty(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        return reader;
    }

    /**
     * Makes a reader that hands on whole batches of topics with equally many partitions, where each consumer of the group is given the
     * same partitions of all of them.
     */
    public <E extends GatewayEvent> TopicReader copartitioned(
            String group,
            List<Topic> from,
            Class<E> eventClass,
            ConsumerRebalanceListener rebalanceListener,
            BatchHandler<E> handler) {
        TopicReader reader = metered(group, from.stream().map(topics::name).toList(), batch(eventClass, handler, true));
        reader.container().getContainerProperties().setConsumerRebalanceListener(rebalanceListener);
        clientProperties(reader).setProperty(ConsumerConfig.GROUP_REMOTE_ASSIGNOR_CONFIG, "range");
        return reader;
    }

    private <E extends GatewayEvent> Batch<E> batch(Class<E> eventClass, BatchHandler<E> handler, boolean putsAside) {
        return new Batch<>(eventClass, handler, codec, deadLetters, putsAside);
    }

    /**
     * Makes a reader that hands on whole batches of records, readable or not. It waits up to a quarter of a second for a batch to be
     * worth its while: nobody waits for this reader, and few large batches cost a fraction of many small ones.
     */
    public TopicReader inBatches(
            String group, Collection<String> topicNames, BatchMessageListener<String, byte[]> listener) {
        TopicReader reader = metered(group, topicNames, listener);
        Properties properties = clientProperties(reader);
        properties.setProperty(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, "1000000");
        properties.setProperty(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "250");
        properties.setProperty(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "2000");
        return reader;
    }

    /** Makes a reader that hands on small batches of records that are no events: at most 100 records and 8 MiB at once. */
    public TopicReader records(String group, Topic topic, BatchMessageListener<String, byte[]> listener) {
        TopicReader reader = metered(group, List.of(topics.name(topic)), listener);
        Properties properties = clientProperties(reader);
        properties.setProperty(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "100");
        properties.setProperty(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, Integer.toString(8 * 1024 * 1024));
        return reader;
    }

    /**
     * Makes a reader that follows a topic of {@link Topic.Kind#LATEST} from its beginning, in every instance and at every start. A
     * record that is no event is skipped, with a line in the log.
     */
    public <E extends GatewayEvent> TopicReader latest(Topic topic, Class<E> eventClass, StateHandler<E> handler) {
        var properties = new ContainerProperties(
                new TopicPartitionOffset(topics.name(topic), 0, TopicPartitionOffset.SeekPosition.BEGINNING));
        // No group is ever joined and nothing is committed; the client only wants a name.
        properties.setGroupId("openclaw-latest");
        // The client of the new protocol (Kafka 4.2.2) spins while it is assigned partitions by hand: 40 % of a core
        // each.
        properties.getKafkaConsumerProperties().setProperty(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
        properties.setAckMode(ContainerProperties.AckMode.MANUAL);
        properties.setMessageListener(new StateTopic<>(eventClass, handler, codec, deadLetters));
        return new TopicReader(
                "latest-" + topic.suffix(), new KafkaMessageListenerContainer<>(consumers, properties), work);
    }

    /**
     * Makes a work queue whose records are handled each on a thread of its own.
     *
     * @param maxPollRecords how many are handled at once, at most
     * @param lock how long a record is this process's alone before somebody else may have it; at most 60 s
     */
    public <E extends GatewayEvent> WorkQueue workQueue(
            String group,
            Topic topic,
            Class<E> eventClass,
            int maxPollRecords,
            Duration lock,
            EventHandler<E> handler) {
        lag.watchShareGroup(group);
        return new WorkQueue(
                group,
                () -> shareQueues.consumer(group, maxPollRecords, lock),
                topics.name(topic),
                new WorkQueue.Each<>(
                        eventClass, handler, codec, publisher, deadLetters, StageMeters.ofGroup(meters, group), clock),
                timeout -> true,
                work);
    }

    /**
     * Makes a work queue whose records are claimed, as many at once as a poll returns.
     *
     * @param maxPollRecords how many those are, at most
     * @param lock how long a record is this process's alone before somebody else may have it; at most 60 s
     * @param gate keeps records from being read for now
     */
    public <E extends GatewayEvent> WorkQueue claims(
            String group,
            Topic topic,
            Class<E> eventClass,
            int maxPollRecords,
            Duration lock,
            WorkQueue.Gate gate,
            WorkQueue.Claims<E> claims) {
        lag.watchShareGroup(group);
        return new WorkQueue(
                group,
                () -> shareQueues.consumer(group, maxPollRecords, lock),
                topics.name(topic),
                new WorkQueue.All<>(eventClass, claims, codec, deadLetters, StageMeters.ofGroup(meters, group), clock),
                gate,
                work);
    }

    private TopicReader metered(
            String group, Collection<String> topicNames, BatchMessageListener<String, byte[]> listener) {
        return metered(group, topicNames, listener, StageMeters.ofGroup(meters, group));
    }

    /** Makes a reader whose group is told of in metrics; one whose group is an instance's own is not. */
    private TopicReader metered(
            String group,
            Collection<String> topicNames,
            BatchMessageListener<String, byte[]> listener,
            StageMeters stage) {
        lag.watch(group);
        return reader(group, topicNames, records -> {
            long taken = clock.millis();
            listener.onMessage(records);
            records.forEach(record -> stage.taken(record, taken));
        });
    }

    private TopicReader reader(
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
        container.setPhase(PipelineLifecycle.PHASE);
        container.setCommonErrorHandler(new DefaultErrorHandler(withoutEnd()));
        return new TopicReader(group, container, work);
    }

    private static Properties clientProperties(TopicReader reader) {
        return reader.container().getContainerProperties().getKafkaConsumerProperties();
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

    private static ExponentialBackOff withoutEnd() {
        var backOff = new ExponentialBackOff(100, 2);
        backOff.setMaxInterval(5_000);
        backOff.setMaxElapsedTime(Long.MAX_VALUE);
        return backOff;
    }
}

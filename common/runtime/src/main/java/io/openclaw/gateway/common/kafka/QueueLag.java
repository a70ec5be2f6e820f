package io.openclaw.gateway.common.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.openclaw.gateway.common.health.BackgroundWork;
import io.openclaw.gateway.common.health.GaugeTable;
import io.openclaw.gateway.common.health.KeptLoop;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many records the groups of this process still have before them, by group and topic. The broker is asked, every 15 seconds,
 * for a share group has no consumer that knows, and a consumer that hangs says nothing. Every process of a group tells the same number.
 */
public final class QueueLag implements PipelineLifecycle {
    private static final Logger log = LoggerFactory.getLogger(QueueLag.class);
    private static final Duration EVERY = Duration.ofSeconds(15);
    private static final long TIMEOUT_SECONDS = 10;

    private final Supplier<Admin> connect;
    private final BackgroundWork work;
    private final GaugeTable gauge;
    private final Map<String, Boolean> isShareGroup = new ConcurrentHashMap<>();
    private @Nullable Admin admin;
    private @Nullable KeptLoop loop;

    /** @param connect opens a client of the broker, which this closes */
    public QueueLag(MeterRegistry meters, Supplier<Admin> connect, BackgroundWork work) {
        this.connect = connect;
        this.work = work;
        this.gauge = new GaugeTable(
                meters, "openclaw.queue.lag", "How many records of a topic a group has not read yet", "records");
    }

    /** Watches a consumer group. */
    public void watch(String group) {
        isShareGroup.put(group, false);
    }

    /** Watches a share group. */
    public void watchShareGroup(String group) {
        isShareGroup.put(group, true);
    }

    /** Returns what the groups have before them, by group and then by topic. */
    Map<String, Map<String, Long>> look(Admin broker)
            throws ExecutionException, InterruptedException, TimeoutException {
        Map<String, Map<String, Long>> lags = new TreeMap<>();
        Map<String, Map<TopicPartition, OffsetAndMetadata>> read = new HashMap<>();
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        for (Map.Entry<String, Boolean> watched : isShareGroup.entrySet()) {
            String group = watched.getKey();
            if (watched.getValue()) {
                lags.put(group, shareLag(broker, group));
            } else {
                Map<TopicPartition, OffsetAndMetadata> offsets = broker.listConsumerGroupOffsets(group)
                        .partitionsToOffsetAndMetadata()
                        .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
                read.put(group, offsets);
                offsets.keySet().forEach(partition -> ends.put(partition, OffsetSpec.latest()));
            }
        }
        var endOffsets = broker.listOffsets(ends).all().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        read.forEach((group, offsets) -> {
            Map<String, Long> lag = new TreeMap<>();
            offsets.forEach((partition, offset) -> {
                var end = endOffsets.get(partition);
                if (offset != null && end != null) {
                    lag.merge(partition.topic(), Math.max(0, end.offset() - offset.offset()), Long::sum);
                }
            });
            lags.put(group, lag);
        });
        return lags;
    }

    private static Map<String, Long> shareLag(Admin broker, String group)
            throws ExecutionException, InterruptedException, TimeoutException {
        Map<TopicPartition, SharePartitionOffsetInfo> offsets = broker.listShareGroupOffsets(
                        Map.of(group, new ListShareGroupOffsetsSpec()))
                .partitionsToOffsetInfo(group)
                .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        Map<String, Long> lag = new TreeMap<>();
        offsets.forEach((partition, info) -> {
            if (info != null) {
                info.lag().ifPresent(records -> lag.merge(partition.topic(), records, Long::sum));
            }
        });
        return lag;
    }

    private void measure() throws InterruptedException {
        try {
            Admin now = admin;
            if (now == null) {
                now = connect.get();
                admin = now;
            }
            Map<Tags, Long> rows = new HashMap<>();
            look(now)
                    .forEach((group, lags) ->
                            lags.forEach((topic, lag) -> rows.put(Tags.of("group", group, "topic", topic), lag)));
            gauge.set(rows);
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            // What is not known is not told: no number is better than an old one.
            gauge.set(Map.of());
            log.debug("the lag is not known: {}", e.toString());
        }
    }

    @Override
    public synchronized void start() {
        loop = KeptLoop.start("queue-lag", work, EVERY, this::measure);
    }

    @Override
    public synchronized void stop() {
        KeptLoop now = loop;
        loop = null;
        if (now != null) {
            now.stop(Duration.ofSeconds(TIMEOUT_SECONDS));
            Admin broker = admin;
            admin = null;
            if (broker != null) {
                broker.close(Duration.ZERO);
            }
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return loop != null;
    }
}

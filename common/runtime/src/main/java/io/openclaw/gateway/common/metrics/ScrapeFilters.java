package io.openclaw.gateway.common.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import java.util.Set;

/**
 * What a scrape leaves out. A Kafka client has some hundred metrics, many of them once more for each partition and broker;
 * with a dozen clients in a process that would be more than everything else together, and nobody draws them.
 */
public final class ScrapeFilters {
    private static final String KAFKA = "kafka.";
    private static final Set<String> TOO_FINE = Set.of("partition", "node.id");

    /**
     * What the dashboard of Kafka draws, and what is worth looking at beside it. Micrometer's binder takes a metric of a client away when
     * it has the same of a partition, so one of which it has both is not kept.
     */
    private static final Set<String> KAFKA_KEPT = Set.of(
            "kafka.consumer.connection.count",
            "kafka.consumer.coordinator.rebalance.total",
            "kafka.consumer.fetch.manager.bytes.consumed.total",
            "kafka.consumer.fetch.manager.fetch.latency.avg",
            "kafka.consumer.fetch.manager.records.consumed.total",
            "kafka.producer.buffer.available.bytes",
            "kafka.producer.connection.count",
            "kafka.producer.outgoing.byte.total",
            "kafka.producer.record.error.total",
            "kafka.producer.record.queue.time.avg",
            "kafka.producer.record.retry.total",
            "kafka.producer.record.send.total",
            "kafka.producer.request.latency.avg");

    private ScrapeFilters() {}

    /** Returns the filter that drops what nobody draws of Kafka's clients. */
    public static MeterFilter kafkaClients() {
        return new MeterFilter() {
            @Override
            public MeterFilterReply accept(Meter.Id id) {
                if (!id.getName().startsWith(KAFKA)) {
                    return MeterFilterReply.NEUTRAL;
                }
                boolean isKept = KAFKA_KEPT.contains(id.getName())
                        && id.getTags().stream().map(Tag::getKey).noneMatch(TOO_FINE::contains);
                return isKept ? MeterFilterReply.NEUTRAL : MeterFilterReply.DENY;
            }
        };
    }
}

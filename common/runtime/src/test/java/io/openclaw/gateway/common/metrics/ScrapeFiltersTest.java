package io.openclaw.gateway.common.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScrapeFiltersTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    ScrapeFiltersTest() {
        meters.config().meterFilter(ScrapeFilters.kafkaClients());
    }

    private List<String> kept() {
        return meters.getMeters().stream()
                .map(Meter::getId)
                .map(id -> id.getName() + id.getTags().stream().map(Tag::getKey).toList())
                .sorted()
                .toList();
    }

    @Test
    void keepsOfKafkasClientsWhatADashboardDrawsAndNothingOfASinglePartition() {
        meters.counter("kafka.producer.record.send.total", "client.id", "p");
        meters.counter("kafka.producer.request.latency.avg", "client.id", "p", "node.id", "1");
        meters.counter("kafka.consumer.fetch.manager.records.consumed.total", "client.id", "c", "topic", "t");
        meters.counter(
                "kafka.consumer.fetch.manager.records.lag.max", "client.id", "c", "topic", "t", "partition", "1");
        meters.counter("kafka.consumer.fetch.manager.preferred.read.replica", "client.id", "c");
        meters.counter("openclaw.dead.letters", "topic", "openclaw.calls.requested");

        assertThat(kept())
                .containsExactly(
                        "kafka.consumer.fetch.manager.records.consumed.total[client.id, topic]",
                        "kafka.producer.record.send.total[client.id]",
                        "openclaw.dead.letters[topic]");
    }
}

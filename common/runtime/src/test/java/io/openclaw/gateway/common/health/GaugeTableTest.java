package io.openclaw.gateway.common.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GaugeTableTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final GaugeTable table = new GaugeTable(meters, "openclaw.test.rows", "Rows", "records");

    private @Nullable Gauge row(String topic) {
        return meters.find("openclaw.test.rows").tag("topic", topic).gauge();
    }

    @Test
    void keepsTheGaugeOfARowThatStays() {
        table.set(Map.of(Tags.of("topic", "a"), 1L, Tags.of("topic", "b"), 2L));
        Gauge before = Objects.requireNonNull(row("a"));
        table.set(Map.of(Tags.of("topic", "a"), 3L));
        assertThat(row("a")).isSameAs(before);
        assertThat(before.value()).isEqualTo(3);
        assertThat(row("b")).isNull();
    }

    @Test
    void showsARowThatComesBack() {
        table.set(Map.of(Tags.of("topic", "a"), 1L));
        table.set(Map.of());
        assertThat(row("a")).isNull();
        table.set(Map.of(Tags.of("topic", "a"), 4L));
        assertThat(Objects.requireNonNull(row("a")).value()).isEqualTo(4);
    }
}

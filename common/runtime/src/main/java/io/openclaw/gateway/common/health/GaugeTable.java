package io.openclaw.gateway.common.health;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gauges of one name whose rows come and go. A row that stays keeps its gauge: Micrometer's {@code MultiGauge} removes and adds
 * every row, and a scrape of Prometheus that meets both fails (micrometer issue 6851).
 */
public final class GaugeTable {
    private final MeterRegistry meters;
    private final String name;
    private final String description;
    private final @Nullable String baseUnit;
    private final Map<Tags, Row> rows = new HashMap<>();

    private static final class Row {
        private volatile double value;
        private Meter.@Nullable Id id;

        double value() {
            return value;
        }
    }

    /** @param baseUnit the unit that the metric's name ends with, or null */
    public GaugeTable(MeterRegistry meters, String name, String description, @Nullable String baseUnit) {
        this.meters = meters;
        this.name = name;
        this.description = description;
        this.baseUnit = baseUnit;
    }

    /** Shows these rows and no others. */
    public synchronized void set(Map<Tags, ? extends Number> values) {
        rows.entrySet().removeIf(row -> {
            boolean gone = !values.containsKey(row.getKey());
            if (gone && row.getValue().id != null) {
                meters.remove(row.getValue().id);
            }
            return gone;
        });
        values.forEach((tags, value) -> rows.computeIfAbsent(tags, this::register).value = value.doubleValue());
    }

    private Row register(Tags tags) {
        var row = new Row();
        // Unknown until the first value is set.
        row.value = Double.NaN;
        row.id = Gauge.builder(name, row, Row::value)
                .description(description)
                .baseUnit(baseUnit)
                .tags(tags)
                .strongReference(true)
                .register(meters)
                .getId();
        return row;
    }
}

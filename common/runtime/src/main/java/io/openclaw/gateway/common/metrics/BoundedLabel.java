package io.openclaw.gateway.common.metrics;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The values of a label that come from outside, such as the names of tools, at most so many of them: each value is a time series
 * of its own for as long as the process runs. What comes after those is {@link #OTHER}. Safe for use by several threads.
 */
public final class BoundedLabel {
    /** Stands for all values that are not told apart. */
    public static final String OTHER = "other";

    private static final int MAX_LENGTH = 120;

    private final int maximum;
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    /** @param maximum how many values are told apart, at least 1 */
    public BoundedLabel(int maximum) {
        if (maximum < 1) {
            throw new IllegalArgumentException("maximum is " + maximum + ": it has to be at least 1");
        }
        this.maximum = maximum;
    }

    /** Returns the value if it is one of those that are told apart, or becomes one now; else {@link #OTHER}. */
    public String of(String value) {
        if (known.contains(value)) {
            return value;
        }
        if (value.isEmpty() || value.length() > MAX_LENGTH) {
            return OTHER;
        }
        synchronized (this) {
            if (known.size() >= maximum) {
                return OTHER;
            }
            known.add(value);
            return value;
        }
    }

    /** Returns the value if it is one of those that are told apart already; else {@link #OTHER}. */
    public String ofKnown(String value) {
        return known.contains(value) ? value : OTHER;
    }
}

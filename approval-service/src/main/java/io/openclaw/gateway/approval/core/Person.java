package io.openclaw.gateway.approval.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who decides.
 *
 * @param groups the groups that this person is in, those of people who delegated to this person included; {@link #EVERY_GROUP}
 *     stands for all of them
 * @param channel how this person decides, such as {@code console} or {@code api}; absent if that is not said
 */
public record Person(
        String name, List<String> groups, @Nullable String channel) {
    /** Who is in this one is in every group. */
    public static final String EVERY_GROUP = "*";

    public Person {
        groups = List.copyOf(groups);
    }

    /** Somebody of whom it is not said how. */
    public Person(String name, List<String> groups) {
        this(name, groups, null);
    }
}

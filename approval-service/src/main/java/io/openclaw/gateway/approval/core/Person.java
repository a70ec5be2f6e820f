package io.openclaw.gateway.approval.core;

import java.util.List;

/**
 * Somebody at the console.
 *
 * @param groups the groups that this person is in; {@link #EVERY_GROUP} stands for all of them
 */
public record Person(String name, List<String> groups) {
    /** Who is in this one is in every group. */
    public static final String EVERY_GROUP = "*";

    public Person {
        groups = List.copyOf(groups);
    }
}

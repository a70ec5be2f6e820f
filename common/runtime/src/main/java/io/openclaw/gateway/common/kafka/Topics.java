package io.openclaw.gateway.common.kafka;

import io.openclaw.gateway.common.topic.Topic;
import java.util.Arrays;
import java.util.List;

/**
 * The full names of the topics.
 *
 * @param prefix put before every name
 */
public record Topics(String prefix) {

    /** Returns the full name of a topic, such as {@code openclaw.calls.requested}. */
    public String name(Topic topic) {
        return prefix + topic.suffix();
    }

    /** Returns the full names of all topics. */
    public List<String> all() {
        return Arrays.stream(Topic.values()).map(this::name).toList();
    }
}

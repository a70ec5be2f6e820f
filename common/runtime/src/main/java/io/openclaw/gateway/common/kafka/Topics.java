package io.openclaw.gateway.common.kafka;

import io.openclaw.gateway.common.topic.Service;
import io.openclaw.gateway.common.topic.Topic;
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

    /** Returns the full names of the topics that a service reads. */
    public List<String> readBy(Service service) {
        return service.reads().stream().map(this::name).toList();
    }

    /** Returns what the name of every topic of replies begins with. */
    public String replies() {
        return prefix + "replies.";
    }
}

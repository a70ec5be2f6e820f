package io.openclaw.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.event.EventType;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.topic.Topic;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Holds docs/asyncapi.yaml against the code. */
@Order(0)
class AsyncApiTest {

    @Test
    void describesEveryTopicAndEveryEventOnIt() {
        JsonNode document =
                new YAMLMapper().readTree(Path.of("../../docs/asyncapi.yaml").toFile());
        var topics = new Topics("openclaw.");
        Map<String, Set<String>> described = new TreeMap<>();
        document.get("channels").properties().forEach(channel -> {
            var types = new TreeSet<String>();
            channel.getValue()
                    .get("messages")
                    .forEach(message -> types.add(message.get("name").asString()));
            described.put(channel.getValue().get("address").asString(), types);
        });

        Map<String, Set<String>> inCode = new TreeMap<>();
        for (Topic topic : Topic.values()) {
            inCode.put(topics.name(topic), new TreeSet<>());
        }
        Arrays.stream(EventType.values())
                .forEach(type -> inCode.get(topics.name(type.topic())).add(type.typeName()));
        assertThat(described).isEqualTo(inCode);
    }
}

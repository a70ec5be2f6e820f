package io.openclaw.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.event.EventType;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.topic.Service;
import io.openclaw.gateway.common.topic.Topic;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Holds docs/asyncapi.yaml against the code. */
class AsyncApiTest {
    /** What agents write and are answered, which are no events of the services. */
    private static final Map<String, Set<String>> OF_AGENTS = Map.of(
            "openclaw.calls.inbox", Set.of("io.openclaw.gateway.call.asked.v1"),
            "openclaw.replies.{agent}", Set.of("io.openclaw.gateway.call.answered.v1"));

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
                .forEach(type -> inCode.computeIfAbsent(topics.name(type.topic()), name -> new TreeSet<>())
                        .add(type.typeName()));
        OF_AGENTS.forEach(inCode::put);
        assertThat(described).isEqualTo(inCode);
    }

    @Test
    void namesTheSchemaOfEveryMessage() {
        Path docs = Path.of("../../docs");
        new YAMLMapper()
                .readTree(docs.resolve("asyncapi.yaml").toFile())
                .get("channels")
                .forEach(channel -> channel.get("messages").forEach(message -> {
                    JsonNode schema = new JsonMapper()
                            .readTree(docs.resolve(message.at("/payload/$ref").asString("-"))
                                    .toFile());
                    assertThat(schema.path("$id").asString(""))
                            .isEqualTo("urn:openclaw:" + message.get("name").asString());
                }));
    }

    @Test
    void saysWhichServiceWritesAndReadsEachTopic() {
        JsonNode document =
                new YAMLMapper().readTree(Path.of("../../docs/asyncapi.yaml").toFile());
        for (Topic topic : Topic.values()) {
            JsonNode channel = document.get("channels").get(topic.suffix());
            assertThat(names(channel.path("x-written-by")))
                    .as("who writes " + topic)
                    .isEqualTo(services(access -> access.writes().contains(topic)));
            assertThat(names(channel.path("x-read-by")))
                    .as("who reads " + topic)
                    .isEqualTo(services(access -> access.reads().contains(topic)));
        }
    }

    private static Set<String> names(JsonNode list) {
        var names = new TreeSet<String>();
        list.forEach(name -> names.add(name.asString()));
        return names;
    }

    private static Set<String> services(Predicate<Service> which) {
        return Arrays.stream(Service.values())
                .filter(which)
                .map(Service::label)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}

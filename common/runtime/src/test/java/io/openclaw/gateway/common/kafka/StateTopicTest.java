package io.openclaw.gateway.common.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.FreezeChanged;
import io.openclaw.gateway.common.event.PolicyEvent;
import io.openclaw.gateway.common.event.Signed;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.testing.Events;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.core.KafkaTemplate;

class StateTopicTest {
    private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");

    private final Keyring keyring = Keyring.generated();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
    private final List<String> seen = new ArrayList<>();
    private final StateTopic<PolicyEvent> topic = new StateTopic<>(
            PolicyEvent.class,
            new StateHandler<>() {
                @Override
                public void accept(Signed<PolicyEvent> event) {
                    seen.add(event.event().key());
                }

                @Override
                public void caughtUp() {
                    seen.add("caught up");
                }
            },
            new EventCodec("/test", keyring),
            new DeadLetters(
                    new KafkaTemplate<>(() -> {
                        throw new AssertionError("every instance reads it at every start: nobody puts it aside");
                    }),
                    new Topics("openclaw."),
                    meters));

    private ConsumerRecord<String, byte[]> freeze(String scope, long offset) {
        return Events.record(keyring, new FreezeChanged(scope, true, "", NOW, "ada", null, Map.of()), offset);
    }

    private void read(ConsumerRecord<String, byte[]> record) {
        topic.onMessage(record, null, consumer);
    }

    @Test
    void isCaughtUpWhenEverythingIsReadThatWasThereAtTheStart() {
        consumer.updateEndOffsets(Map.of(new TopicPartition("openclaw.policy.state", 0), 2L));
        read(freeze("all", 0));
        read(freeze("agent:a", 1));
        read(freeze("agent:b", 2));
        assertThat(seen).containsExactly("freeze/all", "freeze/agent:a", "caught up", "freeze/agent:b");
    }

    @Test
    void skipsAndCountsWhatPolicyDidNotSignAndIsCaughtUpAllTheSame() {
        consumer.updateEndOffsets(Map.of(new TopicPartition("openclaw.policy.state", 0), 2L));
        read(freeze("all", 0));
        ConsumerRecord<String, byte[]> forged = freeze("all", 1);
        forged.headers().remove(EventCodec.SIGNATURE);
        read(forged);
        assertThat(seen).containsExactly("freeze/all", "caught up");
        assertThat(meters.counter("openclaw.signatures.refused", "topic", "openclaw.policy.state")
                        .count())
                .isEqualTo(1);
    }
}

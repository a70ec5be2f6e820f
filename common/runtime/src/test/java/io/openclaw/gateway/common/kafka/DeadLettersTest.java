package io.openclaw.gateway.common.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.core.KafkaTemplate;

class DeadLettersTest {
    private final MockProducer<String, byte[]> producer =
            new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer()) {
                @Override
                public void close(Duration timeout) {
                    // A template closes the producer of a factory that keeps none.
                }
            };
    private final DeadLetters letters =
            new DeadLetters(new KafkaTemplate<>(() -> producer), new Topics("openclaw."), new SimpleMeterRegistry());

    /** A reason is read by people and by the record, and may quote what could not be read. */
    @Test
    void saysNoSecretInTheReason() throws IOException {
        for (String form : forms()) {
            var record = new ConsumerRecord<>("openclaw.calls.requested", 0, 7, "k", new byte[] {1});

            letters.put(record, "cannot be read: " + form).join();

            var sent = producer.history().getLast();
            assertThat(sent.value()).isEqualTo(record.value());
            assertThat(new String(sent.headers().lastHeader(DeadLetters.REASON).value(), StandardCharsets.UTF_8))
                    .startsWith("cannot be read:")
                    .doesNotContain("hunter2correct");
        }
        assertThat(producer.history()).hasSizeGreaterThan(150);
    }

    private static List<String> forms() throws IOException {
        return Files.readAllLines(Path.of("../contracts/src/test/resources/redaction/secrets.txt")).stream()
                .filter(line -> line.startsWith("T "))
                .map(line -> line.substring(2).replace("\\n", "\n"))
                .toList();
    }
}

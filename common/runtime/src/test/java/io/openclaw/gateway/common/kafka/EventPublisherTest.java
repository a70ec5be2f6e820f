package io.openclaw.gateway.common.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.event.CallRequested;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.testing.Calls;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.core.KafkaTemplate;

class EventPublisherTest {

    @Test
    void aFailureThatTheClientTellsOfAtOnceIsToldAsAnyOther() {
        var problem = new KafkaException("there is no broker");
        KafkaTemplate<String, byte[]> template = new KafkaTemplate<>(() -> {
            throw problem;
        });
        var publisher = new EventPublisher(
                template, new EventCodec("/test", Keyring.generated()), new Topics("openclaw."), Clock.systemUTC());
        assertThat(publisher.publish(
                        new CallRequested(Calls.call("demo", "openclaw", "exec", RawJson.EMPTY_OBJECT, Instant.EPOCH))))
                .failsWithin(60, TimeUnit.SECONDS)
                .withThrowableOfType(ExecutionException.class)
                .withRootCauseExactlyInstanceOf(KafkaException.class)
                .havingRootCause()
                .isSameAs(problem);
    }
}

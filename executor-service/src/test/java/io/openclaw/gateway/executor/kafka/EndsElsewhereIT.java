package io.openclaw.gateway.executor.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.executor.persistence.ClaimStore;
import io.openclaw.gateway.executor.persistence.ClaimStore.Position;
import io.openclaw.gateway.testing.Calls;
import io.openclaw.gateway.testing.Events;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class EndsElsewhereIT {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final ClaimStore CLAIMS = new ClaimStore(
            Schema.migrated("executor", TestInfrastructure.database().dataSource()),
            JdbcClient.create(TestInfrastructure.database().dataSource()));

    private final Keyring keyring = Keyring.generated();
    private final SignatureChain chain = new SignatureChain(keyring);
    private final EndsElsewhere ends = new EndsElsewhere(new EventCodec("/test", keyring), CLAIMS);
    private final ToolCall call = chain.seal(Calls.call("demo", "openclaw", "exec", RawJson.EMPTY_OBJECT, NOW));

    private CallCompleted end(Stage by, Outcome outcome, @Nullable RawJson result) {
        return CallCompleted.of(call, List.of(), outcome, result, CallError.of("denied", "no"), by, NOW);
    }

    private ConsumerRecord<String, byte[]> record(CallCompleted end) {
        return Events.record(keyring, end, 0);
    }

    private boolean canBeClaimed() {
        return !CLAIMS.claim(List.of(new Position(call.callId(), 0, 0)), "a").isEmpty();
    }

    /** A cleared record of a call that vetting denied: replayed, or of a stage that decided otherwise the second time. */
    @Test
    void aCallThatAnotherStageEndedIsNotRun() {
        ends.take(List.of(record(end(Stage.VETTING, Outcome.DENIED, null))));
        assertThat(canBeClaimed()).isFalse();
    }

    @Test
    void anEndThatNobodySignedEndsNothing() {
        ConsumerRecord<String, byte[]> record = record(end(Stage.VETTING, Outcome.DENIED, null));
        record.headers().remove(EventCodec.SIGNATURE);
        ends.take(List.of(record));
        assertThat(canBeClaimed()).isTrue();
    }

    @Test
    void anEndOfTheExecutorIsPassedOverWhateverItsResultSays() {
        RawJson result = RawJson.of("{\"completedBy\":\"VETTING\"}");
        ends.take(List.of(record(end(Stage.EXECUTOR, Outcome.SUCCEEDED, result))));
        assertThat(canBeClaimed()).isTrue();
    }

    @Test
    void whatIsNoEventIsPassedOver() {
        ends.take(List.of(
                new ConsumerRecord<>("completed", 0, 0, "x", "{\"".getBytes(StandardCharsets.UTF_8)),
                record(end(Stage.POLICY, Outcome.DENIED, null))));
        assertThat(canBeClaimed()).isFalse();
    }
}

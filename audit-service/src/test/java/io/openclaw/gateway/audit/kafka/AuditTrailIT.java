package io.openclaw.gateway.audit.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.audit.core.AuditQuery;
import io.openclaw.gateway.audit.core.RecordedEvent;
import io.openclaw.gateway.audit.core.Recorder;
import io.openclaw.gateway.audit.persistence.AuditStore;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallRequested;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.kafka.DeadLetters;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.testing.Calls;
import io.openclaw.gateway.testing.Events;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

class AuditTrailIT {
    private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");
    private static final AuditStore STORE = new AuditStore(
            Schema.migrated("audit", TestInfrastructure.database().dataSource()),
            new JdbcTemplate(TestInfrastructure.database().dataSource()));

    private final Keyring keyring = Keyring.generated();
    private final AuditTrail trail = new AuditTrail(
            STORE, new Recorder(new Redactor()), new EventCodec("/test", keyring), new Topics("openclaw."));
    private final ToolCall call = Calls.call("demo", "openclaw", "exec", RawJson.EMPTY_OBJECT, NOW);
    private long offset = ThreadLocalRandom.current().nextLong(1L << 60);

    private ConsumerRecord<String, byte[]> record(Keyring by, GatewayEvent event) {
        return Events.record(by, event, offset++);
    }

    private RecordedEvent recorded(String type) {
        return STORE.find(AuditQuery.of(Map.of("callId", call.callId().toString(), "type", type), NOW))
                .getFirst()
                .recorded();
    }

    private CallCompleted end(Stage by) {
        return CallCompleted.of(call, List.of(), Outcome.SUCCEEDED, RawJson.EMPTY_OBJECT, null, by, NOW);
    }

    @Test
    void recordsWhoSignedAnEvent() {
        trail.record(List.of(record(keyring, new CallRequested(call)), record(keyring, end(Stage.EXECUTOR))));
        assertThat(recorded("call.requested").signedBy()).isEqualTo("ingress");
        assertThat(recorded("call.completed").signedBy()).isEqualTo("executor");
        assertThat(recorded("call.completed").signatureProblem()).isNull();
    }

    /** Finding 13: a made-up end was on record like any other. */
    @Test
    void recordsAnEventThatSomebodyElseWroteAsSuch() {
        trail.record(List.of(record(Keyring.generated(), end(Stage.EXECUTOR))));
        assertThat(recorded("call.completed").signedBy()).isNull();
        assertThat(recorded("call.completed").signatureProblem()).contains("a key that no service has here");
    }

    @Test
    void recordsAnEventThatNobodySignedAsSuch() {
        ConsumerRecord<String, byte[]> unsigned = record(keyring, end(Stage.EXECUTOR));
        unsigned.headers().remove(EventCodec.SIGNATURE);
        trail.record(List.of(unsigned));
        assertThat(recorded("call.completed").signatureProblem()).isEqualTo("refused: it is not signed");
    }

    /** A stage may end a call, and not in the name of another. */
    @Test
    void recordsAnEndInTheNameOfAnotherStageAsSuch() {
        ConsumerRecord<String, byte[]> policys = record(keyring, end(Stage.POLICY));
        String value = new String(policys.value(), StandardCharsets.UTF_8);
        var changed = new ConsumerRecord<>(
                policys.topic(),
                0,
                offset++,
                policys.key(),
                value.replace("\"completedBy\":\"POLICY\"", "\"completedBy\":\"EXECUTOR\"")
                        .getBytes(StandardCharsets.UTF_8));
        policys.headers().forEach(changed.headers()::add);
        trail.record(List.of(changed));
        assertThat(recorded("call.completed").signatureProblem()).contains("does not hold");
    }

    @Test
    void recordsOfADeadLetterWhyItIsOneAndOfOtherRecordsTheirSize() {
        var letter = new ConsumerRecord<>(
                "openclaw.calls.dead-letter", 0, offset++, call.callId().toString(), new byte[] {1, 2});
        letter.headers().add(DeadLetters.REASON, "refused: it is not signed".getBytes(StandardCharsets.UTF_8));
        letter.headers().add(DeadLetters.POSITION, "t-0@1".getBytes(StandardCharsets.UTF_8));
        var garbage = new ConsumerRecord<>(
                "openclaw.calls.cleared", 0, offset++, call.callId().toString(), new byte[] {3});
        trail.record(List.of(letter, garbage));
        assertThat(recorded("dead.letter").event().text()).contains("it is not signed", "\"bytes\":2");
        assertThat(recorded("unreadable").event().text()).contains("ce_type", "\"bytes\":1");
        assertThat(recorded("dead.letter").signedBy()).isNull();
        assertThat(recorded("dead.letter").signatureProblem()).isNull();
    }
}

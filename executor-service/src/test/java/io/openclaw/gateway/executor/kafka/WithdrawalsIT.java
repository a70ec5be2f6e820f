package io.openclaw.gateway.executor.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallWithdrawn;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.UnreadableEventException;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.Received;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.common.topic.Service;
import io.openclaw.gateway.executor.persistence.ClaimStore;
import io.openclaw.gateway.executor.persistence.ClaimStore.Position;
import io.openclaw.gateway.testing.Calls;
import io.openclaw.gateway.testing.Events;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.KafkaTemplate;

class WithdrawalsIT {
    private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");
    private static final String ME = "me";
    private static final ClaimStore CLAIMS = new ClaimStore(
            Schema.migrated("executor", TestInfrastructure.database().dataSource()),
            JdbcClient.create(TestInfrastructure.database().dataSource()));

    private final Keyring keyring = Keyring.generated();
    private final EventCodec codec = new EventCodec("/test", keyring);
    private final Broker broker = new Broker();
    private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    private final Withdrawals withdrawals = new Withdrawals(
            CLAIMS,
            new EventPublisher(new KafkaTemplate<>(() -> broker), codec, new Topics("openclaw."), clock),
            ME,
            clock);
    private final ToolCall call = Calls.call("demo", "openclaw", "exec", RawJson.EMPTY_OBJECT, NOW);

    private static final class Broker extends MockProducer<String, byte[]> {
        Broker() {
            super(true, null, new StringSerializer(), new ByteArraySerializer());
        }

        @Override
        public void close(Duration timeout) {
            // A template closes what it was given for one record.
        }
    }

    private void withdraw() {
        var withdrawn = new CallWithdrawn(call.withoutArguments());
        withdrawals.handle(
                List.of(new Received<>(Events.signed(keyring, withdrawn), Events.record(keyring, withdrawn, 0))));
    }

    private boolean claim() {
        return !CLAIMS.claim(List.of(new Position(call.callId(), 0, 0)), ME).isEmpty();
    }

    @Test
    void endsACallThatNobodyHasStartedAndItIsNotRunAnyMore() throws UnreadableEventException {
        withdraw();
        assertThat(broker.history()).hasSize(1);
        var end = codec.decode(Events.received(broker.history().getFirst(), 0), CallCompleted.class);
        assertThat(end.event().outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(end.writer()).isEqualTo(Service.EXECUTOR);
        assertThat(claim()).isFalse();
    }

    /** It may have crashed before the end was published; the first end of a call is its end. */
    @Test
    void publishesTheEndAgainIfTheWithdrawalComesAgain() {
        withdraw();
        withdraw();
        assertThat(broker.history()).hasSize(2);
    }

    @Test
    void leavesACallThatIsClaimedToItsExecutor() {
        assertThat(claim()).isTrue();
        withdraw();
        assertThat(broker.history()).isEmpty();
    }
}

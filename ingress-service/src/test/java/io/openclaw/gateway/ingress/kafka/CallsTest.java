package io.openclaw.gateway.ingress.kafka;

import static io.openclaw.gateway.ingress.kafka.Calls.endsLast;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallProgressed;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.kafka.Received;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.testing.Calls;
import io.openclaw.gateway.testing.Events;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class CallsTest {
    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");
    private static final Keyring KEYRING = Keyring.generated();
    private static final ToolCall CALL = Calls.call("demo", "openclaw", "exec", RawJson.EMPTY_OBJECT, NOW);

    @Test
    void whatWasToldOfACallIsHandledBeforeItsEndAndInItsOrder() {
        GatewayEvent end =
                CallCompleted.of(CALL, List.of(), Outcome.SUCCEEDED, RawJson.EMPTY_OBJECT, null, Stage.EXECUTOR, NOW);
        List<Received<GatewayEvent>> batch =
                List.of(received(end), received(told(1)), received(end), received(told(2)));

        assertThat(endsLast(batch)).containsExactly(batch.get(1), batch.get(3), batch.get(0), batch.get(2));
    }

    private static GatewayEvent told(int number) {
        return new CallProgressed(CALL, number, "notifications/message", RawJson.EMPTY_OBJECT, NOW, null, Map.of());
    }

    private static Received<GatewayEvent> received(GatewayEvent event) {
        return new Received<>(Events.signed(KEYRING, event), new ConsumerRecord<>("any", 0, 0, "key", new byte[0]));
    }
}

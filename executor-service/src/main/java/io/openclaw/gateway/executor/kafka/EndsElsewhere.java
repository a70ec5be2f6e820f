package io.openclaw.gateway.executor.kafka;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.UnreadableEventException;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.executor.persistence.ClaimStore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Learns which calls other stages have ended, so that none of them runs: not when an older record of it is written again, and
 * not when a stage that read it again decides otherwise. Most ends are the executor's own and are passed over by their first
 * look.
 */
final class EndsElsewhere {
    private static final String OWN = Stage.EXECUTOR.name();

    private final EventCodec codec;
    private final SignatureChain chain;
    private final ClaimStore claims;

    EndsElsewhere(EventCodec codec, SignatureChain chain, ClaimStore claims) {
        this.codec = codec;
        this.chain = chain;
        this.claims = claims;
    }

    void take(List<ConsumerRecord<String, byte[]>> records) {
        Map<UUID, Outcome> ends = new LinkedHashMap<>();
        for (ConsumerRecord<String, byte[]> record : records) {
            try {
                if (OWN.equals(EventCodec.completedBy(record))) {
                    continue;
                }
                GatewayEvent event = codec.decode(record);
                if (event instanceof CallCompleted end && end.completedBy() != Stage.EXECUTOR && chain.verifies(end)) {
                    ends.putIfAbsent(end.call().callId(), end.outcome());
                }
            } catch (UnreadableEventException e) {
                // Ingress puts it aside.
            }
        }
        if (!ends.isEmpty()) {
            claims.endedElsewhere(ends);
        }
    }
}

package io.openclaw.gateway.executor.kafka;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.UnreadableEventException;
import io.openclaw.gateway.common.topic.Service;
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
    private final EventCodec codec;
    private final ClaimStore claims;

    EndsElsewhere(EventCodec codec, ClaimStore claims) {
        this.codec = codec;
        this.claims = claims;
    }

    void take(List<ConsumerRecord<String, byte[]>> records) {
        Map<UUID, Outcome> ends = new LinkedHashMap<>();
        for (ConsumerRecord<String, byte[]> record : records) {
            try {
                if (codec.claimedWriter(record).filter(Service.EXECUTOR::equals).isPresent()) {
                    continue;
                }
                CallCompleted end = codec.decode(record, CallCompleted.class).event();
                if (end.completedBy() != Stage.EXECUTOR) {
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

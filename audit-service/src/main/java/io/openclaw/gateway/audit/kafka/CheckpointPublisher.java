package io.openclaw.gateway.audit.kafka;

import io.openclaw.gateway.audit.core.tree.Checkpoints;
import io.openclaw.gateway.audit.core.tree.Checkpoints.SignedCheckpoint;
import io.openclaw.gateway.common.event.CheckpointSigned;
import io.openclaw.gateway.common.kafka.EventPublisher;
import java.util.Base64;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes checkpoints to {@code audit.checkpoints}. While the broker is away some are missing there; the next one has it all. */
public final class CheckpointPublisher implements Checkpoints.Keeper {
    private static final Logger log = LoggerFactory.getLogger(CheckpointPublisher.class);

    private final EventPublisher publisher;
    private final String instance;

    public CheckpointPublisher(EventPublisher publisher, String instance) {
        this.publisher = publisher;
        this.instance = instance;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // What becomes of it is logged.
    public void keep(SignedCheckpoint signed) {
        var checkpoint = signed.checkpoint();
        publisher
                .publish(new CheckpointSigned(
                        checkpoint.origin(),
                        checkpoint.size(),
                        Base64.getEncoder().encodeToString(checkpoint.root()),
                        signed.note(),
                        signed.at(),
                        instance,
                        Map.of()))
                .whenComplete((sent, problem) -> {
                    if (problem != null) {
                        log.warn(
                                "the checkpoint of {} events is not published: {}",
                                checkpoint.size(),
                                problem.toString());
                    }
                });
    }
}

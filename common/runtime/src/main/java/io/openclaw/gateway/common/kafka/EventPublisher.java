package io.openclaw.gateway.common.kafka;

import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.ApprovalChanged;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallProgressed;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.EventType;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.InputRequested;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.support.SendResult;

/** Publishes events to the topic that their type names. */
public final class EventPublisher {
    private final KafkaTemplate<String, byte[]> template;
    private final EventCodec codec;
    private final Topics topics;
    private final Clock clock;

    public EventPublisher(KafkaTemplate<String, byte[]> template, EventCodec codec, Topics topics, Clock clock) {
        this.template = template;
        this.codec = codec;
        this.topics = topics;
        this.clock = clock;
    }

    /**
     * Publishes an event. The end of a call, and what is told of it before, goes to the partition that the call names, which the
     * asking ingress reads.
     *
     * @return completes when all in-sync replicas have the record; fails if they do not within the delivery timeout, or the
     *     record cannot be sent at all
     */
    public CompletableFuture<SendResult<String, byte[]>> publish(GatewayEvent event) {
        try {
            String topic = topics.name(EventType.of(event).topic());
            return template.send(codec.encode(event, topic, partitionOf(event, topic), clock.instant()));
        } catch (RuntimeException e) {
            // The client tells of some failures at once, and of the same ones later at other times.
            return CompletableFuture.failedFuture(e);
        }
    }

    private @Nullable Integer partitionOf(GatewayEvent event, String topic) {
        return switch (event) {
            case CallCompleted completed -> replyPartition(completed.call(), topic);
            case ApprovalChanged changed -> replyPartition(changed.call(), topic);
            case CallProgressed progressed -> replyPartition(progressed.call(), topic);
            case InputRequested requested -> replyPartition(requested.call(), topic);
            default -> null;
        };
    }

    private @Nullable Integer replyPartition(ToolCall call, String topic) {
        int reply = call.replyPartition();
        // A forged call can name any partition; what becomes of it still goes on record.
        return reply >= 0 && reply < partitions(topic) ? reply : null;
    }

    private int partitions(String topic) {
        return template.partitionsFor(topic).size();
    }
}

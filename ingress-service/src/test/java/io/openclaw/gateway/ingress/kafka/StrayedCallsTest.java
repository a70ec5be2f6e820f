package io.openclaw.gateway.ingress.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.ingress.core.CallInFlight;
import io.openclaw.gateway.ingress.core.CallState;
import io.openclaw.gateway.ingress.core.CallsInFlight;
import io.openclaw.gateway.testing.Calls;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An instance that joins takes partitions away from others while their callers wait; these learn of their ends all the same. */
class StrayedCallsTest {
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");
    private static final ToolCall CALL = Calls.call("demo", "openclaw", "exec", RawJson.EMPTY_OBJECT, NOW);

    private final CallsInFlight inFlight = new CallsInFlight(100, 1_000_000);
    private final ReplyPartitions replies = new ReplyPartitions("completed");
    private final Map<UUID, CallState> stored = new HashMap<>();
    private final List<Collection<UUID>> looked = new ArrayList<>();
    private final StrayedCalls strayed = new StrayedCalls(
            inFlight,
            replies,
            callIds -> {
                looked.add(callIds);
                return Map.copyOf(stored);
            },
            this::ended);

    private static List<TopicPartition> partition(int number) {
        return List.of(new TopicPartition("completed", number), new TopicPartition("progress", number));
    }

    private void ended(CallCompleted end) {
        inFlight.find(end.call().callId()).ifPresent(flight -> flight.ended(end));
        inFlight.forget(end.call().callId());
    }

    private CallInFlight asked() {
        return inFlight.begin(CALL, false, 100);
    }

    private static CallState.Ended end() {
        return new CallState.Ended(
                CallCompleted.of(CALL, List.of(), Outcome.SUCCEEDED, RawJson.EMPTY_OBJECT, null, Stage.EXECUTOR, NOW));
    }

    @BeforeEach
    void assign() {
        replies.onPartitionsAssigned(partition(CALL.replyPartition()));
    }

    @Test
    void nothingIsLookedUpWhileThePartitionIsHere() {
        asked();
        strayed.look();
        assertThat(looked).isEmpty();
    }

    @Test
    void anEndThatAnotherInstanceReadIsToldHere() {
        CallInFlight flight = asked();
        flight.taken();
        replies.onPartitionsRevoked(partition(CALL.replyPartition()));
        strayed.look();
        assertThat(flight.state()).isInstanceOf(CallState.Pending.class);

        stored.put(CALL.callId(), end());
        strayed.look();
        assertThat(flight.awaitEnd(Duration.ZERO)).isEqualTo(end());
        assertThat(inFlight.size()).isZero();

        looked.clear();
        strayed.look();
        assertThat(looked).isEmpty();
    }

    /** The partition was somebody else's for a moment, and that is when the end came. */
    @Test
    void aPartitionThatCameBackMayHaveLostAnEnd() {
        CallInFlight flight = asked();
        flight.taken();
        replies.onPartitionsRevoked(partition(CALL.replyPartition()));
        replies.onPartitionsAssigned(partition(CALL.replyPartition()));
        stored.put(CALL.callId(), end());
        strayed.look();
        assertThat(flight.awaitEnd(Duration.ZERO)).isEqualTo(end());
    }

    /** It was given the partition before, and is in flight only after, that was taken away. */
    @Test
    void aCallThatIsAskedForAtThatMomentStraysToo() {
        replies.onPartitionsRevoked(partition(CALL.replyPartition()));
        CallInFlight flight = asked();
        flight.taken();
        stored.put(CALL.callId(), end());
        strayed.look();
        assertThat(flight.awaitEnd(Duration.ZERO)).isEqualTo(end());
    }

    @Test
    void oneThatWaitsForAPersonSaysSoAndLeavesItsSlot() {
        CallInFlight flight = asked();
        flight.taken();
        replies.onPartitionsRevoked(partition(CALL.replyPartition()));
        var waiting = new CallState.Waiting(flight.call(), NOW.plusSeconds(60));
        stored.put(CALL.callId(), waiting);
        strayed.look();
        strayed.look();
        assertThat(flight.awaitNews(Duration.ZERO)).isEqualTo(waiting);
    }
}

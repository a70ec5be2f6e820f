package io.openclaw.gateway.ingress.kafka;

import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;

/** The partitions of a topic that this instance reads now; calls are stamped with them in turn, a
 * handful with each so that their ends travel together. */
final class ReplyPartitions implements ConsumerRebalanceListener {
    private static final int HANDFUL = 32;

    private final String topic;
    private final List<Integer> owned = new CopyOnWriteArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();
    private volatile Consumer<Collection<Integer>> revoked = partitions -> {};

    ReplyPartitions(String topic) {
        this.topic = topic;
    }

    /** Returns one of the partitions; empty while this instance has none. */
    OptionalInt next() {
        Object[] now = owned.toArray();
        return now.length == 0
                ? OptionalInt.empty()
                : OptionalInt.of((Integer) now[Math.floorMod(turn.getAndIncrement() / HANDFUL, now.length)]);
    }

    /** Tells whether this instance reads a partition now. */
    boolean isOwned(int partition) {
        return owned.contains(partition);
    }

    /** Has a listener told of the partitions that are taken from this instance. */
    void onRevoked(Consumer<Collection<Integer>> listener) {
        revoked = listener;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            if (partition.topic().equals(topic) && !owned.contains(partition.partition())) {
                owned.add(partition.partition());
            }
        }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        List<Integer> mine = partitions.stream()
                .filter(partition -> partition.topic().equals(topic))
                .map(TopicPartition::partition)
                .toList();
        owned.removeAll(mine);
        revoked.accept(mine);
    }
}

package io.openclaw.gateway.common.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.config.ConfigResource;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultShareConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;

/** Makes consumers of share groups (KIP-932), which acknowledge each record explicitly. */
public final class ShareQueues {
    private final ConsumerFactory<String, byte[]> consumers;
    private final KafkaAdmin kafkaAdmin;

    public ShareQueues(ConsumerFactory<String, byte[]> consumers, KafkaAdmin kafkaAdmin) {
        this.consumers = consumers;
        this.kafkaAdmin = kafkaAdmin;
    }

    /**
     * Makes a consumer.
     *
     * @param group the share group; its readers begin at the beginning of a topic
     * @param maxPollRecords the most records that one poll returns
     * @param lock how long a record is this consumer's alone before somebody else may have it; at most 60 s, which is the
     *     broker's default limit
     * @throws IllegalStateException if the broker does not let the group be set up
     */
    public ShareConsumer<String, byte[]> consumer(String group, int maxPollRecords, Duration lock) {
        setUp(group, lock);
        Map<String, Object> settings = new HashMap<>(consumers.getConfigurationProperties());
        // What only an ordinary consumer group knows.
        List.of("auto.offset.reset", "enable.auto.commit", "group.protocol", "group.instance.id", "isolation.level")
                .forEach(settings::remove);
        settings.put("share.acknowledgement.mode", "explicit");
        settings.put("share.acquire.mode", "record_limit");
        settings.put("max.poll.records", maxPollRecords);
        return new DefaultShareConsumerFactory<String, byte[]>(settings).createShareConsumer(group, group);
    }

    /** A share group begins at the end of its topics unless its own setting says otherwise (KIP-932). */
    private void setUp(String name, Duration lock) {
        try (Admin admin = Admin.create(kafkaAdmin.getConfigurationProperties())) {
            var group = new ConfigResource(ConfigResource.Type.GROUP, name);
            List<AlterConfigOp> settings = new ArrayList<>();
            settings.add(set("share.auto.offset.reset", "earliest"));
            settings.add(set("share.record.lock.duration.ms", Long.toString(lock.toMillis())));
            admin.incrementalAlterConfigs(Map.of(group, settings)).all().get(10, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the share group " + name + " cannot be set up", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static AlterConfigOp set(String name, String value) {
        return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
    }
}

package io.openclaw.gateway.common.setup;

import io.openclaw.gateway.common.boot.GatewayAutoConfiguration;
import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.kafka.TopicAcls;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.topic.Service;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.KafkaFuture;

/** Makes a user of the broker for each service (SASL/SCRAM-SHA-512), the topics, and the ACLs of {@link TopicAcls}; may be done again. */
public final class BrokerSetup {
    private static final ScramCredentialInfo SCRAM = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 8192);

    private BrokerSetup() {}

    /**
     * Does it.
     *
     * @param admin a client of the broker that may do everything
     * @param passwords by service
     * @throws IllegalArgumentException naming a service that has no password
     * @throws IllegalStateException if the broker refuses
     */
    public static void run(Admin admin, GatewayProperties.Kafka kafka, Map<Service, String> passwords) {
        List<UserScramCredentialAlteration> users = Arrays.stream(Service.values())
                .<UserScramCredentialAlteration>map(service ->
                        new UserScramCredentialUpsertion(service.label(), SCRAM, passwordOf(service, passwords)))
                .toList();
        await(admin.alterUserScramCredentials(users).all(), "make the users");
        var topics = new Topics(kafka.topicPrefix());
        Set<String> there = await(admin.listTopics().names(), "list the topics");
        List<NewTopic> missing = GatewayAutoConfiguration.newTopics(topics, kafka).stream()
                .filter(topic -> !there.contains(topic.name()))
                .toList();
        await(admin.createTopics(missing).all(), "make the topics");
        await(admin.createAcls(TopicAcls.all(topics)).all(), "make the ACLs");
    }

    private static String passwordOf(Service service, Map<Service, String> passwords) {
        String password = passwords.get(service);
        if (password == null || password.isBlank()) {
            throw new IllegalArgumentException("the user " + service.label() + " of the broker has no password");
        }
        return password;
    }

    private static <T> T await(KafkaFuture<T> future, String what) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("cannot " + what + " at the broker: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}

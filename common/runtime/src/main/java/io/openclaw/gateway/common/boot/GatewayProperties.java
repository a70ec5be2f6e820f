package io.openclaw.gateway.common.boot;

import io.openclaw.gateway.common.call.Stage;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings that every service has.
 *
 * @param instance the name of this process in verdicts, events and logs; made up when not set
 * @param kafka how topics are named and made
 * @param signing the keys of the signature chain
 * @param console who may see and decide
 */
@ConfigurationProperties("openclaw")
public record GatewayProperties(
        @Nullable String instance,
        @DefaultValue Kafka kafka,
        @DefaultValue Signing signing,
        @DefaultValue Console console) {

    public GatewayProperties {
        if (instance == null || instance.isBlank()) {
            instance = UUID.randomUUID().toString().substring(0, 8);
        }
    }

    /** Returns the name of this process; never null. */
    public String instanceName() {
        return instance == null ? "" : instance;
    }

    /**
     * @param topicPrefix put before every topic name
     * @param partitions of each topic that is not compacted, when this process creates it
     * @param replicationFactor of each topic, when this process creates it
     * @param createTopics whether missing topics are created at the start
     */
    public record Kafka(
            @DefaultValue("openclaw.") String topicPrefix,
            @DefaultValue("4") int partitions,
            @DefaultValue("1") short replicationFactor,
            @DefaultValue("true") boolean createTopics) {}

    /**
     * @param keys by stage: at least 32 random bytes each, in Base64
     */
    public record Signing(@DefaultValue Map<Stage, String> keys) {}

    /**
     * @param user the name of the administrator
     * @param password the administrator's password; without one the administrator does not get in
     * @param groups the groups of approvers that the administrator is in; {@code *} stands for all of them
     * @param people by name: who else may look and approve
     */
    public record Console(
            @DefaultValue("admin") String user,
            @Nullable String password,
            @DefaultValue("*") List<String> groups,
            @DefaultValue Map<String, Person> people) {}

    /**
     * Somebody who approves.
     *
     * @param password that person's password; without one this person does not get in
     * @param groups the groups of approvers that this person is in
     */
    public record Person(
            @Nullable String password, @DefaultValue List<String> groups) {}
}

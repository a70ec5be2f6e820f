package io.openclaw.gateway.common.boot;

import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.console.ConsoleRole;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.common.signing.StageKeys;
import io.openclaw.gateway.common.topic.Service;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;

/**
 * Settings that every service has.
 *
 * @param instance the name of this process in verdicts, events and logs; made up when not set
 * @param kafka how topics are named and made
 * @param signing the keys that sign events and verify them
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
     * Signing keys (X25519), each 32 bytes in Base64. The first of a list is in use; those after it were before it.
     *
     * @param keys by service: the private keys of the services that this process is
     * @param publicKeys by service: the public keys of all services
     * @param old by stage: the keys of before there were key pairs, as long as records of then are to be accepted
     */
    public record Signing(
            @DefaultValue Map<Service, List<String>> keys,
            @Name("public") @DefaultValue Map<Service, List<String>> publicKeys,
            @DefaultValue Map<Stage, String> old) {

        /**
         * Returns the keyring of this process. An empty value counts as not set.
         *
         * @throws IllegalArgumentException naming the setting that is missing or wrong
         */
        public Keyring keyring() {
            Map<Stage, String> oldKeys = new EnumMap<>(Stage.class);
            old.forEach((stage, key) -> {
                if (!key.isBlank()) {
                    oldKeys.put(stage, key);
                }
            });
            return Keyring.of(set(keys), set(publicKeys), oldKeys.isEmpty() ? null : StageKeys.ofBase64(oldKeys));
        }

        private static Map<Service, List<String>> set(Map<Service, List<String>> values) {
            Map<Service, List<String>> set = new EnumMap<>(Service.class);
            values.forEach((service, keys) -> {
                List<String> present =
                        keys.stream().filter(key -> !key.isBlank()).toList();
                if (!present.isEmpty()) {
                    set.put(service, present);
                }
            });
            return set;
        }
    }

    /**
     * @param user the name of the administrator
     * @param password the administrator's password; without one the administrator does not get in
     * @param groups the groups of approvers that the administrator is in; {@code *} stands for all of them
     * @param people by name: who else may look and approve
     * @param idleTimeout after which a session ends in which nobody did anything
     * @param sessionTimeout after which every session ends
     * @param oidc an OpenID Connect provider with which people sign in, too
     * @param urls where a service's rooms are, by service ({@code approval}, {@code audit}, {@code policy}, {@code vetting}), if not
     *     at the same origin
     */
    public record Console(
            @DefaultValue("admin") String user,
            @Nullable String password,
            @DefaultValue("*") List<String> groups,
            @DefaultValue Map<String, Person> people,
            @DefaultValue("30m") Duration idleTimeout,
            @DefaultValue("12h") Duration sessionTimeout,
            @DefaultValue Oidc oidc,
            @DefaultValue Map<String, String> urls) {}

    /**
     * An OpenID Connect provider.
     *
     * @param issuer its URL, which is followed by {@code /.well-known/openid-configuration} (OpenID Connect Discovery 1.0 section
     *     4); none, if people do not sign in so
     * @param clientId what it calls this gateway
     * @param clientSecret what it knows this gateway by
     * @param scopes what is asked for
     * @param nameClaim the claim that names a person here
     * @param rolesClaim the claim that gives roles; a dot leads deeper, such as {@code realm_access.roles}
     * @param groupsClaim the claim that gives groups of approvers
     * @param roles by role: the values of the roles' claim that give it, if not the role's own name
     */
    public record Oidc(
            @Nullable String issuer,
            @DefaultValue("openclaw-gateway") String clientId,
            @DefaultValue("") String clientSecret,
            @DefaultValue({"openid", "profile", "email"}) List<String> scopes,
            @DefaultValue("preferred_username") String nameClaim,
            @DefaultValue("roles") String rolesClaim,
            @DefaultValue("groups") String groupsClaim,
            @DefaultValue Map<ConsoleRole, List<String>> roles) {

        /** Tells whether people may sign in so. */
        public boolean isSet() {
            return issuer != null && !issuer.isBlank();
        }

        /** Returns the issuer; empty if there is none. */
        public String issuerOrNone() {
            return issuer == null ? "" : issuer.strip();
        }
    }

    /**
     * Somebody who approves.
     *
     * @param password that person's password; without one this person does not get in
     * @param groups the groups of approvers that this person is in
     * @param roles what this person may do: {@code viewer}, {@code approver}, {@code auditor}, {@code administrator}
     */
    public record Person(
            @Nullable String password,
            @DefaultValue List<String> groups,
            @DefaultValue({"approver", "auditor"}) List<String> roles) {}
}

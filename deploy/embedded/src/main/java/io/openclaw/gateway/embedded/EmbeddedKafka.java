package io.openclaw.gateway.embedded;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.Server;
import kafka.server.SharedServer;
import kafka.server.StandardFaultHandlerFactory;
import kafka.tools.StorageTool;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.security.plain.PlainLoginModule;
import org.apache.kafka.common.security.scram.ScramLoginModule;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Kafka broker in KRaft mode, in this process, on loopback only. Clients, broker and controller authenticate with
 * SASL/SCRAM-SHA-512 and a password made at the first start; what no ACL allows is refused. Its directory is formatted at the
 * first start; a start on the same directory goes on where the last one ended, also after the process was killed, and also
 * if an older gateway kept it, which asked for no password.
 */
public final class EmbeddedKafka implements AutoCloseable {
    /** The user who may do everything: the gateway in one process, its broker and its controller. */
    public static final String USER = "gateway";
    /** The file in the broker's directory that has the properties of a client (mode 600), written at each start. */
    public static final String CLIENT_PROPERTIES = "client.properties";

    private static final Logger log = LoggerFactory.getLogger(EmbeddedKafka.class);
    private static final int MAX_RECORD_BYTES = 6 * 1024 * 1024;
    private static final int NODE = 1;
    private static final int TIMEOUT_SECONDS = 30;
    private static final String CLIENTS = "CLIENTS";
    private static final String CONTROLLER = "CONTROLLER";
    private static final String MECHANISM = "SCRAM-SHA-512";
    /** For clients that cannot do the other: librdkafka before 2.6.1, such as Debian 12's kcat; see docs/decisions/0025. */
    private static final String PLAIN = "PLAIN";

    private final BrokerServer broker;
    private final ControllerServer controller;
    private final Map<String, String> clientProperties;
    private final Map<String, Map<String, String>> clientPropertiesOfUsers;

    private EmbeddedKafka(
            BrokerServer broker,
            ControllerServer controller,
            Map<String, String> clientProperties,
            Map<String, Map<String, String>> clientPropertiesOfUsers) {
        this.broker = broker;
        this.controller = controller;
        this.clientProperties = clientProperties;
        this.clientPropertiesOfUsers = clientPropertiesOfUsers;
    }

    /**
     * Starts the broker on free ports, which are bound before it starts.
     *
     * @param directory where it keeps its data and its password
     * @throws IllegalStateException if the directory cannot be formatted, with Kafka's words
     */
    public static EmbeddedKafka start(Path directory) {
        return start(directory, Set.of());
    }

    /**
     * Starts the broker with more users than {@link #USER}, who may do what {@link #allow} says.
     *
     * @param users their names; each is given a new password at each start
     */
    public static EmbeddedKafka start(Path directory, Set<String> users) {
        Map<String, String> passwords = new TreeMap<>();
        for (String user : users) {
            passwords.put(user, PrivateFile.newPassword());
        }
        try {
            PrivateDirectory.close(directory);
            String password = PrivateFile.password(directory.resolve("password"));
            BoundSockets sockets = BoundSockets.on(List.of(CLIENTS, CONTROLLER));
            try {
                return start(directory, password, passwords, sockets);
            } catch (RuntimeException | IOException e) {
                sockets.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Kafka did not start in " + directory, e);
        }
    }

    private static EmbeddedKafka start(Path directory, String password, Map<String, String> users, BoundSockets sockets)
            throws IOException {
        int port = sockets.port(CLIENTS);
        int controllerPort = sockets.port(CONTROLLER);
        Properties settings = settings(directory, port, controllerPort, password, users);
        format(directory, settings);
        Map<String, String> clientProperties = clientProperties(port, USER, password);
        store(directory.resolve(CLIENT_PROPERTIES), clientProperties);

        // As KafkaRaftServer does it, which binds its sockets itself.
        KafkaConfig configuration = KafkaConfig.fromProps(settings);
        var directories = KafkaRaftServer.initializeLogDirs(configuration, log, "");
        String cluster = directories._1().clusterId().orElseThrow();
        var shared = new SharedServer(
                configuration,
                directories._1(),
                Time.SYSTEM,
                Server.initializeMetrics(configuration, Time.SYSTEM, cluster),
                CompletableFuture.completedFuture(
                        Map.of(NODE, new InetSocketAddress(InetAddress.getLoopbackAddress(), controllerPort))),
                List.of(),
                new StandardFaultHandlerFactory(),
                sockets);
        var broker = new BrokerServer(shared);
        var controller = new ControllerServer(shared, KafkaRaftServer.configSchema(), directories._2());
        try {
            controller.startup();
            broker.startup();
        } catch (RuntimeException e) {
            broker.shutdown();
            controller.shutdown();
            throw e;
        }
        log.info("Kafka listens on 127.0.0.1:{}", port);
        Map<String, Map<String, String>> ofUsers = new TreeMap<>();
        users.forEach((user, secret) -> ofUsers.put(user, clientProperties(port, user, secret)));
        return new EmbeddedKafka(broker, controller, clientProperties, ofUsers);
    }

    /** Returns {@code host:port} for clients. */
    public String bootstrapServers() {
        return Objects.requireNonNull(clientProperties.get("bootstrap.servers"));
    }

    /** Returns what a client needs to connect as {@link #USER}, {@code bootstrap.servers} included. */
    public Map<String, String> clientProperties() {
        return clientProperties;
    }

    /**
     * Returns what a client needs to connect as one of the other users.
     *
     * @throws IllegalArgumentException if there is no such user
     */
    public Map<String, String> clientProperties(String user) {
        Map<String, String> properties = clientPropertiesOfUsers.get(user);
        if (properties == null) {
            throw new IllegalArgumentException(
                    "the broker has no user " + user + "; it has " + clientPropertiesOfUsers.keySet());
        }
        return properties;
    }

    /**
     * Lets users do what these ACLs say, and nothing else: others are deleted.
     *
     * @throws IllegalStateException if the broker does not take them within 30 s
     */
    public void allow(Collection<AclBinding> acls) {
        try (Admin admin = Admin.create(Map.copyOf(clientProperties))) {
            Collection<AclBinding> before =
                    admin.describeAcls(AclBindingFilter.ANY).values().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            admin.createAcls(acls).all().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            List<AclBindingFilter> gone = before.stream()
                    .filter(acl -> !acls.contains(acl))
                    .map(AclBinding::toFilter)
                    .toList();
            admin.deleteAcls(gone).all().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the broker does not take its ACLs", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Returns properties of a client as settings of Spring Boot. */
    public static Map<String, Object> springSettings(Map<String, String> clientProperties) {
        Map<String, Object> settings = new TreeMap<>();
        clientProperties.forEach((name, value) -> settings.put(
                name.equals("bootstrap.servers") ? "spring.kafka.bootstrap-servers" : "spring.kafka.properties." + name,
                value));
        return settings;
    }

    @Override
    public void close() {
        // The controller is needed until the broker has left the cluster.
        broker.shutdown();
        controller.shutdown();
        broker.awaitShutdown();
        controller.awaitShutdown();
    }

    private static Map<String, String> clientProperties(int port, String user, String password) {
        return Map.of(
                "bootstrap.servers",
                "127.0.0.1:" + port,
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                MECHANISM,
                "sasl.jaas.config",
                jaas(user, password) + ";");
    }

    private static String jaas(String user, String password) {
        return ScramLoginModule.class.getName() + " required username=\"" + user + "\" password=\"" + password + "\"";
    }

    private static String option(String user, String password) {
        return " user_" + user + "=\"" + password + "\"";
    }

    private static void store(Path file, Map<?, ?> settings) throws IOException {
        var properties = new Properties();
        properties.putAll(settings);
        PrivateFile.write(file, writer -> properties.store(writer, "Written at each start"));
    }

    private static void format(Path directory, Properties settings) throws IOException {
        Path configuration = directory.resolve("server.properties");
        store(configuration, settings);
        if (Files.exists(directory.resolve("data").resolve("meta.properties"))) {
            return;
        }
        var words = new ByteArrayOutputStream();
        int exit = StorageTool.execute(
                new String[] {
                    "format",
                    "--cluster-id",
                    Uuid.randomUuid().toString(),
                    "--config",
                    configuration.toString(),
                    "--ignore-formatted"
                },
                new PrintStream(words, true, StandardCharsets.UTF_8));
        if (exit != 0) {
            throw new IllegalStateException(
                    "cannot format " + directory + " for Kafka: " + words.toString(StandardCharsets.UTF_8));
        }
    }

    private static Properties settings(
            Path directory, int port, int controllerPort, String password, Map<String, String> users) {
        var settings = new Properties();
        settings.setProperty("process.roles", "broker,controller");
        settings.setProperty("node.id", Integer.toString(NODE));
        settings.setProperty("controller.quorum.voters", NODE + "@127.0.0.1:" + controllerPort);
        settings.setProperty("controller.listener.names", CONTROLLER);
        settings.setProperty(
                "listeners", CLIENTS + "://127.0.0.1:" + port + "," + CONTROLLER + "://127.0.0.1:" + controllerPort);
        settings.setProperty("advertised.listeners", CLIENTS + "://127.0.0.1:" + port);
        settings.setProperty("inter.broker.listener.name", CLIENTS);
        settings.setProperty(
                "listener.security.protocol.map", CLIENTS + ":SASL_PLAINTEXT," + CONTROLLER + ":SASL_PLAINTEXT");
        settings.setProperty("sasl.enabled.mechanisms", MECHANISM);
        settings.setProperty(
                "listener.name." + CLIENTS.toLowerCase(Locale.ROOT) + ".sasl.enabled.mechanisms",
                MECHANISM + "," + PLAIN);
        settings.setProperty("sasl.mechanism.inter.broker.protocol", MECHANISM);
        settings.setProperty("sasl.mechanism.controller.protocol", MECHANISM);
        for (String listener : List.of(CLIENTS, CONTROLLER)) {
            String prefix =
                    "listener.name." + listener.toLowerCase(Locale.ROOT) + "." + MECHANISM.toLowerCase(Locale.ROOT);
            var jaas = new StringBuilder(jaas(USER, password));
            jaas.append(option(USER, password));
            if (listener.equals(CLIENTS)) {
                users.forEach((user, secret) -> jaas.append(option(user, secret)));
            }
            settings.setProperty(prefix + ".sasl.jaas.config", jaas.append(';').toString());
            if (listener.equals(CLIENTS)) {
                // The same users and passwords.
                settings.setProperty(
                        "listener.name." + CLIENTS.toLowerCase(Locale.ROOT) + "." + PLAIN.toLowerCase(Locale.ROOT)
                                + ".sasl.jaas.config",
                        jaas.toString().replace(ScramLoginModule.class.getName(), PlainLoginModule.class.getName()));
            }
            settings.setProperty(prefix + ".sasl.server.callback.handler.class", ScramUsers.class.getName());
        }
        settings.setProperty("authorizer.class.name", StandardAuthorizer.class.getName());
        settings.setProperty("super.users", "User:" + USER);
        settings.setProperty("allow.everyone.if.no.acl.found", "false");
        settings.setProperty(
                "log.dirs", directory.resolve("data").toAbsolutePath().toString());
        // A broker that was killed is registered until its session ends; the next start waits for that.
        settings.setProperty("broker.heartbeat.interval.ms", "500");
        settings.setProperty("broker.session.timeout.ms", "2000");
        // It shares its cores with everything else on this machine.
        settings.setProperty("num.io.threads", "3");
        settings.setProperty("num.network.threads", "2");
        settings.setProperty("auto.create.topics.enable", "false");
        settings.setProperty("message.max.bytes", Integer.toString(MAX_RECORD_BYTES));
        // One broker: everything that is replicated elsewhere has one copy here.
        settings.setProperty("offsets.topic.replication.factor", "1");
        settings.setProperty("offsets.topic.num.partitions", "4");
        settings.setProperty("transaction.state.log.replication.factor", "1");
        settings.setProperty("transaction.state.log.min.isr", "1");
        settings.setProperty("transaction.state.log.num.partitions", "1");
        settings.setProperty("share.coordinator.state.topic.replication.factor", "1");
        settings.setProperty("share.coordinator.state.topic.min.isr", "1");
        settings.setProperty("share.coordinator.state.topic.num.partitions", "4");
        // One process with a dozen members: they learn of their partitions within half a second, and a group whose
        // process
        // was killed is taken over by the next start within seconds.
        settings.setProperty("group.consumer.min.session.timeout.ms", "5000");
        settings.setProperty("group.consumer.session.timeout.ms", "5000");
        settings.setProperty("group.consumer.min.heartbeat.interval.ms", "500");
        settings.setProperty("group.consumer.heartbeat.interval.ms", "500");
        settings.setProperty("group.share.min.session.timeout.ms", "5000");
        settings.setProperty("group.share.session.timeout.ms", "5000");
        settings.setProperty("group.share.min.heartbeat.interval.ms", "500");
        settings.setProperty("group.share.heartbeat.interval.ms", "500");
        settings.setProperty("group.share.min.record.lock.duration.ms", "5000");
        settings.setProperty("group.share.record.lock.duration.ms", "15000");
        settings.setProperty("group.share.delivery.count.limit", "10");
        settings.setProperty("group.initial.rebalance.delay.ms", "0");
        return settings;
    }
}

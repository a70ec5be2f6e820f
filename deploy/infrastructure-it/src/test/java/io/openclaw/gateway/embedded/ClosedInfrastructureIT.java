package io.openclaw.gateway.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.utils.Time;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Other users of the machine neither connect to what is embedded nor read nor change its files; ports are nobody else's. */
class ClosedInfrastructureIT {
    private static final Set<PosixFilePermission> OWNERS = PosixFilePermissions.fromString("rwx------");

    @Test
    void theBrokerAndTheControllerRefuseClientsWithoutThePassword(@TempDir Path directory) throws Exception {
        try (var broker = EmbeddedKafka.start(directory)) {
            Map<String, Object> right = new HashMap<>(broker.clientProperties());
            assertThat(clusterId(right)).isNotEmpty();

            Map<String, Object> wrong = new HashMap<>(right);
            wrong.put("sasl.jaas.config", jaas(broker).replaceFirst("password=\"[0-9a-f]*\"", "password=\"guessed\""));
            assertThatThrownBy(() -> clusterId(wrong)).hasCauseInstanceOf(SaslAuthenticationException.class);

            Map<String, Object> stranger = new HashMap<>(right);
            stranger.put("sasl.jaas.config", jaas(broker).replace("\"gateway\"", "\"nobody\""));
            assertThatThrownBy(() -> clusterId(stranger)).hasCauseInstanceOf(SaslAuthenticationException.class);

            Map<String, Object> token = new HashMap<>(right);
            token.put("sasl.jaas.config", jaas(broker).replace(";", " tokenauth=\"true\";"));
            assertThatThrownBy(() -> clusterId(token)).hasCauseInstanceOf(SaslAuthenticationException.class);

            Map<String, Object> none = Map.of("bootstrap.servers", broker.bootstrapServers());
            assertThatThrownBy(() -> clusterId(none)).hasCauseInstanceOf(TimeoutException.class);

            Map<String, Object> controller = new HashMap<>(wrong);
            controller.remove("bootstrap.servers");
            controller.put("bootstrap.controllers", controller(directory));
            assertThatThrownBy(() -> clusterId(controller)).hasCauseInstanceOf(SaslAuthenticationException.class);
        }
    }

    private static String jaas(EmbeddedKafka broker) {
        return broker.clientProperties().getOrDefault("sasl.jaas.config", "");
    }

    private static String clusterId(Map<String, Object> client) throws ExecutionException, InterruptedException {
        Map<String, Object> settings = new HashMap<>(client);
        // A client that does not speak SASL is cut off without a word, and tries again until its time is up.
        settings.put("default.api.timeout.ms", client.containsKey("sasl.mechanism") ? "60000" : "3000");
        settings.put("request.timeout.ms", "3000");
        try (var admin = Admin.create(settings)) {
            return admin.describeCluster().clusterId().get();
        }
    }

    private static String controller(Path directory) throws IOException {
        var properties = new Properties();
        try (var in = Files.newBufferedReader(directory.resolve("server.properties"))) {
            properties.load(in);
        }
        return properties.getProperty("controller.quorum.voters").replace("1@", "");
    }

    @Test
    void theDirectoryOfAnOlderGatewayIsTakenOverWithItsRecords(@TempDir Path directory) throws Exception {
        withAnOpenBroker(directory, client -> Records.write(client, "t", "v"));
        try (var broker = EmbeddedKafka.start(directory)) {
            Map<String, Object> client = new HashMap<>(broker.clientProperties());
            assertThat(Records.read(client, "t")).containsExactly("v");
            Records.write(client, "u", "w");
            assertThat(Records.read(client, "u")).containsExactly("w");
        }
    }

    private interface Work {
        void with(Map<String, Object> client) throws Exception;
    }

    /** Formats and starts a broker as gateways did before brokers asked for a password. */
    private static void withAnOpenBroker(Path directory, Work work) throws Exception {
        int port = Ports.free();
        int controllerPort = Ports.free();
        var settings = new Properties();
        settings.setProperty("process.roles", "broker,controller");
        settings.setProperty("node.id", "1");
        settings.setProperty("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        settings.setProperty("controller.listener.names", "CONTROLLER");
        settings.setProperty(
                "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
        settings.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.setProperty("log.dirs", directory.resolve("data").toString());
        settings.setProperty("offsets.topic.replication.factor", "1");
        Path file = directory.resolve("server.properties");
        try (var out = Files.newBufferedWriter(file)) {
            settings.store(out, null);
        }
        String id = Uuid.randomUuid().toString();
        StorageTool.execute(
                new String[] {"format", "--cluster-id", id, "--config", file.toString()},
                new PrintStream(PrintStream.nullOutputStream()));
        var server = new KafkaRaftServer(KafkaConfig.fromProps(settings), Time.SYSTEM);
        server.startup();
        try {
            work.with(Map.of("bootstrap.servers", "127.0.0.1:" + port));
        } finally {
            server.shutdown();
            server.awaitShutdown();
        }
    }

    @Test
    void brokersThatStartAtOnceDoNotTakeEachOthersPorts(@TempDir Path directory) throws Exception {
        List<EmbeddedKafka> brokers = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(3)) {
            List<Future<EmbeddedKafka>> starts = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Path own = directory.resolve("broker" + i);
                starts.add(threads.submit(() -> EmbeddedKafka.start(own)));
            }
            for (Future<EmbeddedKafka> start : starts) {
                brokers.add(start.get());
            }
            Set<String> clusters = new HashSet<>();
            for (EmbeddedKafka broker : brokers) {
                clusters.add(clusterId(new HashMap<>(broker.clientProperties())));
            }
            assertThat(clusters).hasSize(3);
        } finally {
            brokers.forEach(EmbeddedKafka::close);
        }
    }

    @Test
    void aDatabaseWhosePortIsTakenStartsOnAnother(@TempDir Path directory) throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Iterator<Integer> ports =
                    List.of(taken.getLocalPort(), Ports.free(), Ports.free()).iterator();
            try (var server = EmbeddedPostgreSql.start(directory, ports::next, Duration.ofSeconds(8))) {
                assertThat(server.port()).isNotEqualTo(taken.getLocalPort());
            }
        }
    }

    @Test
    void portsAreGivenOnceAndAreNotThoseOfOutgoingConnections() {
        Set<Integer> ports = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            int port = Ports.free();
            assertThat(port).isBetween(20_000, 31_999);
            assertThat(ports.add(port)).isTrue();
        }
    }

    @Test
    void theFilesAreTheirOwnersAlone(@TempDir Path directory) throws Exception {
        Path kafka = directory.resolve("kafka");
        Path postgres = directory.resolve("postgres");
        try (var broker = EmbeddedKafka.start(kafka);
                var database = EmbeddedPostgreSql.start(postgres)) {
            assertThat(broker.bootstrapServers()).isNotEmpty();
            assertThat(database.password()).isNotEmpty();
            for (Path closed : List.of(kafka, postgres, postgres.resolve("programs"), postgres.resolve("data"))) {
                assertThat(openToOthers(closed)).as("%s", closed).isEmpty();
            }
            for (String secret : List.of("password", "server.properties", EmbeddedKafka.CLIENT_PROPERTIES)) {
                assertThat(openToOthers(kafka.resolve(secret))).as(secret).isEmpty();
            }
            assertThat(openToOthers(postgres.resolve("password"))).isEmpty();
            try (var programs = Files.walk(postgres.resolve("programs"))) {
                assertThat(programs.filter(file -> !Files.isSymbolicLink(file)))
                        .allSatisfy(file -> assertThat(openToOthers(file)).isEmpty());
            }
        }
    }

    private static Set<PosixFilePermission> openToOthers(Path file) throws IOException {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        permissions.addAll(Files.getPosixFilePermissions(file));
        permissions.removeAll(OWNERS);
        return permissions;
    }

    @Test
    void aDataDirectoryIsMadeClosedAndAnOpenOneIsRefusedWithTheCommandThatClosesIt(@TempDir Path directory)
            throws IOException {
        Path made = directory.resolve("a/data");
        PrivateDirectory.require(made);
        assertThat(openToOthers(made)).isEmpty();
        PrivateDirectory.require(made);

        for (String open : List.of("rwxr-xr-x", "rwx-----x", "rwxr-----", "rwxrwx---")) {
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString(open));
            assertThatThrownBy(() -> PrivateDirectory.require(made))
                    .isInstanceOf(OpenToOthersException.class)
                    .hasMessageContaining(open)
                    .hasMessageEndingWith("chmod 700 '" + made + "'");
        }
    }
}

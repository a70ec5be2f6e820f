package io.openclaw.gateway.embedded;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Kafka broker in KRaft mode, in this process, on loopback only. Its directory is formatted at the first start; a
 * start on the same directory goes on where the last one ended, also after the process was killed.
 */
public final class EmbeddedKafka implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedKafka.class);
    private static final int MAX_RECORD_BYTES = 6 * 1024 * 1024;

    private final KafkaRaftServer server;
    private final int port;

    private EmbeddedKafka(KafkaRaftServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /**
     * Starts the broker.
     *
     * @param directory where it keeps its data
     * @param port where clients connect; 0 for any free one
     * @throws IllegalStateException if the directory cannot be formatted, with Kafka's words
     */
    public static EmbeddedKafka start(Path directory, int port) {
        int clientPort = port == 0 ? Ports.free() : port;
        Properties settings = settings(directory, clientPort, Ports.free());
        format(directory, settings);
        var server = new KafkaRaftServer(KafkaConfig.fromProps(settings), Time.SYSTEM);
        server.startup();
        log.info("Kafka listens on 127.0.0.1:{}", clientPort);
        return new EmbeddedKafka(server, clientPort);
    }

    /** Returns {@code host:port} for clients. */
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private static void format(Path directory, Properties settings) {
        Path configuration = directory.resolve("server.properties");
        try {
            Files.createDirectories(directory);
            try (var out = Files.newBufferedWriter(configuration)) {
                settings.store(out, "Written at each start");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + configuration, e);
        }
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

    private static Properties settings(Path directory, int port, int controllerPort) {
        var settings = new Properties();
        settings.setProperty("process.roles", "broker,controller");
        settings.setProperty("node.id", "1");
        settings.setProperty("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        settings.setProperty("controller.listener.names", "CONTROLLER");
        settings.setProperty(
                "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
        settings.setProperty("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        settings.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
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

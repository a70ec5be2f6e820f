package io.openclaw.gateway.e2e;

import static io.openclaw.gateway.e2e.RunningGateway.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.signing.SigningKey;
import io.openclaw.gateway.common.topic.Service;
import io.openclaw.gateway.embedded.EmbeddedPostgreSql;
import io.openclaw.gateway.embedded.Ports;
import io.openclaw.gateway.ingress.IngressService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/** Another instance of the ingress service, beside the one in the running gateway, on the same broker and database. */
final class SecondIngress implements AutoCloseable {
    private final Process process;
    private final int port;

    private SecondIngress(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    static SecondIngress start(RunningGateway gateway) throws IOException {
        int port = Ports.free();
        Path data = RunningGateway.data();
        ProcessBuilder builder = RunningGateway.jvm("-Xmx256m", IngressService.class, "second-ingress.log");
        Map<String, String> environment = builder.environment();
        environment.put("PORT", Integer.toString(port));
        gateway.kafka()
                .forEach((name, value) -> environment.put(
                        name.equals("bootstrap.servers")
                                ? "KAFKA_BOOTSTRAP_SERVERS"
                                : "SPRING_KAFKA_PROPERTIES_"
                                        + name.replace('.', '_').toUpperCase(Locale.ROOT),
                        value.toString()));
        String postgresPort =
                Files.readAllLines(data.resolve("postgres/data/postmaster.pid")).get(3);
        environment.put("DATABASE_URL", "jdbc:postgresql://127.0.0.1:" + postgresPort.strip() + "/openclaw");
        environment.put("DATABASE_USER", EmbeddedPostgreSql.USER);
        environment.put(
                "DATABASE_PASSWORD",
                Files.readString(data.resolve("postgres/password")).strip());
        environment.put("CONSOLE_PASSWORD", "unused");
        environment.put("OPENAI_BASE_URL", RunningGateway.planner().url());
        environment.put("OPENAI_MODEL", "planner");
        var secrets = new Properties();
        try (var in = Files.newBufferedReader(data.resolve("secrets.properties"))) {
            secrets.load(in);
        }
        for (Service service : Service.values()) {
            environment.put(
                    "OPENCLAW_SIGNING_PUBLIC_" + service.name(),
                    SigningKey.publicOf(secrets.getProperty("private-key." + service.label())));
        }
        environment.put("OPENCLAW_SIGNING_KEYS_INGRESS", secrets.getProperty("private-key.ingress"));
        String key = gateway.setting("AGENT_KEY");
        List<String> tools = McpSession.modern(gateway.url() + "/mcp", key).tools();
        assertThat(tools).isNotEmpty();
        var second = new SecondIngress(builder.start(), port);
        Runtime.getRuntime().addShutdownHook(new Thread(second::close));
        eventually()
                .atMost(Duration.ofMinutes(2))
                .ignoreExceptions()
                .until(() -> McpSession.modern(second.mcp(), key).tools(), has -> has.containsAll(tools));
        return second;
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    String mcp() {
        return url() + "/mcp";
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package io.openclaw.gateway.standalone;

import io.openclaw.gateway.approval.ApprovalConfiguration;
import io.openclaw.gateway.audit.AuditConfiguration;
import io.openclaw.gateway.common.boot.GatewayApplication;
import io.openclaw.gateway.common.console.Accounts;
import io.openclaw.gateway.common.topic.Service;
import io.openclaw.gateway.embedded.NoRoomException;
import io.openclaw.gateway.embedded.OpenToOthersException;
import io.openclaw.gateway.executor.ExecutorConfiguration;
import io.openclaw.gateway.ingress.IngressConfiguration;
import io.openclaw.gateway.policy.PolicyConfiguration;
import io.openclaw.gateway.vetting.VettingConfiguration;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;

/**
 * All six services in one process and on one port, with their broker and their database. {@code DATA_DIR} (default
 * {@code data}) is where everything is kept.
 */
@Configuration(proxyBeanMethods = false)
@Import({
    IngressConfiguration.class,
    PolicyConfiguration.class,
    VettingConfiguration.class,
    ApprovalConfiguration.class,
    ExecutorConfiguration.class,
    AuditConfiguration.class
})
public class StandaloneGateway {

    static void main(String... args) throws InterruptedException {
        var around = new Around();
        ConfigurableApplicationContext context =
                GatewayApplication.start(StandaloneGateway.class, Map.of(), around, args);
        Environment environment = context.getEnvironment();
        String url = "http://127.0.0.1:" + environment.getProperty("local.server.port");
        new Quickstart(
                        dataDirectory(environment),
                        Quickstart.Urls.all(url),
                        around.started().secrets(),
                        !upstreams(environment).isEmpty(),
                        () -> context.getBean(Accounts.class).issueLink(Quickstart.ADMINISTRATOR, Quickstart.LINK_LIFE))
                .tellWhenReady();
    }

    static Path dataDirectory(Environment environment) {
        return Path.of(environment.getProperty("DATA_DIR", "data"))
                .toAbsolutePath()
                .normalize();
    }

    /** Starts the infrastructure as the settings say; if the disk is too full for it, or its directory open to others, says so
     * and ends the process. */
    static Infrastructure startInfrastructure(Environment environment) {
        return startInfrastructure(environment, Set.of());
    }

    /** @param users the broker's users beside the gateway's own */
    static Infrastructure startInfrastructure(Environment environment, Set<String> users) {
        try {
            return Infrastructure.start(
                    dataDirectory(environment), workerUrl(environment), upstreams(environment), users);
        } catch (NoRoomException | OpenToOthersException e) {
            System.err.println(e.getMessage());
            System.exit(1);
            throw e;
        }
    }

    private static Optional<String> workerUrl(Environment environment) {
        return Optional.ofNullable(environment.getProperty("OPENCLAW_WORKER_URL"))
                .filter(url -> !url.isBlank());
    }

    static CommandLineUpstreams upstreams(Environment environment) {
        try {
            return CommandLineUpstreams.of(environment.getProperty("OPENCLAW_UPSTREAMS", ""));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            throw e;
        }
    }

    /** Starts the infrastructure when the settings are known, before any service, and stops it after all of them. */
    private static final class Around implements ApplicationContextInitializer<ConfigurableApplicationContext> {
        private Optional<Infrastructure> infrastructure = Optional.empty();

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            Environment environment = context.getEnvironment();
            requireFree(environment.getRequiredProperty("server.port", Integer.class));
            Infrastructure started = startInfrastructure(environment);
            infrastructure = Optional.of(started);
            SpringApplication.getShutdownHandlers().add(started::close);
            Map<String, Object> settings = new LinkedHashMap<>(started.settings());
            for (Service service : Service.values()) {
                settings.putAll(started.keysOf(service));
            }
            context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("infrastructure", settings));
        }

        /** Tells so at once, rather than after a broker and a database were started for nothing. */
        private static void requireFree(int port) {
            try (var socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            } catch (IOException e) {
                System.err.println(
                        "Port " + port + " is in use. Choose another: deploy/run --port N, or PORT in .env.");
                System.exit(1);
            }
        }

        Infrastructure started() {
            return infrastructure.orElseThrow();
        }
    }
}

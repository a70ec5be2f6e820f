package io.openclaw.gateway.standalone;

import io.openclaw.gateway.common.boot.Defaults;
import io.openclaw.gateway.common.boot.GatewayAutoConfiguration;
import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.console.AccountStore;
import io.openclaw.gateway.common.console.Accounts;
import io.openclaw.gateway.common.kafka.TopicAcls;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.topic.Service;
import io.openclaw.gateway.embedded.PrivateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * The infrastructure alone, for services that run as processes of their own: makes the topics, writes {@code
 * infrastructure-SERVICE.properties} for each of them, which signs in to the broker as a user that may do what {@link Service}
 * says, and {@code keys/SERVICE.properties} with its signing key; then {@code infrastructure.properties} of the user who may do
 * everything, and tells the person what to try when the gateway at {@code GATEWAY_URL} is up.
 */
@Configuration(proxyBeanMethods = false)
public class InfrastructureOnly {

    static void main(String... args) throws IOException, InterruptedException {
        var application = new SpringApplicationBuilder(InfrastructureOnly.class)
                .web(WebApplicationType.NONE)
                .properties(logging())
                .run(args);
        Environment environment = application.getEnvironment();
        Path data = StandaloneGateway.dataDirectory(environment);
        Path ready = data.resolve("infrastructure.properties");
        Files.deleteIfExists(ready);
        Infrastructure infrastructure = StandaloneGateway.startInfrastructure(environment, users());
        Runtime.getRuntime().addShutdownHook(new Thread(infrastructure::close, "infrastructure-close"));

        var kafka = Binder.get(environment).bindOrCreate("openclaw.kafka", GatewayProperties.Kafka.class);
        var topics = new Topics(kafka.topicPrefix());
        infrastructure.prepareTopics(GatewayAutoConfiguration.newTopics(topics, kafka), TopicAcls.all(topics));
        for (String user : users()) {
            write(data.resolve("infrastructure-" + user + ".properties"), infrastructure.settingsOf(user));
        }
        Path keys = Files.createDirectories(data.resolve("keys"));
        for (Service service : Service.values()) {
            write(keys.resolve(service.label() + ".properties"), infrastructure.keysOf(service));
        }
        // The last, because the services are started when it is there.
        Map<String, Object> settings = infrastructure.settings();
        write(ready, settings);
        var urls = new Quickstart.Urls(
                environment.getRequiredProperty("GATEWAY_URL"),
                environment.getRequiredProperty("POLICY_URL"),
                environment.getRequiredProperty("APPROVAL_URL"),
                environment.getRequiredProperty("AUDIT_URL"));
        boolean hasUpstreams = !StandaloneGateway.upstreams(environment).isEmpty();
        var accounts = new Accounts(
                new AccountStore(
                        new Schema("console"),
                        JdbcClient.create(new DriverManagerDataSource(
                                String.valueOf(settings.get("spring.datasource.url")),
                                String.valueOf(settings.get("spring.datasource.username")),
                                String.valueOf(settings.get("spring.datasource.password"))))),
                Clock.systemUTC());
        new Quickstart(
                        data,
                        urls,
                        infrastructure.secrets(),
                        hasUpstreams,
                        () -> accounts.issueLink(Quickstart.ADMINISTRATOR, Quickstart.LINK_LIFE))
                .tellWhenReady();
        Thread.currentThread().join();
    }

    /** Each service is a user of the broker. */
    private static Set<String> users() {
        return Arrays.stream(Service.values()).map(Service::label).collect(Collectors.toSet());
    }

    private static void write(Path file, Map<String, Object> settings) throws IOException {
        var properties = new Properties();
        settings.forEach((name, value) -> properties.setProperty(name, value.toString()));
        PrivateFile.write(file, writer -> properties.store(writer, "Written at each start"));
    }

    private static Properties logging() {
        Properties properties = Defaults.of("standalone");
        properties.setProperty("spring.main.banner-mode", "off");
        return properties;
    }
}

package io.openclaw.gateway.standalone;

import io.openclaw.gateway.common.boot.Defaults;
import io.openclaw.gateway.embedded.PrivateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * The infrastructure alone, for services that run as processes of their own: writes {@code infrastructure.properties},
 * which each of them imports, and tells the person what to try when the gateway at {@code GATEWAY_URL} is up.
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
        Path settingsFile = data.resolve("infrastructure.properties");
        Files.deleteIfExists(settingsFile);
        Infrastructure infrastructure = StandaloneGateway.startInfrastructure(environment);
        Runtime.getRuntime().addShutdownHook(new Thread(infrastructure::close, "infrastructure-close"));

        var settings = new Properties();
        infrastructure.settings().forEach((name, value) -> settings.setProperty(name, value.toString()));
        PrivateFile.write(settingsFile, writer -> settings.store(writer, "Written at each start"));
        var urls = new Quickstart.Urls(
                environment.getRequiredProperty("GATEWAY_URL"),
                environment.getRequiredProperty("POLICY_URL"),
                environment.getRequiredProperty("APPROVAL_URL"),
                environment.getRequiredProperty("AUDIT_URL"));
        boolean hasUpstreams = !StandaloneGateway.upstreams(environment).isEmpty();
        new Quickstart(data, urls, infrastructure.secrets(), hasUpstreams).tellWhenReady();
        Thread.currentThread().join();
    }

    private static Properties logging() {
        Properties properties = Defaults.of("standalone");
        properties.setProperty("spring.main.banner-mode", "off");
        return properties;
    }
}

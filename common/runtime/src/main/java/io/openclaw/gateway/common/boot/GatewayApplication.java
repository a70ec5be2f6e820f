package io.openclaw.gateway.common.boot;

import java.util.Map;
import java.util.Properties;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** Starts a gateway process with the defaults that all of them share. */
public final class GatewayApplication {
    /** The largest request body, and the largest result of a tool: 4 MiB. */
    public static final int MAX_PAYLOAD_BYTES = 4 * 1024 * 1024;

    /** What a record may weigh: a payload, and a mebibyte for verdicts and names around it. */
    public static final int MAX_RECORD_BYTES = MAX_PAYLOAD_BYTES + 1024 * 1024;

    /** What an open connection takes, in bytes: socket, header and output buffers, a virtual thread. */
    private static final int BYTES_PER_CONNECTION = 64 * 1024;

    private GatewayApplication() {}

    /**
     * Starts a process.
     *
     * @param configuration the service's {@code @Configuration} entry
     * @param overrides settings of this kind of process; environment, {@code .env} and command line win over them
     */
    public static ConfigurableApplicationContext start(
            Class<?> configuration, Map<String, ?> overrides, String... args) {
        return start(configuration, overrides, context -> {}, args);
    }

    /**
     * Starts a process.
     *
     * @param configuration the service's {@code @Configuration} entry
     * @param overrides settings of this kind of process; environment, {@code .env} and command line win over them
     * @param before is run when the settings are known, before any bean is made
     */
    public static ConfigurableApplicationContext start(
            Class<?> configuration,
            Map<String, ?> overrides,
            ApplicationContextInitializer<ConfigurableApplicationContext> before,
            String... args) {
        var application = new SpringApplication(AutoConfigured.class, configuration);
        application.setWebApplicationType(WebApplicationType.SERVLET);
        Properties defaults = Defaults.all();
        defaults.setProperty(
                "server.tomcat.max-connections",
                Integer.toString(maxConnections(Runtime.getRuntime().maxMemory())));
        defaults.putAll(overrides);
        application.setDefaultProperties(defaults);
        application.addInitializers(before);
        return application.run(args);
    }

    @EnableAutoConfiguration(exclude = UserDetailsServiceAutoConfiguration.class)
    @Configuration(proxyBeanMethods = false)
    static class AutoConfigured {}

    /**
     * Returns how many connections the web server keeps: as many as fit into a quarter of the memory, since each takes its
     * buffers, whether it sends anything or not.
     *
     * @param heap bytes
     */
    static int maxConnections(long heap) {
        return Math.clamp(heap / 4 / BYTES_PER_CONNECTION, 500, 20_000);
    }
}

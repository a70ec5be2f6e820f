package io.openclaw.gateway.common.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.signing.SigningKey;
import io.openclaw.gateway.common.topic.Service;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertiesPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class DefaultsTest {
    private static StandardEnvironment environment(Map<String, Object> variables) {
        var environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .forEach(each -> environment.getPropertySources().remove(each.getName()));
        environment.getPropertySources().addFirst(new MapPropertySource("variables", variables));
        environment.getPropertySources().addLast(new PropertiesPropertySource("defaults", Defaults.all()));
        return environment;
    }

    @Test
    void recordsHoldWhatTheTopicsAllow() {
        var environment = environment(Map.of());

        assertThat(environment.getProperty("spring.kafka.producer.properties.max.request.size"))
                .isEqualTo(Integer.toString(GatewayApplication.MAX_RECORD_BYTES));
        assertThat(environment.getProperty("spring.kafka.consumer.properties.max.partition.fetch.bytes"))
                .isEqualTo(Integer.toString(GatewayApplication.MAX_RECORD_BYTES));
    }

    @Test
    void evidenceIsAtEveryReplicaBeforeACallGoesOn() {
        assertThat(environment(Map.of()).getProperty("spring.kafka.producer.acks"))
                .isEqualTo("all");
    }

    @Test
    void withoutSettingsAProcessListensOnLoopbackAtPort8000() {
        var environment = environment(Map.of());

        assertThat(environment.getProperty("server.port")).isEqualTo("8000");
        assertThat(environment.getProperty("server.address")).isEqualTo("127.0.0.1");
        assertThat(environment.getProperty("spring.kafka.bootstrap-servers")).isEqualTo("127.0.0.1:9092");
        assertThat(environment.getProperty("spring.datasource.url"))
                .isEqualTo("jdbc:postgresql://127.0.0.1:5432/openclaw");
        assertThat(environment.getProperty("spring.datasource.username")).isEqualTo("openclaw");
    }

    @Test
    void environmentVariablesSetWhatTheirNamesSay() {
        var environment = environment(Map.of(
                "PORT", "9000",
                "BIND_ADDRESS", "0.0.0.0",
                "KAFKA_BOOTSTRAP_SERVERS", "broker:9092",
                "DATABASE_URL", "jdbc:postgresql://db/gateway",
                "DATABASE_USER", "somebody",
                "DATABASE_PASSWORD", "secret",
                "CONSOLE_USER", "root",
                "CONSOLE_PASSWORD", "letmein"));

        assertThat(environment.getProperty("server.port")).isEqualTo("9000");
        assertThat(environment.getProperty("server.address")).isEqualTo("0.0.0.0");
        assertThat(environment.getProperty("spring.kafka.bootstrap-servers")).isEqualTo("broker:9092");
        assertThat(environment.getProperty("spring.datasource.url")).isEqualTo("jdbc:postgresql://db/gateway");
        assertThat(environment.getProperty("spring.datasource.username")).isEqualTo("somebody");
        assertThat(environment.getProperty("spring.datasource.password")).isEqualTo("secret");
        var console = Binder.get(environment)
                .bind("openclaw", Bindable.of(GatewayProperties.class))
                .get()
                .console();
        assertThat(console.user()).isEqualTo("root");
        assertThat(console.password()).isEqualTo("letmein");
    }

    @Test
    void everyDefaultOfTheSharedSettingsIsAsDocumented() {
        var properties = Binder.get(environment(Map.of()))
                .bind("openclaw", Bindable.of(GatewayProperties.class))
                .get();

        assertThat(properties.instanceName()).hasSize(8);
        assertThat(properties.kafka()).isEqualTo(new GatewayProperties.Kafka("openclaw.", 4, (short) 1, true));
        assertThat(properties.signing()).isEqualTo(new GatewayProperties.Signing(Map.of(), Map.of(), Map.of()));
        assertThat(properties.console().user()).isEqualTo("admin");
        assertThat(properties.console().groups()).containsExactly("*");
        assertThat(properties.console().people()).isEmpty();
    }

    @Test
    void signingKeysComeFromTheEnvironment() {
        String own = SigningKey.generate();
        String before = SigningKey.generate();
        Map<String, Object> variables = new HashMap<>();
        for (Service service : Service.values()) {
            variables.put("OPENCLAW_SIGNING_PUBLIC_" + service.name(), SigningKey.publicOf(SigningKey.generate()));
        }
        variables.put("OPENCLAW_SIGNING_PUBLIC_POLICY", SigningKey.publicOf(own));
        variables.put("OPENCLAW_SIGNING_KEYS_POLICY", own + "," + before);
        variables.put("OPENCLAW_SIGNING_KEYS_INGRESS", "");
        variables.put("OPENCLAW_SIGNING_OLD_VETTING", SigningKey.generate());
        var environment = environment(Map.of());
        environment
                .getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
        var signing = Binder.get(environment)
                .bind("openclaw", Bindable.of(GatewayProperties.class))
                .get()
                .signing();

        assertThat(signing.keyring().own()).containsExactly(Service.POLICY);
        assertThat(signing.keyring().old()).isPresent();
        assertThat(signing.keys()).containsEntry(Service.POLICY, List.of(own, before));
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> Defaults.of("nobody")).hasStackTraceContaining("openclaw-defaults/nobody.yaml");
    }

    @Test
    void oneFileHoldsItsOwnDefaultsOnly() {
        Properties shared = Defaults.of("all");

        assertThat(shared).containsKey("server.port");
        assertThat(shared.stringPropertyNames()).noneMatch(name -> name.startsWith("openclaw.mcp"));
    }
}

package io.openclaw.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.topic.Service;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.env.ConfigTreePropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;
import tools.jackson.databind.JsonNode;

/** docker-compose.yml and what deploy/compose-init makes for it; no Docker engine runs here. */
class ComposeTest {
    private static final ComposeFile COMPOSE = ComposeFile.read();

    @TempDir
    private static Path directory;

    private static Path secrets;

    @BeforeAll
    static void makeSecrets() throws Exception {
        // In a copy: it makes a policy beside itself, too.
        Path root = Files.createDirectories(directory.resolve("root"));
        for (String file : List.of(
                "deploy/compose-init", "deploy/keys", "deploy/standalone/src/main/resources/demo-policy.yaml")) {
            Path copy = root.resolve(file);
            Files.createDirectories(copy.getParent());
            Files.copy(ComposeFile.ROOT.resolve(file), copy);
        }
        secrets = directory.resolve("secrets");
        init(root);
        Map<Path, String> first = contents(secrets);
        init(root);
        assertThat(contents(secrets)).as("what is there stays").isEqualTo(first);
        assertThat(root.resolve("policy/policy.yaml")).exists();
    }

    private static void init(Path root) throws Exception {
        Process init = new ProcessBuilder(
                        "bash", root.resolve("deploy/compose-init").toString(), secrets.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(init.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(init.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(init.exitValue()).as(said).isZero();
    }

    private static Map<Path, String> contents(Path of) throws IOException {
        Map<Path, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(of)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(of.relativize(file), Files.readString(file));
            }
        }
        return contents;
    }

    /** Returns what a process of a service is told: its environment, and the files of its directory. */
    private static StandardEnvironment told(Service service) {
        var environment = new StandardEnvironment();
        MutablePropertySources sources = environment.getPropertySources();
        new ArrayList<>(sources.stream().toList()).forEach(source -> sources.remove(source.getName()));
        sources.addLast(new ConfigTreePropertySource("secrets", secrets.resolve(service.label())));
        return environment;
    }

    @ParameterizedTest
    @EnumSource(Service.class)
    void aServiceIsGivenItsOwnKeyAndThePublicOnesAndNoOther(Service service) {
        StandardEnvironment told = told(service);
        var gateway = Binder.get(told).bind("openclaw", GatewayProperties.class).get();
        assertThat(gateway.signing().keys()).containsOnlyKeys(service);
        assertThat(gateway.signing().publicKeys()).containsOnlyKeys(Service.values());
        assertThat(gateway.signing().keyring().own()).containsExactly(service);
        assertThat(told.getProperty("spring.kafka.properties.sasl.jaas.config"))
                .startsWith("org.apache.kafka.common.security.scram.ScramLoginModule required")
                .contains("username=\"" + service.label() + "\"");
        assertThat(told.getProperty("spring.datasource.password")).hasSizeGreaterThan(40);
        assertThat(gateway.console().people().get("metrics"))
                .isNotNull()
                .satisfies(person -> assertThat(person.roles()).containsExactly("viewer"));
    }

    @Test
    void noTwoServicesHaveAPasswordInCommonButTheConsoles() throws IOException {
        List<String> own = new ArrayList<>();
        for (Service service : Service.values()) {
            own.add(told(service).getProperty("spring.datasource.password"));
            own.add(told(service).getProperty("spring.kafka.properties.sasl.jaas.config"));
            own.add(told(service).getProperty("openclaw.signing.keys." + service.label()));
        }
        own.add(Files.readString(secrets.resolve("kafka/admin_password")));
        own.add(Files.readString(secrets.resolve("postgres/password")));
        assertThat(own).doesNotHaveDuplicates().doesNotContainNull();
    }

    @Test
    void nobodyElseOnTheMachineGetsAtTheSecrets() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secrets)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secrets.resolve("keys"))))
                .isEqualTo("rwx------");
    }

    @ParameterizedTest
    @EnumSource(Service.class)
    void aServiceSignsInAsItselfSeesItsOwnSecretsAndWritesNothing(Service service) {
        JsonNode described = COMPOSE.service(service.label());
        Map<String, String> environment = COMPOSE.environment(service.label());
        assertThat(environment)
                .containsEntry("DATABASE_USER", service.label())
                .containsEntry("SPRING_CONFIG_IMPORT", "configtree:/run/config/")
                .containsEntry("SPRING_KAFKA_PROPERTIES_SECURITY_PROTOCOL", "SASL_PLAINTEXT")
                .containsEntry("SPRING_KAFKA_PROPERTIES_SASL_MECHANISM", "SCRAM-SHA-512")
                .containsEntry("OPENCLAW_KAFKA_CREATE_TOPICS", "false");
        assertThat(texts(described.get("volumes")))
                .contains("${SECRETS:-./secrets}/" + service.label() + ":/run/config:ro")
                // Audit alone keeps something beside the database: its checkpoints.
                .allMatch(volume ->
                        volume.endsWith(":ro") || (service == Service.AUDIT && volume.equals("record:/record")))
                .noneMatch(volume -> Arrays.stream(Service.values())
                        .filter(other -> other != service)
                        .anyMatch(other -> volume.contains("/secrets}/" + other.label() + ":")));
        assertThat(described.get("read_only").asBoolean()).isTrue();
        assertThat(described.get("user").asString()).isEqualTo("10001:10001");
        assertThat(texts(described.get("cap_drop"))).containsExactly("ALL");
        assertThat(described.has("ports")).as("reached by the router alone").isFalse();
        assertThat(described.has("container_name"))
                .as("there may be more than one")
                .isFalse();
    }

    @ParameterizedTest
    @EnumSource(Service.class)
    void anImageIsMadeOfTheJarThatTheBuildMakes(Service service) {
        JsonNode build = COMPOSE.service(service.label()).get("build");
        String jar = build.at("/args/JAR").asString();
        Path module = ComposeFile.ROOT.resolve(jar.replaceFirst("/target/.*", ""));
        assertThat(ComposeFile.ROOT.resolve(build.get("dockerfile").asString())).exists();
        assertThat(module.resolve("pom.xml")).exists();
        assertThat(jar).endsWith("/target/" + service.label() + "-service-" + version() + "-exec.jar");
    }

    private static String version() {
        try {
            String pom = Files.readString(ComposeFile.ROOT.resolve("pom.xml"));
            return pom.lines()
                    .filter(line -> line.startsWith("  <version>"))
                    .map(line -> line.replaceAll("</?version>", "").strip())
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void nothingSecretStandsInTheFile() {
        for (String service : COMPOSE.services()) {
            COMPOSE.environment(service).forEach((name, value) -> {
                if (name.toUpperCase(Locale.ROOT).matches(".*(PASSWORD|SECRET|TOKEN|KEY).*")) {
                    assertThat(value).as(service + " " + name).matches("|/run/[a-z_/]+");
                }
            });
        }
    }

    @Test
    void everyFileThatItNamesIsThereOrMade() {
        List<String> sources = new ArrayList<>();
        for (String service : COMPOSE.services()) {
            texts(COMPOSE.service(service).path("volumes")).stream()
                    .map(volume -> volume.replaceAll("(:/[^:]*)(:ro)?$", ""))
                    .filter(source -> source.startsWith(".") || source.startsWith("$"))
                    .forEach(sources::add);
        }
        COMPOSE.secrets().forEach(secret -> sources.add(secret.get("file").asString()));
        assertThat(sources)
                .hasSizeGreaterThan(10)
                .allSatisfy(source -> assertThat(
                                ComposeFile.ROOT.resolve(source.replace("${SECRETS:-./secrets}", secrets.toString())
                                        .replace(
                                                "${POLICY:-./policy}",
                                                directory.resolve("root/policy").toString())))
                        .exists());
    }

    @Test
    void nothingIsReachedFromOtherMachines() {
        for (String service : COMPOSE.services()) {
            assertThat(texts(COMPOSE.service(service).path("ports"))).allMatch(port -> port.startsWith("127.0.0.1:"));
        }
    }

    /** Compose's own check, where it is installed (the package docker-compose). */
    @Test
    void composeItselfReadsIt() throws Exception {
        Path compose = Stream.of("/usr/bin/docker-compose", "/usr/local/bin/docker-compose")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(Path.of("docker-compose"));
        assumeThat(compose).as("docker-compose is not installed").isAbsolute();
        ProcessBuilder builder = new ProcessBuilder(compose.toString(), "config", "--quiet")
                .directory(ComposeFile.ROOT.toFile())
                .redirectErrorStream(true);
        builder.environment().put("SECRETS", secrets.toString());
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::asString).collect(Collectors.toList());
    }
}

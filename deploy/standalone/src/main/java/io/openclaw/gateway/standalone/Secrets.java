package io.openclaw.gateway.standalone;

import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.policy.AgentKey;
import io.openclaw.gateway.embedded.PrivateFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/** What an embedded gateway keeps to itself, made at the first start: signing keys, the console's password, the demo's key. */
record Secrets(Map<Stage, String> signingKeys, String consolePassword, String agentKey, String demoWorkerToken) {
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Reads the secrets of a data directory, or makes them. */
    static Secrets of(Path directory) {
        Path file = directory.resolve("secrets.properties");
        try {
            var properties = new Properties();
            if (Files.exists(file)) {
                try (var in = Files.newBufferedReader(file)) {
                    properties.load(in);
                }
            } else {
                for (Stage stage : Stage.values()) {
                    properties.setProperty("signing-key." + stage.label(), random(32));
                }
                properties.setProperty("console-password", random(18));
                properties.setProperty("agent-key", AgentKey.generate());
                properties.setProperty("demo-worker-token", random(18));
                PrivateFile.write(
                        file, writer -> properties.store(writer, "Made at the first start; keep it to yourself"));
            }
            Map<Stage, String> keys = new LinkedHashMap<>();
            for (Stage stage : Stage.values()) {
                keys.put(stage, required(properties, "signing-key." + stage.label(), file));
            }
            return new Secrets(
                    keys,
                    required(properties, "console-password", file),
                    required(properties, "agent-key", file),
                    required(properties, "demo-worker-token", file));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read or write " + file, e);
        }
    }

    private static String required(Properties properties, String name, Path file) {
        String value = properties.getProperty(name);
        if (value == null) {
            throw new IllegalStateException(
                    file + " has no " + name + "; put it back, or delete the file to start anew");
        }
        return value;
    }

    private static String random(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return Base64.getEncoder().encodeToString(random);
    }
}

package io.openclaw.gateway.standalone;

import io.openclaw.gateway.audit.core.tree.NoteKey;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.policy.AgentKey;
import io.openclaw.gateway.common.signing.SigningKey;
import io.openclaw.gateway.common.topic.Service;
import io.openclaw.gateway.embedded.PrivateFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Properties;

/**
 * What an embedded gateway keeps to itself, made at the first start: signing keys, the console's password, the demo's key.
 *
 * @param signingKeys the private key of each service
 * @param oldKeys by stage: the keys of before there were key pairs, if the data directory is of then
 * @param recordOrigin the name of the record in its checkpoints
 * @param recordWriterPassword of the database's role that writes the record
 * @param recordKeys what signs its checkpoints; more than one, separated by commas, while keys change
 */
record Secrets(
        Map<Service, String> signingKeys,
        Map<Stage, String> oldKeys,
        String recordOrigin,
        String recordKeys,
        String recordWriterPassword,
        String consolePassword,
        String agentKey,
        String demoWorkerToken) {
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
                properties.setProperty("console-password", random(18));
                properties.setProperty("agent-key", AgentKey.generate());
                properties.setProperty("demo-worker-token", random(18));
            }
            boolean isComplete = true;
            for (Service service : Service.values()) {
                // A data directory of before there were key pairs has none.
                isComplete &= properties.putIfAbsent("private-key." + service.label(), SigningKey.generate()) != null;
            }
            isComplete &= properties.putIfAbsent("record-origin", "openclaw-gateway/record/" + randomHex()) != null;
            isComplete &= properties.putIfAbsent("record-keys", NoteKey.generate()) != null;
            isComplete &= properties.putIfAbsent("record-writer-password", random(18)) != null;
            if (!isComplete) {
                PrivateFile.write(
                        file, writer -> properties.store(writer, "Made at the first start; keep it to yourself"));
            }
            Map<Service, String> keys = new EnumMap<>(Service.class);
            for (Service service : Service.values()) {
                keys.put(service, required(properties, "private-key." + service.label(), file));
            }
            Map<Stage, String> oldKeys = new EnumMap<>(Stage.class);
            for (Stage stage : Stage.values()) {
                String old = properties.getProperty("signing-key." + stage.label());
                if (old != null) {
                    oldKeys.put(stage, old);
                }
            }
            return new Secrets(
                    keys,
                    oldKeys,
                    required(properties, "record-origin", file),
                    required(properties, "record-keys", file),
                    required(properties, "record-writer-password", file),
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

    private static String randomHex() {
        return HexFormat.of().toHexDigits(RANDOM.nextInt());
    }

    private static String random(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return Base64.getEncoder().encodeToString(random);
    }
}

package io.openclaw.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.audit.core.tree.NoteKey;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.common.signing.SigningKey;
import io.openclaw.gateway.common.topic.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTest {
    @TempDir
    private Path directory;

    @Test
    void eachServiceHasASigningKeyOfItsOwnThatStays() {
        Secrets first = Secrets.of(directory);
        assertThat(first.signingKeys()).containsOnlyKeys(Service.values());
        assertThat(first.oldKeys()).isEmpty();
        assertThat(Secrets.of(directory)).isEqualTo(first);
        assertThat(NoteKey.ofPrivate(first.recordOrigin(), first.recordKeys()).verifierKey())
                .startsWith("openclaw-gateway/record/");
        assertThat(Keyring.ofAll(first.signingKeys(), null).own()).containsExactly(Service.values());
    }

    /** A data directory of before there were key pairs: what its gateway signed is still believed. */
    @Test
    void anOldDirectoryIsGivenKeyPairsAndKeepsItsOldKeys() throws IOException {
        var old = new Properties();
        for (Stage stage : Stage.values()) {
            old.setProperty("signing-key." + stage.label(), SigningKey.generate());
        }
        for (String name : List.of("console-password", "agent-key", "demo-worker-token")) {
            old.setProperty(name, "kept " + name);
        }
        try (var writer = Files.newBufferedWriter(directory.resolve("secrets.properties"))) {
            old.store(writer, null);
        }
        Secrets secrets = Secrets.of(directory);
        assertThat(secrets.oldKeys())
                .containsOnlyKeys(Stage.values())
                .containsEntry(Stage.POLICY, old.getProperty("signing-key.policy"));
        assertThat(secrets.signingKeys()).containsOnlyKeys(Service.values());
        assertThat(secrets.consolePassword()).isEqualTo("kept console-password");
        assertThat(Secrets.of(directory)).isEqualTo(secrets);
    }
}

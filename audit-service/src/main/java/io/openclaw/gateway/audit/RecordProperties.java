package io.openclaw.gateway.audit;

import io.openclaw.gateway.audit.core.tree.NoteKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the record's proofs.
 *
 * @param origin the name of the record in its checkpoints, which nobody else uses; it stays when keys change
 * @param keys Ed25519 keys that sign checkpoints, each Base64 of the 32 bytes of the private and the 32 of the public key; each of
 *     them signs
 * @param directory where checkpoints and public keys are kept, outside the database
 * @param checkpointEvery how often a checkpoint is signed while the record grows
 * @param writer who writes the record, if not the database's user of this process
 */
@ConfigurationProperties("openclaw.record")
public record RecordProperties(
        @DefaultValue("openclaw-gateway/record") String origin,
        @DefaultValue List<String> keys,
        @DefaultValue("record") Path directory,
        @DefaultValue("2s") Duration checkpointEvery,
        @DefaultValue Writer writer) {

    /**
     * A role of the database that may add to the record and no more; the process grants it that at its start.
     *
     * @param user its name; empty for none
     * @param password its password
     */
    public record Writer(
            @DefaultValue("") String user, @DefaultValue("") String password) {}

    public RecordProperties {
        if (checkpointEvery.compareTo(Duration.ofMillis(100)) < 0) {
            throw new IllegalArgumentException(
                    "openclaw.record.checkpoint-every is " + checkpointEvery + "; it is 100 ms at least");
        }
    }

    /**
     * Returns the keys that are set.
     *
     * @throws IllegalArgumentException naming the setting that is wrong
     */
    List<NoteKey> noteKeys() {
        try {
            return keys.stream()
                    .filter(key -> !key.isBlank())
                    .map(key -> NoteKey.ofPrivate(origin, key))
                    .toList();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("openclaw.record.keys or openclaw.record.origin: " + e.getMessage(), e);
        }
    }
}

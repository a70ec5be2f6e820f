package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.Map;

/**
 * The record signed what it is: a checkpoint of the Merkle tree over all its events. Anyone who keeps it can show later that the
 * record was changed.
 *
 * @param origin the name of the tree
 * @param size how many events it has
 * @param rootHash of the tree, 32 bytes in Base64
 * @param note the checkpoint as it was signed (C2SP tlog-checkpoint and signed-note), which alone counts
 * @param signedAt when
 * @param reportedBy the instance that signed it
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record CheckpointSigned(
        String origin,
        long size,
        String rootHash,
        String note,
        Instant signedAt,
        String reportedBy,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements GatewayEvent {

    public CheckpointSigned {
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    @Override
    public String key() {
        return "record/" + origin;
    }
}

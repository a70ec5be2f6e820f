package io.openclaw.gateway.ingress.execute.core;

import io.openclaw.gateway.common.json.RawJson;
import org.jspecify.annotations.Nullable;

/**
 * A tool that a run may use.
 *
 * @param name as MCP clients see it
 * @param upstream what executes it
 * @param tool its name there
 * @param description what it says to a model
 * @param schema the JSON Schema of its arguments; anything goes, if absent
 */
public record OfferedTool(
        String name,
        String upstream,
        String tool,
        @Nullable String description,
        @Nullable RawJson schema) {}

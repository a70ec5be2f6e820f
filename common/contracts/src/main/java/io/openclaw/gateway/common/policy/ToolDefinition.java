package io.openclaw.gateway.common.policy;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.json.CanonicalJson;
import io.openclaw.gateway.common.json.RawJson;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A tool as its upstream defines it (MCP 2025-11-25, {@code Tool}).
 *
 * @param name its name at the upstream
 * @param title its name for people
 * @param description what it says to a model
 * @param inputSchema the JSON Schema (2020-12) of its arguments; anything goes, if absent
 * @param annotations what the upstream says of its behaviour
 * @param more everything else that its definition says, such as the schema of its results, kept as it came
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ToolDefinition(
        String name,
        @Nullable String title,
        @Nullable String description,
        @Nullable RawJson inputSchema,
        @Nullable Annotations annotations,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> more) {

    public ToolDefinition {
        more = more == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(more));
    }

    /** MCP's {@code ToolAnnotations}; what an upstream does not say is taken for the more dangerous. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Annotations(
            @Nullable Boolean readOnlyHint,
            @Nullable Boolean destructiveHint,
            @Nullable Boolean idempotentHint,
            @Nullable Boolean openWorldHint) {
        /** Nothing is said. */
        public static final Annotations NONE = new Annotations(null, null, null, null);

        /** Tells whether the tool changes nothing. */
        @JsonIgnore
        public boolean isReadOnly() {
            return Boolean.TRUE.equals(readOnlyHint);
        }

        /** Tells whether the tool may destroy something. */
        @JsonIgnore
        public boolean isDestructive() {
            return !isReadOnly() && !Boolean.FALSE.equals(destructiveHint);
        }

        /** Tells whether running the tool twice has the same effect as running it once. */
        @JsonIgnore
        public boolean isIdempotent() {
            return isReadOnly() || Boolean.TRUE.equals(idempotentHint);
        }

        /** Tells whether the tool reaches beyond its upstream. */
        @JsonIgnore
        public boolean isOpenWorld() {
            return !Boolean.FALSE.equals(openWorldHint);
        }
    }

    /** Returns the definition of a tool of which nothing but the name is known. */
    public static ToolDefinition named(String name) {
        return new ToolDefinition(name, null, null, null, null, Map.of());
    }

    /** Returns what the upstream says of the tool's behaviour; never null. */
    @JsonIgnore
    public Annotations behaviour() {
        return annotations == null ? Annotations.NONE : annotations;
    }

    /**
     * Returns the SHA-256 of the canonical JSON (RFC 8785) of all of it, 64 hexadecimal digits.
     *
     * @throws io.openclaw.gateway.common.json.InexactJsonException if the schema has no exact canonical form
     */
    public String hash() {
        return Digest.sha256Hex(CanonicalJson.of(RawJson.from(this)));
    }
}

package io.openclaw.gateway.common.mcp;

import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.ToolDefinition;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an MCP server offers beside tools, whose texts a model reads too. It is vetted and pinned in the catalogue like a
 * tool, under a name that no tool can have: {@code upstream/mcp:prompt/greet}.
 */
public enum Offer {
    PROMPT("mcp:prompt/", "name"),
    RESOURCE("mcp:resource/", "uri"),
    RESOURCE_TEMPLATE("mcp:template/", "uriTemplate");

    private static final String CONTENT = "offer";

    private final String prefix;
    private final String key;

    Offer(String prefix, String key) {
        this.prefix = prefix;
        this.key = key;
    }

    /** Returns the name that an offer with this key (its name, URI or template) has in the catalogue. */
    public String pinName(String keyOfIt) {
        return prefix + keyOfIt;
    }

    /** Tells whether a name in the catalogue is that of an offer. */
    public static boolean isPinName(String name) {
        return Arrays.stream(values()).anyMatch(offer -> name.startsWith(offer.prefix));
    }

    /** Returns what names an offer among those of its kind; empty if nothing does. */
    public String keyOf(JsonNode offer) {
        return offer.path(key).asString("");
    }

    /**
     * Returns the definition that is pinned: all that it says, but for its size and the time of its last change (MCP
     * 2025-11-25, {@code Resource}), which change without its meaning.
     */
    public ToolDefinition definition(JsonNode offer) {
        JsonNode pinned = offer.deepCopy();
        if (pinned instanceof ObjectNode object) {
            object.remove("size");
            if (object.get("annotations") instanceof ObjectNode annotations) {
                annotations.remove("lastModified");
                if (annotations.isEmpty()) {
                    object.remove("annotations");
                }
            }
        }
        return new ToolDefinition(pinName(keyOf(offer)), null, null, null, null, Map.of(CONTENT, RawJson.from(pinned)));
    }

    /** Returns the offer of an accepted definition, to be shown to a client; empty if it has none. */
    public static Optional<ObjectNode> accepted(ToolDefinition definition) {
        RawJson content = definition.more().get(CONTENT);
        return content != null && content.as(JsonNode.class) instanceof ObjectNode object
                ? Optional.of(object)
                : Optional.empty();
    }

    /** Returns the name in the catalogue of what a call asks an operation for; null if it is nothing that is pinned. */
    public static @Nullable String askedFor(String tool, @Nullable RawJson arguments) {
        Offer offer = tool.equals(McpOperation.GET_PROMPT.tool())
                ? PROMPT
                : tool.equals(McpOperation.READ_RESOURCE.tool()) || tool.equals(McpOperation.SUBSCRIBE.tool())
                        ? RESOURCE
                        : null;
        if (offer == null || arguments == null) {
            return null;
        }
        return offer.pinName(offer.keyOf(arguments.as(JsonNode.class)));
    }
}

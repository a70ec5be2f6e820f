package io.openclaw.gateway.common.mcp;

import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.common.policy.ToolName;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * What an MCP server can be asked for beside its tools. Each goes the way of a tool call, under a name that no tool can
 * have: {@code upstream/mcp:resources.read} is allowed, denied, approved and recorded like any other call. Its arguments are
 * the request's {@code params} without {@code _meta}.
 */
public enum McpOperation {
    GET_PROMPT("prompts/get", "mcp:prompts.get", "Gets a prompt of this server.", "name"),
    READ_RESOURCE("resources/read", "mcp:resources.read", "Reads a resource of this server.", "uri"),
    SUBSCRIBE("resources/subscribe", "mcp:resources.subscribe", "Asks to be told when a resource changes.", "uri"),
    COMPLETE("completion/complete", "mcp:completion.complete", "Completes an argument of a prompt.", "ref");

    /** What the name of each begins with. */
    public static final String PREFIX = ToolName.RESERVED_PREFIX;

    private final String method;
    private final String tool;
    private final String description;
    private final String required;

    McpOperation(String method, String tool, String description, String required) {
        this.method = method;
        this.tool = tool;
        this.description = description;
        this.required = required;
    }

    /** Returns the method of the request, such as {@code resources/read}. */
    public String method() {
        return method;
    }

    /** Returns the name that it has as a tool, such as {@code mcp:resources.read}. */
    public String tool() {
        return tool;
    }

    /** Returns its definition as a tool. */
    public ToolDefinition definition() {
        return new ToolDefinition(
                tool,
                null,
                description,
                RawJson.of("{\"type\":\"object\",\"required\":[\"" + required + "\"]}"),
                new ToolDefinition.Annotations(true, false, true, null),
                Map.of());
    }

    /** Returns the operation that has this name as a tool. */
    public static Optional<McpOperation> ofTool(String tool) {
        return Arrays.stream(values())
                .filter(operation -> operation.tool.equals(tool))
                .findFirst();
    }
}

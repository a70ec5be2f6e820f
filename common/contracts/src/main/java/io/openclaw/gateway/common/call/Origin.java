package io.openclaw.gateway.common.call;

/** The door a tool call came in by. */
public enum Origin {
    MCP,
    REST,
    HOOK,
    KAFKA,
    PLAN
}

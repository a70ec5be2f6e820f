package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.policy.Glob;

/**
 * A pattern of {@code upstream/tool}; {@code *} stands for any characters of its half. The first slash divides it, since no
 * upstream has one in its name, and a tool may.
 */
record AddressPattern(String text, Glob upstream, Glob tool) {

    /**
     * Reads a pattern.
     *
     * @throws IllegalArgumentException if it has no slash with something on both sides
     */
    static AddressPattern of(String text) {
        int slash = text.indexOf('/');
        if (slash <= 0 || slash == text.length() - 1) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no pattern of upstream/tool (for everything write '*/*')");
        }
        return new AddressPattern(text, new Glob(text.substring(0, slash)), new Glob(text.substring(slash + 1)));
    }

    boolean matches(String upstreamName, String toolName) {
        return upstream.matches(upstreamName) && tool.matches(toolName);
    }

    /** Tells whether it matches everything that another pattern does. */
    boolean covers(AddressPattern other) {
        return upstream.matches(other.upstream.pattern()) && tool.matches(other.tool.pattern());
    }
}

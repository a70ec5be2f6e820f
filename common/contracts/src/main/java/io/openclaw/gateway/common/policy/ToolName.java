package io.openclaw.gateway.common.policy;

import java.util.Optional;

/**
 * Which names a tool may have: any that can be carried through JSON, Kafka and PostgreSQL. MCP (2025-11-25, "Tool Names")
 * recommends 1 to 128 letters, digits, {@code _}, {@code -} and {@code .}, and servers do not keep to that. Names are compared
 * exactly.
 */
public final class ToolName {
    /** With it begin the names of what a server offers beside tools. */
    public static final String RESERVED_PREFIX = "mcp:";

    /** In UTF-16 units. */
    public static final int MAX_LENGTH = 1_024;

    private static final int MAX_SHOWN = 200;

    private ToolName() {}

    /** Returns why a text is no name for a tool or an operation of an upstream; empty if it is one. */
    public static Optional<String> problemWith(String name) {
        if (name.isEmpty()) {
            return Optional.of("its name is empty");
        }
        if (name.length() > MAX_LENGTH) {
            return Optional.of("its name has " + name.length() + " characters, more than " + MAX_LENGTH);
        }
        for (int i = 0; i < name.length(); ) {
            int c = name.codePointAt(i);
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                return Optional.of("its name holds half of a surrogate pair, at " + i);
            }
            if (Character.isISOControl(c)) {
                return Optional.of(String.format("its name holds the control character U+%04X, at %d", c, i));
            }
            i += Character.charCount(c);
        }
        return Optional.empty();
    }

    /** Tells whether a name is one that no tool of a server can have: an operation, or something that is offered. */
    public static boolean isReserved(String name) {
        return name.startsWith(RESERVED_PREFIX);
    }

    /** Returns a name as it can be shown: whatever cannot be carried is replaced, and what is long is cut. */
    public static String shown(String name) {
        var shown = new StringBuilder();
        for (int i = 0; i < name.length() && shown.length() < MAX_SHOWN; ) {
            int c = name.codePointAt(i);
            boolean isOdd = Character.isISOControl(c) || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
            shown.appendCodePoint(isOdd ? 0xFFFD : c);
            i += Character.charCount(c);
        }
        return name.length() > MAX_SHOWN ? shown + "…" : shown.toString();
    }
}

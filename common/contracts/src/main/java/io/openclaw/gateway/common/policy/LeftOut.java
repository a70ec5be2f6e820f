package io.openclaw.gateway.common.policy;

/**
 * Something that an upstream lists and that is left out of the catalogue.
 *
 * @param name what it calls itself, as it can be shown
 * @param reason why it is left out
 */
public record LeftOut(String name, String reason) {
    /** Returns one whose name may be anything. */
    public static LeftOut of(String name, String reason) {
        return new LeftOut(ToolName.shown(name), reason);
    }
}

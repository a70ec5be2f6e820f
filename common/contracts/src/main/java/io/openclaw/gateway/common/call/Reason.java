package io.openclaw.gateway.common.call;

/**
 * One reason for a verdict.
 *
 * @param ruleId the rule that spoke, such as {@code filesystem/delete-root}
 * @param text what a person should understand, in one sentence
 * @param severity how bad it would be to ignore it
 */
public record Reason(String ruleId, String text, Severity severity) {
    /** No upstream has told of the tool. */
    public static final String UNKNOWN_TOOL = "catalogue/unknown-tool";

    /** The arguments do not fit the tool's schema. */
    public static final String INVALID_ARGUMENTS = "catalogue/invalid-arguments";
}

package io.openclaw.gateway.common.call;

/**
 * One reason for a verdict.
 *
 * @param ruleId the rule that spoke, such as {@code filesystem/delete-root}
 * @param text what a person should understand, in one sentence
 * @param severity how bad it would be to ignore it
 */
public record Reason(String ruleId, String text, Severity severity) {}

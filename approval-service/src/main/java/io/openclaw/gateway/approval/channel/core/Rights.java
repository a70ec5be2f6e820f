package io.openclaw.gateway.approval.channel.core;

import io.openclaw.gateway.approval.core.Approval;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.policy.Glob;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What may be answered through channels, by severity and by rule. A chat proves less than a sign-in, so the least that any of
 * them says holds.
 *
 * @param bySeverity the right for each severity; {@link Right#LINK} for one that is missing
 * @param rules what certain rules allow at the most
 */
public record Rights(Map<Severity, Right> bySeverity, List<Rule> rules) {
    /** What the ids of the policy's own rules begin with in verdicts. */
    private static final String OF_POLICY = "rules/";

    public Rights {
        bySeverity = Map.copyOf(bySeverity);
        rules = List.copyOf(rules);
    }

    /**
     * What a rule allows at the most.
     *
     * @param channel the channel that it is about; absent for all
     * @param rule a glob for ids of rules as verdicts name them, such as {@code filesystem/*}; a rule of the policy may stand without
     *     {@code rules/} before it
     */
    public record Rule(@Nullable String channel, Glob rule, Right right) {
        /**
         * Reads {@code RULE=RIGHT} or {@code CHANNEL:RULE=RIGHT}, such as {@code filesystem/*=deny} or {@code slack:deploy=link}.
         *
         * @throws IllegalArgumentException naming the text and what it may be
         */
        public static Rule of(String text) {
            int equals = text.lastIndexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException(
                        "'" + text
                                + "' says no right of a rule; write RULE=RIGHT or CHANNEL:RULE=RIGHT, such as filesystem/*=deny");
            }
            String rule = text.substring(0, equals).strip();
            int colon = rule.indexOf(':');
            return new Rule(
                    colon < 1 ? null : rule.substring(0, colon).strip(),
                    new Glob(rule.substring(colon + 1).strip()),
                    Right.of(text.substring(equals + 1)));
        }

        private boolean matches(String id) {
            return rule.matches(id) || (id.startsWith(OF_POLICY) && rule.matches(id.substring(OF_POLICY.length())));
        }

        private boolean isAbout(String name, Approval approval) {
            return (channel == null || channel.equals(name))
                    && approval.reasons().stream().map(Reason::ruleId).anyMatch(this::matches);
        }
    }

    /**
     * Returns what may be answered about a call through a channel.
     *
     * @param most what may be answered through the channel at the most
     */
    public Right of(Approval approval, String channel, Right most) {
        Right right = bySeverity.getOrDefault(approval.severity(), Right.LINK).and(most);
        for (Rule rule : rules) {
            if (rule.isAbout(channel, approval)) {
                right = right.and(rule.right());
            }
        }
        return right;
    }
}

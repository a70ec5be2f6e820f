package io.openclaw.gateway.common.topic;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Which topics each service reads and writes, and the consumer groups that it reads with. Brokers are set up by it: what is not
 * here is refused. {@code docs/asyncapi.yaml} says the same for people.
 */
public enum TopicAccess {
    INGRESS,
    POLICY,
    VETTING,
    APPROVAL,
    EXECUTOR,
    AUDIT;

    /** Returns the service's name, which is that of its user at the broker. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the topics that the service reads. */
    public Set<Topic> reads() {
        EnumSet<Topic> topics = switch (this) {
            case INGRESS ->
                EnumSet.of(Topic.CALLS_COMPLETED, Topic.CALLS_PROGRESS, Topic.APPROVALS_EVENTS, Topic.UPSTREAMS_STATUS);
            case POLICY -> EnumSet.of(Topic.CALLS_REQUESTED, Topic.CALLS_COMPLETED, Topic.UPSTREAMS_STATUS);
            case VETTING -> EnumSet.of(Topic.CALLS_AUTHORIZED, Topic.CALLS_SUSPECT);
            case APPROVAL -> EnumSet.of(Topic.CALLS_ESCALATED, Topic.CALLS_WITHDRAWN);
            case EXECUTOR ->
                EnumSet.of(Topic.CALLS_CLEARED, Topic.CALLS_COMPLETED, Topic.CALLS_INPUT, Topic.CALLS_WITHDRAWN);
            case AUDIT -> EnumSet.allOf(Topic.class);
        };
        // Every service follows the policy.
        topics.add(Topic.POLICY_STATE);
        return topics;
    }

    /** Returns the topics that the service writes. */
    public Set<Topic> writes() {
        EnumSet<Topic> topics = switch (this) {
            case INGRESS -> EnumSet.of(Topic.CALLS_REQUESTED, Topic.CALLS_INPUT, Topic.CALLS_WITHDRAWN);
            case POLICY -> EnumSet.of(Topic.CALLS_AUTHORIZED, Topic.CALLS_COMPLETED, Topic.POLICY_STATE);
            case VETTING ->
                EnumSet.of(Topic.CALLS_SUSPECT, Topic.CALLS_ESCALATED, Topic.CALLS_CLEARED, Topic.CALLS_COMPLETED);
            case APPROVAL -> EnumSet.of(Topic.CALLS_CLEARED, Topic.CALLS_COMPLETED, Topic.APPROVALS_EVENTS);
            case EXECUTOR -> EnumSet.of(Topic.CALLS_COMPLETED, Topic.CALLS_PROGRESS, Topic.UPSTREAMS_STATUS);
            case AUDIT -> EnumSet.noneOf(Topic.class);
        };
        // Every service puts aside what it cannot read, and reports sign-ins at its pages that failed.
        topics.add(Topic.CALLS_DEAD_LETTER);
        topics.add(Topic.CONSOLE_EVENTS);
        return topics;
    }

    /** Returns what the names of its consumer groups and share groups begin with. */
    public List<String> groupPrefixes() {
        return switch (this) {
            case INGRESS, POLICY, APPROVAL, AUDIT -> List.of("openclaw-" + label());
            case VETTING -> List.of("openclaw-vetting", "openclaw-judge");
            case EXECUTOR -> List.of("openclaw-executor", "openclaw-cancel-", "openclaw-input-");
        };
    }
}

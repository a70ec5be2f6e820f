package io.openclaw.gateway.common.topic;

import io.openclaw.gateway.common.call.Stage;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The services that meet in topics. Each has a signing key of its own, and at the broker a user that may read and write what
 * stands here, and no more. {@code docs/asyncapi.yaml} says the same for people.
 */
public enum Service {
    INGRESS,
    POLICY,
    VETTING,
    APPROVAL,
    EXECUTOR,
    AUDIT;

    /** Returns the service that is a stage of the pipeline. */
    public static Service of(Stage stage) {
        return switch (stage) {
            case INGRESS -> INGRESS;
            case POLICY -> POLICY;
            case VETTING -> VETTING;
            case APPROVAL -> APPROVAL;
            case EXECUTOR -> EXECUTOR;
        };
    }

    /** Returns the name used in settings and at the broker, such as {@code policy}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the topics that the service reads. */
    public Set<Topic> reads() {
        return Arrays.stream(Topic.values())
                .filter(topic -> topic.readers().contains(this))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Topic.class)));
    }

    /** Returns the topics that the service writes. */
    public Set<Topic> writes() {
        EnumSet<Topic> topics = switch (this) {
            case INGRESS ->
                EnumSet.of(
                        Topic.CALLS_REQUESTED,
                        Topic.CALLS_INPUT,
                        Topic.CALLS_WITHDRAWN,
                        Topic.CALLS_REPORTED,
                        Topic.RUNS_EVENTS,
                        Topic.UPSTREAMS_STATUS);
            case POLICY -> EnumSet.of(Topic.CALLS_AUTHORIZED, Topic.CALLS_COMPLETED, Topic.POLICY_STATE);
            case VETTING ->
                EnumSet.of(Topic.CALLS_SUSPECT, Topic.CALLS_ESCALATED, Topic.CALLS_CLEARED, Topic.CALLS_COMPLETED);
            case APPROVAL -> EnumSet.of(Topic.CALLS_CLEARED, Topic.CALLS_COMPLETED, Topic.APPROVALS_EVENTS);
            case EXECUTOR -> EnumSet.of(Topic.CALLS_COMPLETED, Topic.CALLS_PROGRESS, Topic.UPSTREAMS_STATUS);
            case AUDIT -> EnumSet.of(Topic.AUDIT_CHECKPOINTS);
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

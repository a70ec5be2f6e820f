package io.openclaw.gateway.common.topic;

/** The topics of the gateway. The name on the broker is a prefix ({@code openclaw.} by default) and {@link #suffix()}. */
public enum Topic {
    /** Ingress → policy. Keyed by agent, so that one policy instance sees all calls of an agent. */
    CALLS_REQUESTED("calls.requested", Kind.QUEUE),
    /** Policy → vetting. */
    CALLS_AUTHORIZED("calls.authorized", Kind.QUEUE),
    /** Vetting → its own model lane, read by a share group. */
    CALLS_SUSPECT("calls.suspect", Kind.QUEUE),
    /** Vetting → approval. */
    CALLS_ESCALATED("calls.escalated", Kind.QUEUE),
    /** Vetting and approval → executor, read by a share group. */
    CALLS_CLEARED("calls.cleared", Kind.QUEUE),
    /** Any stage → ingress; written to the partition that the call names. */
    CALLS_COMPLETED("calls.completed", Kind.QUEUE),
    /** Executor → ingress: what an upstream says and asks while a call runs; on the same partition as its end. */
    CALLS_PROGRESS("calls.progress", Kind.QUEUE),
    /** Ingress → executor: what a client answered. Every executor reads all of it, and takes what is for its own calls. */
    CALLS_INPUT("calls.input", Kind.QUEUE),
    /** Ingress → executor and approval: the agent no longer wants the call. */
    CALLS_WITHDRAWN("calls.withdrawn", Kind.QUEUE),
    /** Records that no stage could read, with the reason in the headers. */
    CALLS_DEAD_LETTER("calls.dead-letter", Kind.QUEUE),
    /** Approval → ingress: a call waits for a person, and what the person said. */
    APPROVALS_EVENTS("approvals.events", Kind.QUEUE),
    /** Every service → the record: sign-ins at the console that failed. */
    CONSOLE_EVENTS("console.events", Kind.QUEUE),
    /** Policy → everybody: the policy in force, the candidate, what is frozen, API keys, pinned tools. Compacted. */
    POLICY_STATE("policy.state", Kind.LATEST),
    /** Executor → ingress and policy: which upstreams answer, and what they have. Compacted. */
    UPSTREAMS_STATUS("upstreams.status", Kind.LATEST);

    /** What a topic keeps. */
    public enum Kind {
        /** Every record, for the retention time; as many partitions as configured. */
        QUEUE,
        /** The latest record of each key; one partition. */
        LATEST
    }

    private final String suffix;
    private final Kind kind;

    Topic(String suffix, Kind kind) {
        this.suffix = suffix;
        this.kind = kind;
    }

    /** Returns the name after the prefix, such as {@code calls.requested}. */
    public String suffix() {
        return suffix;
    }

    /** Returns what the topic keeps. */
    public Kind kind() {
        return kind;
    }
}

package io.openclaw.gateway.common.topic;

import java.util.EnumSet;
import java.util.List;

/**
 * The topics of the gateway, and the services that read each: an event is signed for the readers of its topic. The name on the
 * broker is a prefix ({@code openclaw.} by default) and {@link #suffix()}.
 */
public enum Topic {
    /** Agents of fleets → ingress, which proves who wrote each record. Not signed as events are, and not on record as it is. */
    CALLS_INBOX("calls.inbox", Kind.INBOX, Service.INGRESS),
    /** Ingress → policy. Keyed by agent, so that one policy instance sees all calls of an agent. */
    CALLS_REQUESTED("calls.requested", Kind.QUEUE, Service.POLICY),
    /** Policy → vetting. */
    CALLS_AUTHORIZED("calls.authorized", Kind.QUEUE, Service.VETTING),
    /** Vetting → its own model lane, read by a share group. */
    CALLS_SUSPECT("calls.suspect", Kind.QUEUE, Service.VETTING),
    /** Vetting → approval. */
    CALLS_ESCALATED("calls.escalated", Kind.QUEUE, Service.APPROVAL),
    /** Vetting and approval → executor, read by a share group. */
    CALLS_CLEARED("calls.cleared", Kind.QUEUE, Service.EXECUTOR),
    /** Any stage → ingress; written to the partition that the call names. */
    CALLS_COMPLETED("calls.completed", Kind.QUEUE, Service.INGRESS, Service.POLICY, Service.EXECUTOR),
    /** Executor → ingress: what an upstream says and asks while a call runs; on the same partition as its end. */
    CALLS_PROGRESS("calls.progress", Kind.QUEUE, Service.INGRESS),
    /** Ingress → executor: what a client answered. Every executor reads all of it, and takes what is for its own calls. */
    CALLS_INPUT("calls.input", Kind.QUEUE, Service.EXECUTOR),
    /** Ingress → executor and approval: the agent no longer wants the call. */
    CALLS_WITHDRAWN("calls.withdrawn", Kind.QUEUE, Service.APPROVAL, Service.EXECUTOR),
    /** Ingress → the record: what agents say came of calls that were decided about and that they ran themselves. */
    CALLS_REPORTED("calls.reported", Kind.QUEUE),
    /** Records that no stage could read, with the reason in the headers. */
    CALLS_DEAD_LETTER("calls.dead-letter", Kind.QUEUE),
    /** Approval → ingress: a call waits for a person, and what the person said. */
    APPROVALS_EVENTS("approvals.events", Kind.QUEUE, Service.INGRESS),
    /** Ingress → the record: prompts, plans, exchanges with models, steps and ends of the runs of {@code /execute}. */
    RUNS_EVENTS("runs.events", Kind.QUEUE),
    /** Every service → the record: sign-ins at the console, and what people do there. */
    CONSOLE_EVENTS("console.events", Kind.QUEUE),
    /** The record → anyone who keeps them outside the gateway: signed checkpoints of the record. */
    AUDIT_CHECKPOINTS("audit.checkpoints", Kind.QUEUE),
    /** Policy → everybody: the policy in force, the candidate, what is frozen, API keys, pinned tools. Compacted. */
    POLICY_STATE(
            "policy.state",
            Kind.LATEST,
            Service.INGRESS,
            Service.POLICY,
            Service.VETTING,
            Service.APPROVAL,
            Service.EXECUTOR),
    /** Executor and ingress → ingress and policy: which upstreams answer, what they have, and how hooks in agents are. Compacted. */
    UPSTREAMS_STATUS("upstreams.status", Kind.LATEST, Service.INGRESS, Service.POLICY);

    /** What a topic keeps. */
    public enum Kind {
        /** Every record, for the retention time; as many partitions as configured. */
        QUEUE,
        /** As a queue; agents write it, and the broker says when each record came. */
        INBOX,
        /** The latest record of each key; one partition. */
        LATEST
    }

    private final String suffix;
    private final Kind kind;

    @SuppressWarnings("ImmutableEnumChecker") // List.copyOf makes one that never changes.
    private final List<Service> readers;

    Topic(String suffix, Kind kind, Service... readers) {
        this.suffix = suffix;
        this.kind = kind;
        // Audit reads everything that the services say.
        this.readers = kind == Kind.INBOX ? List.of(readers) : List.copyOf(EnumSet.of(Service.AUDIT, readers));
    }

    /** Returns the name after the prefix, such as {@code calls.requested}. */
    public String suffix() {
        return suffix;
    }

    /** Returns what the topic keeps. */
    public Kind kind() {
        return kind;
    }

    /** Returns the services that read it, in the order of {@link Service}. */
    public List<Service> readers() {
        return readers;
    }
}

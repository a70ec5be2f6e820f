package io.openclaw.gateway.common.event;

import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.topic.Service;
import io.openclaw.gateway.common.topic.Topic;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The kinds of event: what each is called, which record carries it, which topic it goes to, and which services may say it. */
public enum EventType {
    CALL_REQUESTED("call.requested", CallRequested.class, Topic.CALLS_REQUESTED, Service.INGRESS),
    CALL_AUTHORIZED("call.authorized", CallAuthorized.class, Topic.CALLS_AUTHORIZED, Service.POLICY),
    CALL_SUSPECTED("call.suspected", CallSuspected.class, Topic.CALLS_SUSPECT, Service.VETTING),
    CALL_ESCALATED("call.escalated", CallEscalated.class, Topic.CALLS_ESCALATED, Service.VETTING),
    CALL_CLEARED("call.cleared", CallCleared.class, Topic.CALLS_CLEARED, Service.VETTING, Service.APPROVAL),
    CALL_COMPLETED(
            "call.completed",
            CallCompleted.class,
            Topic.CALLS_COMPLETED,
            Service.INGRESS,
            Service.POLICY,
            Service.VETTING,
            Service.APPROVAL,
            Service.EXECUTOR),
    CALL_WITHDRAWN("call.withdrawn", CallWithdrawn.class, Topic.CALLS_WITHDRAWN, Service.INGRESS),
    CALL_PROGRESSED("call.progressed", CallProgressed.class, Topic.CALLS_PROGRESS, Service.EXECUTOR),
    INPUT_REQUESTED("input.requested", InputRequested.class, Topic.CALLS_PROGRESS, Service.EXECUTOR),
    INPUT_GIVEN("input.given", InputGiven.class, Topic.CALLS_INPUT, Service.INGRESS),
    CALL_REPORTED("call.reported", CallReported.class, Topic.CALLS_REPORTED, Service.INGRESS),
    CALL_DIVERGED("call.diverged", CallDiverged.class, Topic.CALLS_REPORTED, Service.INGRESS),
    APPROVAL_CHANGED("approval.changed", ApprovalChanged.class, Topic.APPROVALS_EVENTS, Service.APPROVAL),
    POLICY_PUBLISHED("policy.published", PolicyPublished.class, Topic.POLICY_STATE, Service.POLICY),
    FREEZE_CHANGED("freeze.changed", FreezeChanged.class, Topic.POLICY_STATE, Service.POLICY),
    KEY_CHANGED("key.changed", KeyChanged.class, Topic.POLICY_STATE, Service.POLICY),
    TOOL_PINNED("tool.pinned", ToolPinned.class, Topic.POLICY_STATE, Service.POLICY),
    UPSTREAM_REPORTED("upstream.reported", UpstreamReported.class, Topic.UPSTREAMS_STATUS, Service.EXECUTOR),
    TOOLS_REPORTED("tools.reported", ToolsReported.class, Topic.UPSTREAMS_STATUS, Service.EXECUTOR),
    OFFERS_REPORTED("offers.reported", OffersReported.class, Topic.UPSTREAMS_STATUS, Service.EXECUTOR),
    RESOURCE_UPDATED("resource.updated", ResourceUpdated.class, Topic.UPSTREAMS_STATUS, Service.EXECUTOR),
    HOOK_REPORTED("hook.reported", HookReported.class, Topic.UPSTREAMS_STATUS, Service.INGRESS),
    RUN_STARTED("run.started", RunStarted.class, Topic.RUNS_EVENTS, Service.INGRESS),
    RUN_PLANNED("run.planned", RunPlanned.class, Topic.RUNS_EVENTS, Service.INGRESS),
    MODEL_ASKED("model.asked", ModelAsked.class, Topic.RUNS_EVENTS, Service.INGRESS),
    RUN_STEP_ENDED("run.step.ended", RunStepEnded.class, Topic.RUNS_EVENTS, Service.INGRESS),
    RUN_ENDED("run.ended", RunEnded.class, Topic.RUNS_EVENTS, Service.INGRESS),
    SIGN_IN_FAILED("signin.failed", SignInFailed.class, Topic.CONSOLE_EVENTS, Service.values()),
    CONSOLE_ACTED("console.acted", ConsoleActed.class, Topic.CONSOLE_EVENTS, Service.values()),
    CHECKPOINT_SIGNED("checkpoint.signed", CheckpointSigned.class, Topic.AUDIT_CHECKPOINTS, Service.AUDIT);

    private static final String PREFIX = "io.openclaw.gateway.";
    private static final String VERSION = ".v1";
    private static final Map<String, EventType> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toMap(EventType::typeName, Function.identity()));
    private static final Map<Class<?>, EventType> BY_CLASS =
            Arrays.stream(values()).collect(Collectors.toMap(EventType::eventClass, Function.identity()));

    private final String typeName;
    private final String shortName;
    private final Class<? extends GatewayEvent> eventClass;
    private final Topic topic;

    @SuppressWarnings("ImmutableEnumChecker") // Set.of makes one that never changes.
    private final Set<Service> writers;

    EventType(String shortName, Class<? extends GatewayEvent> eventClass, Topic topic, Service... writers) {
        this.typeName = PREFIX + shortName + VERSION;
        this.shortName = shortName;
        this.eventClass = eventClass;
        this.topic = topic;
        this.writers = Set.of(writers);
    }

    /** Returns the CloudEvents {@code type}, such as {@code io.openclaw.gateway.call.requested.v1}. */
    public String typeName() {
        return typeName;
    }

    /** Returns the type without prefix and version, such as {@code call.requested}. */
    public String shortName() {
        return shortName;
    }

    /** Returns the record that carries it. */
    public Class<? extends GatewayEvent> eventClass() {
        return eventClass;
    }

    /** Tells whether such an event is about one call. */
    public boolean isAboutACall() {
        return CallEvent.class.isAssignableFrom(eventClass)
                || ConversationEvent.class.isAssignableFrom(eventClass)
                || this == APPROVAL_CHANGED;
    }

    /** Tells whether such an event is about one run. */
    public boolean isAboutARun() {
        return RunEvent.class.isAssignableFrom(eventClass);
    }

    /** Returns the topic it goes to. */
    public Topic topic() {
        return topic;
    }

    /** Returns the services that may say it; its signature has to be of one of them. */
    public Set<Service> writers() {
        return writers;
    }

    /**
     * Returns the service that says an event: the stage that ended a call, the stage that cleared it, or the only one that may.
     * Empty if each service says such events of itself.
     */
    public static Optional<Service> writerOf(GatewayEvent event) {
        return switch (event) {
            case CallCompleted completed -> Optional.of(Service.of(completed.completedBy()));
            case CallCleared cleared ->
                Optional.of(
                        cleared.verdicts().stream().anyMatch(verdict -> verdict.stage() == Stage.APPROVAL)
                                ? Service.APPROVAL
                                : Service.VETTING);
            default -> {
                Set<Service> writers = of(event).writers();
                yield writers.size() == 1 ? Optional.of(writers.iterator().next()) : Optional.empty();
            }
        };
    }

    /** Returns the type of an event. */
    public static EventType of(GatewayEvent event) {
        EventType type = BY_CLASS.get(event.getClass());
        if (type == null) {
            throw new IllegalArgumentException("no event type for " + event.getClass());
        }
        return type;
    }

    /** Returns the type with this CloudEvents name and version, if this build knows it. */
    public static Optional<EventType> named(String typeName) {
        return Optional.ofNullable(BY_NAME.get(typeName));
    }
}

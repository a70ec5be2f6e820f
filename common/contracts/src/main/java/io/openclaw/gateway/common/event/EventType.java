package io.openclaw.gateway.common.event;

import io.openclaw.gateway.common.topic.Topic;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The kinds of event: what each is called, which record carries it, and which topic it goes to. */
public enum EventType {
    CALL_REQUESTED("call.requested", CallRequested.class, Topic.CALLS_REQUESTED),
    CALL_AUTHORIZED("call.authorized", CallAuthorized.class, Topic.CALLS_AUTHORIZED),
    CALL_SUSPECTED("call.suspected", CallSuspected.class, Topic.CALLS_SUSPECT),
    CALL_ESCALATED("call.escalated", CallEscalated.class, Topic.CALLS_ESCALATED),
    CALL_CLEARED("call.cleared", CallCleared.class, Topic.CALLS_CLEARED),
    CALL_COMPLETED("call.completed", CallCompleted.class, Topic.CALLS_COMPLETED),
    CALL_WITHDRAWN("call.withdrawn", CallWithdrawn.class, Topic.CALLS_WITHDRAWN),
    CALL_PROGRESSED("call.progressed", CallProgressed.class, Topic.CALLS_PROGRESS),
    INPUT_REQUESTED("input.requested", InputRequested.class, Topic.CALLS_PROGRESS),
    INPUT_GIVEN("input.given", InputGiven.class, Topic.CALLS_INPUT),
    APPROVAL_CHANGED("approval.changed", ApprovalChanged.class, Topic.APPROVALS_EVENTS),
    POLICY_PUBLISHED("policy.published", PolicyPublished.class, Topic.POLICY_STATE),
    FREEZE_CHANGED("freeze.changed", FreezeChanged.class, Topic.POLICY_STATE),
    KEY_CHANGED("key.changed", KeyChanged.class, Topic.POLICY_STATE),
    TOOL_PINNED("tool.pinned", ToolPinned.class, Topic.POLICY_STATE),
    UPSTREAM_REPORTED("upstream.reported", UpstreamReported.class, Topic.UPSTREAMS_STATUS),
    TOOLS_REPORTED("tools.reported", ToolsReported.class, Topic.UPSTREAMS_STATUS),
    OFFERS_REPORTED("offers.reported", OffersReported.class, Topic.UPSTREAMS_STATUS),
    RESOURCE_UPDATED("resource.updated", ResourceUpdated.class, Topic.UPSTREAMS_STATUS),
    SIGN_IN_FAILED("signin.failed", SignInFailed.class, Topic.CONSOLE_EVENTS);

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

    EventType(String shortName, Class<? extends GatewayEvent> eventClass, Topic topic) {
        this.typeName = PREFIX + shortName + VERSION;
        this.shortName = shortName;
        this.eventClass = eventClass;
        this.topic = topic;
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

    /** Returns the topic it goes to. */
    public Topic topic() {
        return topic;
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

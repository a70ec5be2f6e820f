package io.openclaw.gateway.common.kafka;

import io.openclaw.gateway.common.event.EventType;
import io.openclaw.gateway.common.event.GatewayEvent;
import java.util.function.Supplier;
import org.slf4j.MDC;

/** The call that a thread works on, in the log context (MDC) as {@value #CALL_ID}. */
public final class LogContext {
    /** The name under which a log pattern finds it. */
    public static final String CALL_ID = "callId";

    private LogContext() {}

    /** Does some work on an event, with the id of its call in the log context if it is about one. */
    public static <T> T during(GatewayEvent event, Supplier<T> work) {
        return EventType.of(event).isAboutACall() ? duringCall(event.subject(), work) : work.get();
    }

    /** Does some work on a call, with its id in the log context. */
    public static <T> T duringCall(String callId, Supplier<T> work) {
        MDC.put(CALL_ID, callId);
        try {
            return work.get();
        } finally {
            MDC.remove(CALL_ID);
        }
    }

    /** Does some work on a call, with its id in the log context. */
    public static void duringCall(String callId, Runnable work) {
        MDC.put(CALL_ID, callId);
        try {
            work.run();
        } finally {
            MDC.remove(CALL_ID);
        }
    }
}

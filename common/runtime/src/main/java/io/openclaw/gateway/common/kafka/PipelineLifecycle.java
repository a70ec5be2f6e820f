package io.openclaw.gateway.common.kafka;

import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * What requests need while they are answered: it is started before the web server takes any, and stopped when those that it
 * has taken are answered. Spring's own default, and that of a listener's container, is the other way round.
 */
public interface PipelineLifecycle extends SmartLifecycle {
    /** What has a lower phase is started earlier and stopped later. */
    int PHASE = WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE - 1024;

    @Override
    default int getPhase() {
        return PHASE;
    }
}

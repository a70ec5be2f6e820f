package io.openclaw.gateway.executor;

import io.openclaw.gateway.common.boot.GatewayApplication;
import java.util.Map;

/** Runs the executor stage as a process of its own. */
public final class ExecutorService {
    private ExecutorService() {}

    static void main(String... args) {
        GatewayApplication.start(ExecutorConfiguration.class, Map.of(), args);
    }
}

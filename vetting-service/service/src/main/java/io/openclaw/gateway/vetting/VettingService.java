package io.openclaw.gateway.vetting;

import io.openclaw.gateway.common.boot.GatewayApplication;
import java.util.Map;

/** Runs the vetting stage as a process of its own. */
public final class VettingService {
    private VettingService() {}

    static void main(String... args) {
        GatewayApplication.start(VettingConfiguration.class, Map.of("management.health.db.enabled", "false"), args);
    }
}

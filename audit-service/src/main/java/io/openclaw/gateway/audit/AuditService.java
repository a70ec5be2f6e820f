package io.openclaw.gateway.audit;

import io.openclaw.gateway.common.boot.GatewayApplication;
import java.util.Map;

/** Runs the audit stage as a process of its own. */
public final class AuditService {
    private AuditService() {}

    static void main(String... args) {
        GatewayApplication.start(AuditConfiguration.class, Map.of(), args);
    }
}

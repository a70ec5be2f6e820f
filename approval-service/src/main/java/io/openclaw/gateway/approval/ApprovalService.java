package io.openclaw.gateway.approval;

import io.openclaw.gateway.common.boot.GatewayApplication;
import java.util.Map;

/** Runs the approval stage as a process of its own. */
public final class ApprovalService {
    private ApprovalService() {}

    static void main(String... args) {
        GatewayApplication.start(ApprovalConfiguration.class, Map.of(), args);
    }
}

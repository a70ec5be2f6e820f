package io.openclaw.gateway.policy;

import io.openclaw.gateway.common.boot.GatewayApplication;
import java.util.Map;

/** Runs the policy stage as a process of its own. */
public final class PolicyService {
    private PolicyService() {}

    static void main(String... args) {
        GatewayApplication.start(PolicyConfiguration.class, Map.of(), args);
    }
}

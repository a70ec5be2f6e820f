package io.openclaw.gateway.ingress;

import io.openclaw.gateway.common.boot.GatewayApplication;
import java.util.Map;

/** Runs the ingress stage as a process of its own. */
public final class IngressService {
    private IngressService() {}

    static void main(String... args) {
        GatewayApplication.start(IngressConfiguration.class, Map.of(), args);
    }
}

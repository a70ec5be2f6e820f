package io.openclaw.gateway.ingress.web;

import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Everything that agents see of ingress. */
@Configuration(proxyBeanMethods = false)
@Import({
    AgentSecurity.class,
    HealthController.class,
    IngressProblems.class,
    ToolCallController.class,
    ToolsInvokeController.class
})
public class IngressWeb {}

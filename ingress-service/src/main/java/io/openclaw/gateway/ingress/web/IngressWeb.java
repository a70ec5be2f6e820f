package io.openclaw.gateway.ingress.web;

import io.openclaw.gateway.ingress.web.mcp.McpWeb;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Everything that agents see of ingress. */
@Configuration(proxyBeanMethods = false)
@Import({
    HealthController.class,
    IngressProblems.class,
    IngressSecurity.class,
    McpWeb.class,
    ToolCallController.class,
    ToolsInvokeController.class
})
public class IngressWeb {}

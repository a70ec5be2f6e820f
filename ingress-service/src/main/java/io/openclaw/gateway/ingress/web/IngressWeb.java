package io.openclaw.gateway.ingress.web;

import io.openclaw.gateway.ingress.decide.DecisionController;
import io.openclaw.gateway.ingress.decide.HookController;
import io.openclaw.gateway.ingress.web.mcp.McpWeb;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Everything that agents see of ingress. */
@Configuration(proxyBeanMethods = false)
@Import({
    DecisionController.class,
    HealthController.class,
    HookController.class,
    IngressProblems.class,
    IngressSecurity.class,
    McpWeb.class,
    ToolCallController.class,
    ToolsInvokeController.class
})
public class IngressWeb {

    @Bean
    WebMvcConfigurer releasesBodies(RequestBodies bodies) {
        return new WebMvcConfigurer() {
            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(bodies);
            }
        };
    }
}

package io.openclaw.gateway.ingress.web;

import io.openclaw.gateway.common.identity.AgentSecurity;
import io.openclaw.gateway.common.identity.KnownAgents;
import io.openclaw.gateway.common.web.ConsoleLogin;
import io.openclaw.gateway.common.web.ConsoleSecurity;
import io.openclaw.gateway.common.web.ProblemPages;
import io.openclaw.gateway.common.web.WebAddresses;
import io.openclaw.gateway.ingress.decide.DecisionController;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

/** Who may use what ingress offers: agents ask for calls; anybody may ask how it is, and who logs in learns why. */
@Configuration(proxyBeanMethods = false)
public class IngressSecurity {

    @Bean
    @Order(50)
    SecurityFilterChain callsSecurityChain(HttpSecurity http, KnownAgents agents, WebAddresses addresses) {
        return AgentSecurity.chain(
                http,
                agents,
                addresses,
                (request, response, problem) -> {
                    if (request.getRequestURI().equals(ToolsInvokeController.PATH)) {
                        WorkerAnswer.of(problem).write(response);
                    } else {
                        ProblemPages.write(response, problem);
                    }
                },
                "/v1/tool-calls",
                "/v1/tool-calls/**",
                DecisionController.PATH,
                DecisionController.PATH + "/**",
                DecisionController.HOOKS_PATH,
                ToolsInvokeController.PATH,
                "/execute",
                "/execute/**");
    }

    @Bean
    @Order(60)
    SecurityFilterChain healthSecurityChain(HttpSecurity http, ConsoleLogin login) {
        return ConsoleSecurity.withLogin(ConsoleSecurity.stateless(http.securityMatcher("/health")), login)
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .build();
    }
}

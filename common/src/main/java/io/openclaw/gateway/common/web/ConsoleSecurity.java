package io.openclaw.gateway.common.web;

import io.openclaw.gateway.common.boot.GatewayProperties;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.web.SecurityFilterChain;

/** Who may use what people use: approvals, the record and the metrics need the console's user and password (HTTP Basic). */
@Configuration(proxyBeanMethods = false)
public class ConsoleSecurity {
    private static final String[] CONSOLE = {
        "/v1/approvals", "/v1/approvals/**", "/v1/policy", "/v1/vetting/**", "/audit", "/audit/**", "/actuator/**"
    };
    private static final String[] PROBES = {"/actuator/health", "/actuator/health/**"};

    @Bean
    @Order(100)
    SecurityFilterChain consoleSecurityChain(HttpSecurity http, GatewayProperties properties) {
        return stateless(http.securityMatcher(CONSOLE))
                .authenticationManager(new ProviderManager(new ConsoleLogin(properties.console())))
                .httpBasic(basic -> basic.realmName("OpenClaw Gateway console")
                        .authenticationEntryPoint((request, response, e) -> {
                            response.setHeader("WWW-Authenticate", "Basic realm=\"OpenClaw Gateway console\"");
                            ProblemPages.write(
                                    response,
                                    Problems.detail(
                                            HttpStatus.UNAUTHORIZED,
                                            "console-login",
                                            "Console login needed",
                                            "Send the console's user and password (HTTP Basic); deploy/run prints them."));
                        }))
                .authorizeHttpRequests(requests -> requests.requestMatchers(PROBES)
                        .permitAll()
                        .anyRequest()
                        .authenticated())
                .build();
    }

    /** Whatever no other chain knows does not exist. */
    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    SecurityFilterChain nothingElse(HttpSecurity http) {
        return stateless(http)
                .authorizeHttpRequests(requests -> requests.requestMatchers("/error")
                        .permitAll()
                        .anyRequest()
                        .denyAll())
                .exceptionHandling(handling ->
                        handling.authenticationEntryPoint((request, response, e) -> ProblemPages.write(
                                response,
                                Problems.detail(
                                        HttpStatus.NOT_FOUND,
                                        "not-found",
                                        "Not found",
                                        "There is nothing at " + request.getRequestURI() + "."))))
                .build();
    }

    /** Switches off what belongs to sessions and forms: every request brings its own credentials. */
    public static HttpSecurity stateless(HttpSecurity http) {
        return http.csrf(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS));
    }

    private record ConsoleLogin(GatewayProperties.Console console) implements AuthenticationProvider {
        @Override
        public Authentication authenticate(Authentication attempt) throws AuthenticationException {
            String password = console.password();
            boolean known = password != null
                    && !password.isEmpty()
                    && same(password, String.valueOf(attempt.getCredentials()))
                    && same(console.user(), attempt.getName());
            if (!known) {
                throw new BadCredentialsException("unknown user or wrong password");
            }
            return UsernamePasswordAuthenticationToken.authenticated(
                    attempt.getName(), null, List.of(new SimpleGrantedAuthority("ROLE_CONSOLE")));
        }

        private static boolean same(String expected, String actual) {
            return MessageDigest.isEqual(
                    expected.getBytes(StandardCharsets.UTF_8), actual.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public boolean supports(Class<?> type) {
            return UsernamePasswordAuthenticationToken.class.isAssignableFrom(type);
        }
    }
}

package io.openclaw.gateway.common.web;

import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.console.Accounts;
import io.openclaw.gateway.common.console.ConsoleRole;
import io.openclaw.gateway.common.console.SecondFactors;
import io.openclaw.gateway.common.event.SignInFailed;
import io.openclaw.gateway.common.identity.AgentSecurity;
import io.openclaw.gateway.common.kafka.EventPublisher;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.www.BasicAuthenticationFilter;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Who may use what programs of people use: approvals, the record and the metrics need the console's user and password, or a token
 * in the password's place (HTTP Basic). The pages of the console have a sign-in of their own.
 */
@Configuration(proxyBeanMethods = false)
public class ConsoleSecurity {
    private static final Logger log = LoggerFactory.getLogger(ConsoleSecurity.class);

    private static final String[] CONSOLE = {
        "/v1/approvals",
        "/v1/approvals/**",
        "/v1/policy",
        "/v1/policy/**",
        "/v1/vetting/**",
        "/audit",
        "/audit/**",
        "/actuator/**"
    };
    /** What changes the policy is the administrator's alone. */
    private static final String[] POLICY = {"/v1/policy/**"};

    private static final String[] APPROVALS = {"/v1/approvals/**"};
    private static final String[] RECORD = {"/audit", "/audit/**"};

    private static final List<HttpMethod> CHANGING =
            List.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE);
    private static final String REALM = "OpenClaw Gateway console";
    private static final String BASIC = "Basic realm=\"" + REALM + "\"";
    static final String GROUP = "GROUP_";
    /** Answers for programs need nothing of a browser (Content Security Policy Level 3). */
    private static final String NOTHING = "default-src 'none'; frame-ancestors 'none'";

    private static final String[] MAY_APPROVE = {ConsoleRole.APPROVER.authority(), ConsoleRole.ADMINISTRATOR.authority()
    };
    private static final String[] MAY_AUDIT = {ConsoleRole.AUDITOR.authority(), ConsoleRole.ADMINISTRATOR.authority()};

    private static final String[] PROBES = {"/actuator/health", "/actuator/health/**"};

    /** One for every chain, so that wrong passwords are counted together. */
    @Bean
    ConsoleLogin consoleLogin(
            GatewayProperties properties,
            Clock clock,
            Optional<Accounts> accounts,
            Optional<SecondFactors> secondFactors,
            EventPublisher publisher) {
        return new ConsoleLogin(
                properties.console(),
                new SignInThrottle(clock),
                SignInThrottle.ofCodes(clock),
                accounts,
                secondFactors,
                failed -> publish(
                        publisher,
                        new SignInFailed(
                                failed.user(),
                                failed.address(),
                                failed.failures(),
                                clock.instant(),
                                properties.instanceName(),
                                Map.of())));
    }

    @Bean
    @Order(100)
    SecurityFilterChain consoleSecurityChain(HttpSecurity http, ConsoleLogin login) {
        return withLogin(stateless(http.securityMatcher(CONSOLE)), login)
                .addFilterBefore(new SameOriginFilter(), BasicAuthenticationFilter.class)
                .headers(headers -> headers.contentSecurityPolicy(policy -> policy.policyDirectives(NOTHING)))
                .authorizeHttpRequests(requests -> {
                    requests.requestMatchers(PROBES).permitAll();
                    CHANGING.forEach(method -> {
                        requests.requestMatchers(method, POLICY).hasAuthority(ConsoleRole.ADMINISTRATOR.authority());
                        requests.requestMatchers(method, APPROVALS).hasAnyAuthority(MAY_APPROVE);
                    });
                    requests.requestMatchers(RECORD).hasAnyAuthority(MAY_AUDIT);
                    requests.anyRequest().hasAuthority("ROLE_CONSOLE");
                })
                .exceptionHandling(handling ->
                        handling.accessDeniedHandler((request, response, e) -> ProblemPages.write(
                                response,
                                Problems.detail(
                                        HttpStatus.FORBIDDEN,
                                        "role-needed",
                                        "Another role needed",
                                        "Deciding about calls needs the role approver, the record the role auditor,"
                                                + " and changing the policy the role administrator; a password that"
                                                + " was generated has to be changed at the console first."))))
                .build();
    }

    /** The one who failed is not kept waiting for the broker. */
    private static void publish(EventPublisher publisher, SignInFailed failed) {
        Thread.startVirtualThread(() -> {
            try {
                publisher.publish(failed).join();
            } catch (RuntimeException e) {
                log.warn("a failed sign-in is not on record: {}", e.toString());
            }
        });
    }

    /**
     * Whatever no other chain knows does not exist; pages of the allowed origins can read that, as clients that look for an
     * authorization server need to (RFC 8414 section 3, OpenID Connect Discovery 1.0 section 4).
     */
    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    SecurityFilterChain nothingElse(HttpSecurity http, WebAddresses addresses) {
        return AgentSecurity.forPages(
                        stateless(http),
                        addresses,
                        (request, response, problem) -> ProblemPages.write(response, problem))
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

    /** Adds the console's login (HTTP Basic): a request without one is anonymous, and a wrong one is answered with 401 or 429. */
    public static HttpSecurity withLogin(HttpSecurity http, ConsoleLogin login) {
        return http.authenticationManager(new ProviderManager(login))
                .httpBasic(basic -> basic.realmName(REALM).authenticationEntryPoint((request, response, e) -> {
                    if (e instanceof ConsoleLogin.LockedException locked) {
                        response.setHeader(HttpHeaders.RETRY_AFTER, Long.toString(locked.seconds()));
                        ProblemPages.write(
                                response,
                                Problems.detail(
                                        HttpStatus.TOO_MANY_REQUESTS,
                                        "too-many-failures",
                                        "Too many wrong passwords",
                                        "Passwords were wrong too often, so none is looked at now. Try again in "
                                                + locked.seconds() + " s."));
                        return;
                    }
                    if (e instanceof ConsoleLogin.SecondFactorNeededException needed) {
                        response.setHeader(HttpHeaders.WWW_AUTHENTICATE, BASIC);
                        ProblemPages.write(
                                response,
                                Problems.detail(
                                        HttpStatus.UNAUTHORIZED,
                                        "token-needed",
                                        "A token is needed",
                                        "'" + needed.person()
                                                + "' signs in with a second factor, so the password alone is not enough"
                                                + " here. Make a token at the console (Your account), and send it in the"
                                                + " password's place (HTTP Basic)."));
                        return;
                    }
                    response.setHeader(HttpHeaders.WWW_AUTHENTICATE, BASIC);
                    ProblemPages.write(
                            response,
                            Problems.detail(
                                    HttpStatus.UNAUTHORIZED,
                                    "console-login",
                                    "Console login needed",
                                    "Send the console's user and password, or a token that was made there in its place (HTTP"
                                            + " Basic); deploy/run prints the first."));
                }));
    }

    /** Switches off what belongs to sessions and forms: every request brings its own credentials. */
    public static HttpSecurity stateless(HttpSecurity http) {
        return http.csrf(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS));
    }

    /**
     * Refuses what another site makes a browser send: browsers add the login by themselves. They say where a request comes
     * from (Fetch Metadata, and RFC 6454 section 7 before it); what says nothing is no browser.
     */
    private static final class SameOriginFilter extends OncePerRequestFilter {
        private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            if (SAFE.contains(request.getMethod()) || isOfThisSite(request)) {
                chain.doFilter(request, response);
                return;
            }
            ProblemPages.write(
                    response,
                    Problems.detail(
                            HttpStatus.FORBIDDEN,
                            "other-site",
                            "Sent by another site",
                            "Another site made the browser send this. Use the console's own pages, or a program."));
        }

        private static boolean isOfThisSite(HttpServletRequest request) {
            String site = request.getHeader("Sec-Fetch-Site");
            String origin = request.getHeader(HttpHeaders.ORIGIN);
            if (site != null) {
                return site.equals("same-origin") || site.equals("none");
            }
            return origin == null || origin.replaceFirst("^https?://", "").equals(request.getHeader(HttpHeaders.HOST));
        }
    }

    /** Returns the groups of approvers that somebody at the console is in. */
    public static List<String> groupsOf(Authentication login) {
        return login.getAuthorities().stream()
                .map(GrantedAuthority::getAuthority)
                .filter(authority -> authority != null && authority.startsWith(GROUP))
                .map(authority -> authority.substring(GROUP.length()))
                .toList();
    }
}

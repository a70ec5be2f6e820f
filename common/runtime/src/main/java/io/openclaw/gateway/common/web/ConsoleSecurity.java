package io.openclaw.gateway.common.web;

import io.openclaw.gateway.common.boot.GatewayProperties;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
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
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.www.BasicAuthenticationFilter;
import org.springframework.web.filter.OncePerRequestFilter;

/** Who may use what people use: approvals, the record and the metrics need the console's user and password (HTTP Basic). */
@Configuration(proxyBeanMethods = false)
public class ConsoleSecurity {
    private static final String[] CONSOLE = {
        "/v1/approvals",
        "/v1/approvals/**",
        "/v1/policy",
        "/v1/policy/**",
        "/v1/vetting/**",
        "/console/**",
        "/audit",
        "/audit/**",
        "/actuator/**"
    };
    /** What changes the policy is the administrator's alone. */
    private static final String[] POLICY = {"/v1/policy/**", "/console/policy/**"};

    private static final List<HttpMethod> CHANGING =
            List.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE);
    private static final String ADMINISTRATOR = "ROLE_ADMINISTRATOR";
    private static final String GROUP = "GROUP_";
    /** The console's pages need styles and forms, and nothing of anybody else (Content Security Policy Level 3). */
    private static final String NO_SCRIPTS =
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'";

    private static final String[] PROBES = {"/actuator/health", "/actuator/health/**"};

    @Bean
    @Order(100)
    SecurityFilterChain consoleSecurityChain(HttpSecurity http, GatewayProperties properties) {
        return withLogin(stateless(http.securityMatcher(CONSOLE)), properties)
                .addFilterBefore(new SameOriginFilter(), BasicAuthenticationFilter.class)
                .headers(headers -> headers.contentSecurityPolicy(policy -> policy.policyDirectives(NO_SCRIPTS)))
                .authorizeHttpRequests(requests -> {
                    requests.requestMatchers(PROBES).permitAll();
                    CHANGING.forEach(
                            method -> requests.requestMatchers(method, POLICY).hasAuthority(ADMINISTRATOR));
                    requests.anyRequest().authenticated();
                })
                .exceptionHandling(handling ->
                        handling.accessDeniedHandler((request, response, e) -> ProblemPages.write(
                                response,
                                Problems.detail(
                                        HttpStatus.FORBIDDEN,
                                        "administrator-needed",
                                        "Administrator needed",
                                        "Only the administrator (openclaw.console.user) may change the policy."))))
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

    /** Adds the console's login (HTTP Basic); who sends none is nobody in particular, and wrong ones are answered with 401. */
    public static HttpSecurity withLogin(HttpSecurity http, GatewayProperties properties) {
        return http.authenticationManager(new ProviderManager(new ConsoleLogin(properties.console())))
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

    private record ConsoleLogin(GatewayProperties.Console console) implements AuthenticationProvider {
        @Override
        public Authentication authenticate(Authentication attempt) throws AuthenticationException {
            String name = attempt.getName();
            String password = String.valueOf(attempt.getCredentials());
            GatewayProperties.Person person = console.people().get(name);
            if (proves(console.password(), password) && same(console.user(), name)) {
                return authenticated(name, console.groups(), "ROLE_CONSOLE", ADMINISTRATOR);
            }
            if (person != null && proves(person.password(), password)) {
                return authenticated(name, person.groups(), "ROLE_CONSOLE");
            }
            throw new BadCredentialsException("unknown user or wrong password");
        }

        private static Authentication authenticated(String name, List<String> groups, String... roles) {
            return UsernamePasswordAuthenticationToken.authenticated(
                    name,
                    null,
                    Stream.concat(Stream.of(roles), groups.stream().map(GROUP::concat))
                            .map(SimpleGrantedAuthority::new)
                            .toList());
        }

        private static boolean proves(@Nullable String expected, String actual) {
            return expected != null && !expected.isEmpty() && same(expected, actual);
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

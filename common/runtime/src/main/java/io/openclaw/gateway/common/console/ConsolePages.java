package io.openclaw.gateway.common.console;

import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.web.ConsoleLogin;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.config.annotation.authentication.builders.AuthenticationManagerBuilder;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.AccessDeniedHandlerImpl;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.authentication.SavedRequestAwareAuthenticationSuccessHandler;
import org.springframework.security.web.context.SecurityContextHolderFilter;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.savedrequest.CookieRequestCache;

/** Who may use the pages of the console: people who signed in, each as the roles say; changes need a CSRF token. */
@Configuration(proxyBeanMethods = false)
class ConsolePages {
    /** The console's paths, as a servlet container matches them. */
    static final List<String> SERVLET_PATTERNS =
            List.of("", "/sign-in", "/sign-in/*", "/sign-out", "/console", "/console/*", "/audit/pretty");

    private static final String[] PATHS = {
        "/", "/sign-in", "/sign-in/**", "/sign-out", "/console", "/console/**", "/audit/pretty"
    };
    private static final String SIGN_IN = "/sign-in";

    /** No script and no style but the console's own files (Content Security Policy Level 3). */
    private static final String ONLY_OWN_FILES =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
                    + " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private static final String ADMINISTRATOR = ConsoleRole.ADMINISTRATOR.authority();
    private static final String[] ANY_ROLE = {
        ConsoleRole.VIEWER.authority(), ConsoleRole.APPROVER.authority(), ConsoleRole.AUDITOR.authority(), ADMINISTRATOR
    };

    /** A token is for programs, never for pages. */
    private record PageLogin(ConsoleLogin login) implements AuthenticationProvider {
        @Override
        public @Nullable Authentication authenticate(Authentication attempt) throws AuthenticationException {
            if (String.valueOf(attempt.getCredentials()).startsWith(Accounts.TOKEN_PREFIX)) {
                throw new BadCredentialsException("tokens are for programs");
            }
            return login.authenticate(attempt);
        }

        @Override
        public boolean supports(Class<?> type) {
            return login.supports(type);
        }
    }

    @Bean
    @Order(90)
    SecurityFilterChain consolePagesChain(
            HttpSecurity http,
            ConsoleLogin login,
            GatewayProperties properties,
            ConsoleJournal journal,
            Clock clock,
            Optional<OidcSignIn> oidc) {
        CookieRequestCache asked = asked();
        var success = new SavedRequestAwareAuthenticationSuccessHandler();
        success.setDefaultTargetUrl(SignedIn.HOME);
        success.setRequestCache(asked);
        var csrf = new CookieCsrfTokenRepository();
        csrf.setCookieName("ocg_csrf");
        csrf.setCookieCustomizer(cookie -> cookie.sameSite("Strict").path("/"));
        var signIn = new LoginUrlAuthenticationEntryPoint(SIGN_IN);
        var denied = new AccessDeniedHandlerImpl();
        oidc.ifPresent(flow -> flow.addTo(http, success));
        // Nobody but these providers is asked: what signs programs in does not sign in at pages.
        http.getSharedObject(AuthenticationManagerBuilder.class).parentAuthenticationManager(null);
        return http.securityMatcher(PATHS)
                .authenticationProvider(new PageLogin(login))
                .addFilterBefore(
                        new SessionLimits(
                                properties.console().idleTimeout(),
                                properties.console().sessionTimeout(),
                                clock),
                        SecurityContextHolderFilter.class)
                .requestCache(cache -> cache.requestCache(asked))
                .csrf(tokens -> tokens.csrfTokenRepository(csrf))
                .formLogin(form -> form.loginPage(SIGN_IN)
                        .loginProcessingUrl(SIGN_IN)
                        .usernameParameter("name")
                        .passwordParameter("password")
                        .successHandler((request, response, person) -> {
                            journal.note(
                                    person.getName(),
                                    "signin.succeeded",
                                    person.getName(),
                                    null,
                                    request.getRemoteAddr());
                            success.onAuthenticationSuccess(request, response, person);
                        })
                        .failureHandler((request, response, e) -> response.sendRedirect(
                                switch (e) {
                                    case ConsoleLogin.SecondFactorNeededException needed ->
                                        SignInController.askForCode(needed.person(), request, clock.instant());
                                    case ConsoleLogin.LockedException locked -> SIGN_IN + "?locked=" + locked.seconds();
                                    default -> SIGN_IN + "?wrong";
                                })))
                .logout(out -> out.logoutUrl("/sign-out")
                        .logoutSuccessUrl(SIGN_IN + "?out")
                        .addLogoutHandler((request, response, person) -> {
                            if (person != null) {
                                journal.note(
                                        person.getName(), "signout", person.getName(), null, request.getRemoteAddr());
                            }
                        }))
                .headers(headers -> headers.contentSecurityPolicy(policy -> policy.policyDirectives(ONLY_OWN_FILES))
                        .referrerPolicy(policy -> policy.policy(ReferrerPolicy.SAME_ORIGIN)))
                .authorizeHttpRequests(requests -> requests.dispatcherTypeMatchers(
                                DispatcherType.ASYNC, DispatcherType.ERROR, DispatcherType.FORWARD)
                        .permitAll()
                        // The first two lead on to where the approvals are, and that asks who it is.
                        .requestMatchers("/", "/console", SIGN_IN, "/sign-in/**", ConsoleAssets.PATH + "**")
                        .permitAll()
                        .requestMatchers("/console/password", "/sign-out")
                        .authenticated()
                        .requestMatchers("/console/people", "/console/people/**")
                        .hasAuthority(ADMINISTRATOR)
                        .requestMatchers("/console/record", "/console/record/**", "/audit/pretty")
                        .hasAnyAuthority(ConsoleRole.AUDITOR.authority(), ADMINISTRATOR)
                        .requestMatchers("/console/account", "/console/account/**")
                        .hasAnyAuthority(ANY_ROLE)
                        .requestMatchers(HttpMethod.POST, "/console/try", "/console/try/**", "/console/policy/explain")
                        .hasAnyAuthority(ANY_ROLE)
                        .requestMatchers(
                                HttpMethod.POST,
                                "/console/approvals/**",
                                "/console/grants/**",
                                "/console/policy/proposals")
                        .hasAnyAuthority(ConsoleRole.APPROVER.authority(), ADMINISTRATOR)
                        .requestMatchers(HttpMethod.POST, "/**")
                        .hasAuthority(ADMINISTRATOR)
                        .anyRequest()
                        .hasAnyAuthority(ANY_ROLE))
                .exceptionHandling(handling -> handling.authenticationEntryPoint((request, response, e) -> {
                            if (isUpdate(request)) {
                                // htmx leaves the page for the sign-in, rather than show that inside the page.
                                response.setHeader("HX-Redirect", SIGN_IN);
                                response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
                                return;
                            }
                            signIn.commence(request, response, e);
                        })
                        .accessDeniedHandler((request, response, e) -> {
                            if (mustChangePassword() && isUpdate(request)) {
                                response.setHeader("HX-Redirect", "/console/password");
                                response.setStatus(HttpServletResponse.SC_FORBIDDEN);
                                return;
                            }
                            if (mustChangePassword()) {
                                response.sendRedirect("/console/password");
                                return;
                            }
                            denied.handle(request, response, e);
                        }))
                .build();
    }

    /** Returns what remembers, in the browser, the page that somebody wanted to see before signing in. */
    static CookieRequestCache asked() {
        var asked = new CookieRequestCache();
        asked.setRequestMatcher(ConsolePages::isAPage);
        return asked;
    }

    private static boolean mustChangePassword() {
        Authentication person = SecurityContextHolder.getContext().getAuthentication();
        return person != null
                && person.getAuthorities().stream()
                        .anyMatch(held -> ConsoleLogin.MUST_CHANGE_PASSWORD.equals(held.getAuthority()));
    }

    private static boolean isUpdate(HttpServletRequest request) {
        return request.getHeader("HX-Request") != null
                || request.getHeader(SessionLimits.BACKGROUND) != null
                || request.getRequestURI().endsWith("/stream");
    }

    /** Tells whether somebody wanted to see a page, to which a sign-in should lead. */
    private static boolean isAPage(HttpServletRequest request) {
        return request.getMethod().equals("GET")
                && request.getRequestURI().startsWith("/console/")
                && !request.getRequestURI().startsWith(ConsoleAssets.PATH)
                && !isUpdate(request);
    }
}

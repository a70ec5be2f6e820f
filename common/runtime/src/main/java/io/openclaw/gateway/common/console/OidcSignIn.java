package io.openclaw.gateway.common.console;

import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.web.ConsoleLogin;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ClientRegistrations;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;

/**
 * Signs people in with an OpenID Connect provider: the authorization code flow with PKCE (OpenID Connect Core 1.0 section 3.1, RFC
 * 7636), by Spring Security. The provider is asked for its configuration at the first sign-in, so a gateway starts without it. No
 * token of the provider is kept.
 */
public final class OidcSignIn {
    static final String START = "/sign-in/oidc";

    private static final Logger log = LoggerFactory.getLogger(OidcSignIn.class);
    private static final String REGISTRATION = "console";
    private static final String CALLBACK = "/sign-in/callback";
    private static final String SIGN_IN = "/sign-in";
    /** Asks the provider to let the person prove it once more. */
    private static final String AGAIN = "again";

    private final GatewayProperties.Oidc settings;
    private final OidcPeople people;
    private final ConsoleLogin login;
    private final Reauthentication reauthentication;
    private final ConsoleJournal journal;
    private final ClientRegistrationRepository registrations = this::registration;

    private @Nullable ClientRegistration registration;

    OidcSignIn(
            GatewayProperties.Oidc settings,
            OidcPeople people,
            ConsoleLogin login,
            Reauthentication reauthentication,
            ConsoleJournal journal) {
        this.settings = settings;
        this.people = people;
        this.login = login;
        this.reauthentication = reauthentication;
        this.journal = journal;
    }

    /** Returns where a browser begins to sign in; with {@code again} the provider asks for the password even of who is signed in. */
    static String start(boolean again) {
        return START + "/" + REGISTRATION + (again ? "?" + AGAIN : "");
    }

    /** Adds the flow to the console's chain. */
    HttpSecurity addTo(HttpSecurity http, AuthenticationSuccessHandler onSuccess) {
        return http.oauth2Login(flow -> flow.loginPage(SIGN_IN)
                .clientRegistrationRepository(registrations)
                .authorizedClientRepository(new NothingKept())
                .authorizationEndpoint(endpoint -> endpoint.authorizationRequestResolver(resolver()))
                .redirectionEndpoint(endpoint -> endpoint.baseUri(CALLBACK + "/*"))
                .successHandler((request, response, proven) -> succeed(request, response, proven, onSuccess))
                .failureHandler((request, response, e) -> {
                    log.warn("a sign-in with OpenID Connect failed: {}", e.getMessage());
                    response.sendRedirect(SIGN_IN + "?provider");
                }));
    }

    private synchronized @Nullable ClientRegistration registration(String id) {
        if (!id.equals(REGISTRATION)) {
            return null;
        }
        if (registration == null) {
            registration = ClientRegistrations.fromIssuerLocation(settings.issuerOrNone())
                    .registrationId(REGISTRATION)
                    .clientId(settings.clientId())
                    .clientSecret(settings.clientSecret())
                    .scope(settings.scopes())
                    .redirectUri("{baseUrl}" + CALLBACK + "/{registrationId}")
                    .userNameAttributeName("sub")
                    .build();
        }
        return registration;
    }

    private OAuth2AuthorizationRequestResolver resolver() {
        var standard = new DefaultOAuth2AuthorizationRequestResolver(registrations, START);
        standard.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce());
        return new OAuth2AuthorizationRequestResolver() {
            @Override
            public @Nullable OAuth2AuthorizationRequest resolve(HttpServletRequest request) {
                return begun(request, () -> standard.resolve(request));
            }

            @Override
            public @Nullable OAuth2AuthorizationRequest resolve(HttpServletRequest request, String id) {
                return begun(request, () -> standard.resolve(request, id));
            }
        };
    }

    /** Returns none if the provider does not answer; {@link SignInController} says so then. */
    private static @Nullable OAuth2AuthorizationRequest begun(
            HttpServletRequest request, Supplier<@Nullable OAuth2AuthorizationRequest> standard) {
        OAuth2AuthorizationRequest asked;
        try {
            asked = standard.get();
        } catch (RuntimeException e) {
            log.warn("the provider of OpenID Connect cannot be asked for its configuration: {}", e.toString());
            return null;
        }
        if (asked == null || request.getParameter(AGAIN) == null) {
            return asked;
        }
        return OAuth2AuthorizationRequest.from(asked)
                .additionalParameters(more -> {
                    more.put("prompt", "login");
                    more.put("max_age", "0");
                })
                .build();
    }

    private void succeed(
            HttpServletRequest request,
            HttpServletResponse response,
            Authentication proven,
            AuthenticationSuccessHandler onSuccess)
            throws IOException, jakarta.servlet.ServletException {
        OidcUser user = (OidcUser) Objects.requireNonNull(proven.getPrincipal());
        Optional<Authentication> person;
        try {
            person = login.proven(people.admit(user.getClaims()));
        } catch (OidcPeople.RefusedException e) {
            log.warn("a sign-in with OpenID Connect is refused: {}", e.getMessage());
            person = Optional.empty();
        }
        if (person.isEmpty()) {
            request.getSession().invalidate();
            SecurityContextHolder.clearContext();
            response.sendRedirect(SIGN_IN + "?refused");
            return;
        }
        // The session knows the person as any other, and nothing of the provider.
        var context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(person.get());
        SecurityContextHolder.setContext(context);
        new HttpSessionSecurityContextRepository().saveContext(context, request, response);
        reauthentication.note(request, user.getAuthenticatedAt());
        journal.note(
                person.get().getName(),
                "signin.succeeded",
                person.get().getName(),
                "by " + settings.issuerOrNone(),
                request.getRemoteAddr());
        onSuccess.onAuthenticationSuccess(request, response, person.get());
    }

    /** Tokens of the provider are good for nothing here, so none is kept. */
    private static final class NothingKept implements OAuth2AuthorizedClientRepository {
        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals")
        public <T extends OAuth2AuthorizedClient> @Nullable T loadAuthorizedClient(
                String registration, Authentication person, HttpServletRequest request) {
            return null;
        }

        @Override
        public void saveAuthorizedClient(
                OAuth2AuthorizedClient client,
                Authentication person,
                HttpServletRequest request,
                HttpServletResponse response) {
            // Nothing is kept.
        }

        @Override
        public void removeAuthorizedClient(
                String registration, Authentication person, HttpServletRequest request, HttpServletResponse response) {
            // Nothing was kept.
        }
    }
}

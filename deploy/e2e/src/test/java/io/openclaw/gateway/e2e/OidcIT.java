package io.openclaw.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** People sign in at the console with a provider of OpenID Connect. */
@Order(1)
class OidcIT {
    private final RunningGateway gateway = RunningGateway.get();
    private final PeopleProvider provider = RunningGateway.people();
    private final HttpClient browser = HttpClient.newBuilder()
            .cookieHandler(new CookieManager(null, CookiePolicy.ACCEPT_ALL))
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();

    @BeforeEach
    void nobodyAttacks() {
        provider.changed = Map.of();
    }

    @AfterEach
    void nobodySignsIn() {
        provider.person = Map.of();
        provider.changed = Map.of();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return browser.send(
                HttpRequest.newBuilder(URI.create(gateway.url() + path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> signIn(String name, List<String> roles) throws IOException, InterruptedException {
        provider.person = Map.of("preferred_username", name, "roles", roles, "groups", List.of("finance", "*"));
        return get("/sign-in/oidc/console");
    }

    @Test
    void aPersonMayDoWhatTheClaimsSay() throws Exception {
        assertThat(get("/sign-in").body()).contains("Sign in with your organisation", "/sign-in/oidc/console");

        HttpResponse<String> page = signIn("dora@example.com", List.of("approver", "something else"));

        assertThat(page.uri().getPath()).isEqualTo("/console/approvals");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("dora@example.com");
        assertThat(get("/console/people").statusCode()).isEqualTo(403);
        assertThat(get("/console/record").statusCode()).isEqualTo(403);
        assertThat(provider.asked)
                .containsEntry("code_challenge_method", "S256")
                .doesNotContainKey("prompt");
        // An administrator sees the account; a group of all groups is nothing that a provider gives.
        assertThat(gateway.page("/console/people").response().body())
                .contains("dora@example.com", "finance")
                .doesNotContain("finance, *");
        RunningGateway.eventually()
                .untilAsserted(() -> assertThat(gateway.console("/audit?type=console.acted&limit=20")
                                .response()
                                .body())
                        .contains("signin.succeeded", "by " + provider.url()));
    }

    @Test
    void rolesAreReadAgainAtEachSignIn() throws Exception {
        signIn("erin", List.of("administrator"));
        assertThat(get("/console/people").statusCode()).isEqualTo(200);

        assertThat(signIn("erin", List.of("viewer")).statusCode()).isEqualTo(200);

        assertThat(get("/console/people").statusCode()).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"admin", "alice", "no name", "../x", ""})
    void aNameThatSomebodyElseHasOrNobodyCanHaveIsRefused(String name) throws Exception {
        HttpResponse<String> page = signIn(name, List.of("administrator"));

        assertThat(page.uri()).hasToString(gateway.url() + "/sign-in?refused");
        assertThat(page.body()).contains("may not sign in here");
        assertThat(get("/console/approvals").uri().getPath()).isEqualTo("/sign-in");
    }

    @Test
    void aNameThatIsGivenToAnotherPersonThereIsRefused() throws Exception {
        assertThat(signIn("iris", List.of("approver")).uri().getPath()).isEqualTo("/console/approvals");

        provider.changed = Map.of("sub", "another person");
        assertThat(signIn("iris", List.of("administrator")).uri()).hasToString(gateway.url() + "/sign-in?refused");
    }

    @Test
    void somebodyWithoutARoleIsRefused() throws Exception {
        assertThat(signIn("frank", List.of("staff")).uri()).hasToString(gateway.url() + "/sign-in?refused");
        assertThat(get("/console/approvals").uri().getPath()).isEqualTo("/sign-in");
    }

    @Test
    void aTokenThatIsNotForThisSignInIsRefused() throws Exception {
        for (Map<String, Object> changed : List.<Map<String, Object>>of(
                Map.of("aud", "another client"),
                Map.of("iss", "http://127.0.0.1:1"),
                Map.of("nonce", "of another sign-in"),
                Map.of("exp", 1_000_000_000L))) {
            provider.changed = changed;
            assertThat(signIn("gina", List.of("administrator")).uri())
                    .as("%s", changed)
                    .hasToString(gateway.url() + "/sign-in?provider");
        }
        assertThat(get("/console/approvals").uri().getPath()).isEqualTo("/sign-in");
    }

    @Test
    void anAnswerThatNobodyAskedForIsRefused() throws Exception {
        assertThat(get("/sign-in/callback/console?code=x&state=y").uri())
                .hasToString(gateway.url() + "/sign-in?provider");
    }

    @Test
    void somebodyMayBeAskedToProveItOnceMore() throws Exception {
        signIn("hank", List.of("approver"));

        provider.person = Map.of("preferred_username", "hank", "roles", List.of("approver"));
        assertThat(get("/sign-in/oidc/console?again").uri().getPath()).isEqualTo("/console/approvals");

        assertThat(provider.asked).containsEntry("prompt", "login").containsEntry("max_age", "0");
    }
}

package io.openclaw.gateway.common.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.policy.AgentKey;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.common.web.ConsoleSecurity;
import io.openclaw.gateway.common.web.ProblemPages;
import io.openclaw.gateway.common.web.WebAddresses;
import io.openclaw.gateway.common.web.WebAnswers;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.Order;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockServletContext;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import tools.jackson.databind.json.JsonMapper;

/** What the filters of a service let through, and what they answer themselves. */
class AgentSecurityTest {
    private static final String KEY = AgentKey.generate();
    private static final String PAGE = "https://app.example.com";

    private static AnnotationConfigWebApplicationContext context;

    @Configuration(proxyBeanMethods = false)
    @EnableWebSecurity
    @Import({ConsoleSecurity.class, WebAnswers.class})
    static class Service {
        @Bean
        GatewayProperties properties() {
            return new GatewayProperties(
                    null,
                    new GatewayProperties.Kafka("", 1, (short) 1, false),
                    new GatewayProperties.Signing(Map.of(), Map.of(), Map.of()),
                    new GatewayProperties.Console(
                            "admin",
                            "secret",
                            List.of(),
                            Map.of(),
                            Duration.ofMinutes(30),
                            Duration.ofHours(12),
                            new GatewayProperties.Oidc(null, "", "", List.of(), "", "", "", Map.of()),
                            Map.of()));
        }

        @Bean
        WebAddresses addresses() {
            return new WebAddresses(List.of(), List.of(PAGE), null);
        }

        @Bean
        Clock clock() {
            return Clock.systemUTC();
        }

        @Bean
        EventPublisher publisher(Clock clock) {
            var template = new KafkaTemplate<String, byte[]>(
                    () -> new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer()));
            return new EventPublisher(
                    template, new EventCodec("/test", Keyring.generated()), new Topics("openclaw."), clock);
        }

        @Bean
        JsonMapper mapper() {
            return JsonMapper.shared();
        }

        @Bean
        @Order(50)
        SecurityFilterChain agentsChain(HttpSecurity http, WebAddresses addresses) {
            var directory = AgentDirectory.of(
                    new PolicyDocument(
                            List.of(new PolicyDocument.Agent(
                                    "demo",
                                    null,
                                    null,
                                    Map.of(),
                                    List.of(),
                                    List.of(new PolicyDocument.Key(AgentKey.sha256(KEY), null)),
                                    List.of())),
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(),
                            PolicyDocument.Defaults.NONE,
                            PolicyDocument.Results.FLAGGED,
                            List.of()),
                    List.of());
            return AgentSecurity.chain(
                    http,
                    new KnownAgents(directory, Clock.systemUTC()),
                    addresses,
                    (request, response, problem) -> ProblemPages.write(response, problem),
                    "/v1/tools",
                    "/v1/tool-calls",
                    "/v1/tool-calls/**",
                    "/mcp");
        }
    }

    @BeforeAll
    static void start() {
        context = new AnnotationConfigWebApplicationContext();
        context.setServletContext(new MockServletContext());
        context.register(Service.class);
        context.refresh();
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    /** An answer, and the path that a handler would have got; null if no handler would have. */
    private record Answer(
            MockHttpServletResponse response, @Nullable String handled) {
        String header(String name) {
            return String.join(", ", response.getHeaders(name));
        }
    }

    private static Answer send(String method, String path, String... headers) throws Exception {
        var request = new MockHttpServletRequest(method, path);
        request.setServletPath(path);
        request.addHeader("Host", "gateway.example:8000");
        request.setServerName("gateway.example");
        request.setServerPort(8000);
        for (int i = 0; i < headers.length; i += 2) {
            request.addHeader(headers[i], headers[i + 1]);
        }
        var response = new MockHttpServletResponse();
        FilterRegistrationBean<?> slashes = context.getBean("trailingSlashes", FilterRegistrationBean.class);
        var security = context.getBean("springSecurityFilterChain", Filter.class);
        Objects.requireNonNull(slashes.getFilter())
                .doFilter(
                        request,
                        response,
                        (one, other) -> security.doFilter(
                                one,
                                other,
                                (handled, answered) -> request.setAttribute(
                                        "handled", ((HttpServletRequest) handled).getRequestURI())));
        return new Answer(response, (String) request.getAttribute("handled"));
    }

    @Nested
    class APageOfAnAllowedOrigin {
        @ParameterizedTest
        @CsvSource({
            "/mcp, POST",
            "/mcp/, POST",
            "/mcp, DELETE",
            "/mcp, GET",
            "/v1/tools, GET",
            "/v1/tool-calls/x, DELETE"
        })
        void asksBeforehandWithoutCredentials(String path, String method) throws Exception {
            Answer answer = send(
                    "OPTIONS",
                    path,
                    "Origin",
                    PAGE,
                    "Access-Control-Request-Method",
                    method,
                    "Access-Control-Request-Headers",
                    "authorization,content-type,mcp-protocol-version,mcp-param-region",
                    "Access-Control-Request-Private-Network",
                    "true");
            assertThat(answer.response().getStatus()).isEqualTo(204);
            assertThat(answer.handled()).isNull();
            assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(PAGE);
            assertThat(answer.header("Access-Control-Allow-Methods")).contains("GET", "POST", "DELETE");
            assertThat(answer.header("Access-Control-Allow-Headers"))
                    .containsIgnoringCase("authorization")
                    .contains("content-type", "mcp-protocol-version", "mcp-param-region");
            assertThat(answer.header("Access-Control-Allow-Private-Network")).isEqualTo("true");
            assertThat(answer.header("Access-Control-Max-Age")).isNotEmpty();
            assertThat(answer.header("Access-Control-Allow-Credentials")).isEmpty();
            assertThat(answer.header("Vary")).contains("Origin");
        }

        @Test
        void mayReadAnAnswer() throws Exception {
            Answer answer = send("POST", "/mcp", "Origin", PAGE, "Authorization", "Bearer " + KEY);
            assertThat(answer.handled()).isEqualTo("/mcp");
            assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(PAGE);
            assertThat(answer.header("Access-Control-Expose-Headers"))
                    .contains("Mcp-Session-Id", "WWW-Authenticate", "Location", "Retry-After");
            assertThat(answer.header("Access-Control-Allow-Credentials")).isEmpty();
        }

        @Test
        void mayReadARefusalToo() throws Exception {
            Answer answer = send("POST", "/mcp", "Origin", PAGE);
            assertThat(answer.response().getStatus()).isEqualTo(401);
            assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(PAGE);
            assertThat(answer.header("Access-Control-Expose-Headers")).contains("WWW-Authenticate");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "/v1/approvals",
                    "/v1/policy/freezes",
                    "/audit",
                    "/audit/export",
                    "/actuator",
                    "/actuator/prometheus",
                    "/v1/vetting",
                    "/v1/vetting/rules"
                })
        void learnsNothingOfWhatPeopleUse(String path) throws Exception {
            Answer asked = send("OPTIONS", path, "Origin", PAGE, "Access-Control-Request-Method", "GET");
            assertThat(asked.response().getStatus()).isEqualTo(401);
            Answer answer = send("GET", path, "Origin", PAGE);
            assertThat(asked.response().getHeaderNames()).noneMatch(name -> name.startsWith("Access-Control"));
            assertThat(answer.response().getHeaderNames()).noneMatch(name -> name.startsWith("Access-Control"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"PUT", "PATCH"})
        void learnsWhichMethodsThereAre(String method) throws Exception {
            Answer asked = send("OPTIONS", "/mcp", "Origin", PAGE, "Access-Control-Request-Method", method);
            assertThat(asked.response().getStatus()).isEqualTo(204);
            assertThat(asked.handled()).isNull();
            assertThat(asked.header("Access-Control-Allow-Origin")).isEqualTo(PAGE);
            assertThat(asked.header("Access-Control-Allow-Methods"))
                    .contains("POST")
                    .doesNotContain(method, "*");
            // One that asks all the same gets the answer of whatever is there, and can read it.
            Answer answer = send(method, "/mcp", "Origin", PAGE, "Authorization", "Bearer " + KEY);
            assertThat(answer.handled()).isEqualTo("/mcp");
            assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(PAGE);
            assertThat(send(method, "/mcp", "Origin", PAGE).response().getStatus())
                    .isEqualTo(401);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "/v1/nope",
                    "/other",
                    "/.well-known/oauth-authorization-server",
                    "/.well-known/oauth-authorization-server/mcp",
                    "/.well-known/openid-configuration"
                })
        void canReadThatThereIsNothing(String path) throws Exception {
            assertThat(send("OPTIONS", path, "Origin", PAGE, "Access-Control-Request-Method", "GET")
                            .header("Access-Control-Allow-Origin"))
                    .isEqualTo(PAGE);
            Answer answer = send("GET", path, "Origin", PAGE);
            assertThat(answer.response().getStatus()).isEqualTo(404);
            assertThat(answer.response().getContentType()).isEqualTo("application/problem+json");
            assertThat(answer.handled()).isNull();
            assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(PAGE);
            assertThat(answer.header("Access-Control-Allow-Credentials")).isEmpty();
            Answer foreign = send("GET", path, "Origin", "https://evil.example");
            assertThat(foreign.header("Access-Control-Allow-Origin")).isEmpty();
        }
    }

    @Nested
    class AnotherPage {
        @ParameterizedTest
        @ValueSource(
                strings = {"https://evil.example", "null", "https://app.example.com:8443", "http://app.example.com"})
        void isRefusedWhateverItSends(String origin) throws Exception {
            for (String method : List.of("OPTIONS", "POST", "GET")) {
                Answer answer = send(
                        method,
                        "/mcp",
                        "Origin",
                        origin,
                        "Access-Control-Request-Method",
                        "POST",
                        "Authorization",
                        "Bearer " + KEY);
                assertThat(answer.response().getStatus()).isEqualTo(403);
                assertThat(answer.response().getContentAsString())
                        .contains(origin, "allowed-origins", "OPENCLAW_ALLOWED_ORIGINS");
                assertThat(answer.handled()).isNull();
                assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
                assertThat(answer.header("Vary")).contains("Origin");
            }
        }
    }

    @Test
    void aProgramGetsNoHeadersOfBrowsers() throws Exception {
        Answer answer = send("POST", "/mcp", "Authorization", "Bearer " + KEY);
        assertThat(answer.handled()).isEqualTo("/mcp");
        assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
    }

    @Nested
    class ASlashAtTheEnd {
        @ParameterizedTest
        @CsvSource({
            "POST, /mcp/, /mcp",
            "GET, /mcp/, /mcp",
            "DELETE, /mcp/, /mcp",
            "OPTIONS, /mcp/, /mcp",
            "GET, /v1/tools/, /v1/tools",
            "POST, /v1/tool-calls/, /v1/tool-calls",
            "GET, /v1/tool-calls/7/, /v1/tool-calls/7"
        })
        void makesNoDifferenceToAnAgent(String method, String path, String handled) throws Exception {
            assertThat(send(method, path, "Authorization", "Bearer " + KEY).handled())
                    .isEqualTo(handled);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "/mcp/",
                    "/mcp//",
                    "/v1/tools/",
                    "/v1/tools//",
                    "/v1/tool-calls/",
                    "/v1/tool-calls/7/",
                    "/v1/approvals/",
                    "/v1/approvals/7/decision/",
                    "/v1/policy/",
                    "/v1/policy/freezes/",
                    "/v1/vetting/rules/",
                    "/audit/",
                    "/actuator/prometheus/",
                    "/v1/",
                    "/other/"
                })
        void isNoWayRoundTheLogin(String path) throws Exception {
            for (String method : List.of("GET", "POST", "DELETE", "OPTIONS")) {
                Answer answer = send(method, path);
                assertThat(answer.handled()).as(method).isNull();
                assertThat(answer.response().getStatus()).as(method).isIn(400, 401, 403, 404);
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"/v1/approvals/", "/v1/policy/", "/v1/policy/freezes/", "/audit/"})
        void opensWhatPeopleUseToNoAgent(String path) throws Exception {
            assertThat(send("GET", path, "Authorization", "Bearer " + KEY).handled())
                    .isNull();
        }
    }
}

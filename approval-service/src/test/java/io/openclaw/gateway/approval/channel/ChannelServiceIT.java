package io.openclaw.gateway.approval.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclaw.gateway.approval.ApprovalConfiguration;
import io.openclaw.gateway.common.boot.GatewayApplication;
import io.openclaw.gateway.common.call.CallIds;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallEscalated;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.common.signing.SigningKey;
import io.openclaw.gateway.common.topic.Service;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

/** The approval service as it starts with settings of channels, on a real broker and database, with a double of each vendor. */
class ChannelServiceIT {
    private static final Map<Service, String> KEYS = Arrays.stream(Service.values())
            .collect(Collectors.toMap(Function.identity(), service -> SigningKey.generate()));
    private static final String PREFIX = "c" + UUID.randomUUID().toString().substring(0, 8) + ".";
    private static final String NUMBER = "4915100000003";
    private static final GraphDouble GRAPH = new GraphDouble();
    private static final SlackDouble SLACK = new SlackDouble();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static ConfigurableApplicationContext service;
    private static String url = "";

    private final Keyring keyring = Keyring.ofAll(KEYS, null);
    private final SignatureChain chain = new SignatureChain(keyring);

    @BeforeAll
    static void start() {
        // What other tests left waiting is nobody's to answer here.
        new Bench().close();
        var database = TestInfrastructure.database();
        Map<String, Object> settings = new HashMap<>(TestInfrastructure.kafkaOfSpring());
        settings.putAll(Map.ofEntries(
                Map.entry("server.port", "0"),
                Map.entry("spring.datasource.url", database.jdbcUrl()),
                Map.entry("spring.datasource.username", database.user()),
                Map.entry("spring.datasource.password", database.password()),
                Map.entry("openclaw.instance", "channels"),
                Map.entry("openclaw.kafka.topic-prefix", PREFIX),
                Map.entry("openclaw.signing.keys.approval", String.valueOf(KEYS.get(Service.APPROVAL))),
                Map.entry("openclaw.console.password", "correct horse battery staple"),
                Map.entry("openclaw.channels.console-url", "https://gateway.example.com"),
                Map.entry("openclaw.channels.people.admin.whatsapp", "+" + NUMBER),
                Map.entry("openclaw.channels.people.admin.slack", "UADMIN"),
                Map.entry("openclaw.channels.whatsapp.url", GRAPH.url().toString()),
                Map.entry("openclaw.channels.whatsapp.access-token", GraphDouble.TOKEN),
                Map.entry("openclaw.channels.whatsapp.phone-number-id", GraphDouble.PHONE),
                Map.entry("openclaw.channels.whatsapp.app-secret", GraphDouble.SECRET),
                Map.entry("openclaw.channels.whatsapp.verify-token", GraphDouble.VERIFY),
                Map.entry("openclaw.channels.whatsapp.template", "approval_request"),
                Map.entry("openclaw.channels.slack.url", SLACK.url().toString()),
                Map.entry("openclaw.channels.slack.bot-token", SlackDouble.TOKEN),
                Map.entry("openclaw.channels.slack.signing-secret", SlackDouble.SECRET),
                Map.entry("logging.level.root", "WARN")));
        KEYS.forEach((name, key) -> settings.put("openclaw.signing.public." + name.label(), SigningKey.publicOf(key)));
        service = GatewayApplication.start(ApprovalConfiguration.class, settings);
        url = "http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port");
    }

    @AfterAll
    static void stop() {
        service.close();
        GRAPH.close();
        SLACK.close();
    }

    private UUID escalate(String command) throws Exception {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        RawJson arguments = RawJson.from(Map.of("command", command));
        ToolCall call = chain.seal(new ToolCall(
                CallIds.next(),
                "build-bot",
                "openclaw",
                "exec",
                arguments,
                Origin.REST,
                Mode.EXECUTE,
                now,
                now.plus(Duration.ofMinutes(10)),
                null,
                null,
                null,
                null,
                0,
                Digest.of("build-bot", "openclaw", "exec", arguments),
                null,
                Map.of()));
        List<Verdict> verdicts = chain.append(
                call,
                List.of(),
                Verdict.of(
                        Stage.POLICY,
                        Decision.ESCALATE,
                        List.of(new Reason("git/push", "it pushes", Severity.MEDIUM)),
                        "policy-1",
                        now,
                        "v"));
        var event = new CallEscalated(
                call,
                chain.append(
                        call, verdicts, Verdict.of(Stage.VETTING, Decision.ALLOW, List.of(), "vetting-1", now, "v")),
                Map.of());
        try (var producer = new KafkaProducer<String, byte[]>(
                TestInfrastructure.kafka(), new StringSerializer(), new ByteArraySerializer())) {
            producer.send(new EventCodec("/test", keyring).encode(event, PREFIX + "calls.escalated", null, now))
                    .get(60, TimeUnit.SECONDS);
        }
        return call.callId();
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HTTP.send(request.timeout(Duration.ofSeconds(60)).build(), BodyHandlers.ofString());
    }

    private static JsonNode look(String path) throws Exception {
        HttpResponse<String> answer = send(HttpRequest.newBuilder(URI.create(url + path))
                .header(
                        "Authorization",
                        "Basic "
                                + Base64.getEncoder()
                                        .encodeToString("admin:correct horse battery staple"
                                                .getBytes(StandardCharsets.UTF_8))));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.MAPPER.readTree(answer.body());
    }

    private static JsonNode decided(UUID id) throws Exception {
        await().atMost(Duration.ofMinutes(2))
                .until(() ->
                        !look("/v1/approvals/" + id).path("status").asString("").equals("PENDING"));
        return look("/v1/approvals/" + id);
    }

    private static JsonNode asked(VendorDouble vendor, String part) {
        await().atMost(Duration.ofMinutes(2))
                .until(() -> vendor.taken().stream()
                        .anyMatch(request -> request.raw().contains(part)));
        return vendor.taken().stream()
                .filter(request -> request.raw().contains(part))
                .findFirst()
                .orElseThrow()
                .body();
    }

    @Test
    void asksInWhatsAppAndTakesTheAnswerWithoutASignIn() throws Exception {
        UUID id = escalate("git push origin whatsapp");
        String token = GraphDouble.token(asked(GRAPH, "git push origin whatsapp"), "Approve");
        GraphDouble.Delivery press = GRAPH.press(NUMBER, token);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + "/v1/channels/whatsapp"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(press.bytes()));
        assertThat(send(request.copy().header("X-Hub-Signature-256", "sha256=00"))
                        .statusCode())
                .isEqualTo(401);
        assertThat(send(request.copy().header("X-Hub-Signature-256", press.signature()))
                        .statusCode())
                .isEqualTo(200);
        JsonNode approval = decided(id);
        assertThat(approval.path("status").asString("")).isEqualTo("APPROVED");
        assertThat(approval.path("decidedBy").asString("")).isEqualTo("admin");
        assertThat(approval.path("channel").asString("")).isEqualTo("whatsapp");
        assertThat(asked(GRAPH, "runs now").path("type").asString("")).isEqualTo("text");
        assertThat(look("/v1/approvals/" + id + "/messages"))
                .hasSize(2)
                .allSatisfy(message ->
                        assertThat(message.path("approver").asString("")).isEqualTo("admin"));
    }

    /** The bytes of a form are signed as they came: a filter that reads parameters would leave others. */
    @Test
    void asksInSlackAndChangesTheMessageWhenItIsDecided() throws Exception {
        UUID id = escalate("npm publish slack");
        String token = SlackDouble.token(asked(SLACK, "npm publish slack"), "deny");
        SlackDouble.Interaction press = SLACK.press("UADMIN", token, Instant.now());
        assertThat(send(HttpRequest.newBuilder(URI.create(url + "/v1/channels/slack"))
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .header("X-Slack-Request-Timestamp", press.timestamp())
                                .header("X-Slack-Signature", press.signature())
                                .POST(BodyPublishers.ofByteArray(press.bytes())))
                        .statusCode())
                .isEqualTo(200);
        assertThat(decided(id).path("status").asString("")).isEqualTo("DENIED");
        assertThat(asked(SLACK, "Denied by admin (slack)").path("ts").asString(""))
                .isNotEmpty();
    }

    @Test
    void showsAtTheConsoleWhoWasAskedAndWhatBecameOfIt() throws Exception {
        UUID id = escalate("docker pull console");
        asked(GRAPH, "docker pull console");
        HttpClient browser = HttpClient.newBuilder()
                .cookieHandler(new CookieManager())
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
        String signIn = page(browser, HttpRequest.newBuilder(URI.create(url + "/sign-in")));
        Matcher token = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"").matcher(signIn);
        assertThat(token.find()).isTrue();
        page(
                browser,
                HttpRequest.newBuilder(URI.create(url + "/sign-in"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString("name=admin&password=correct+horse+battery+staple&_csrf="
                                + URLEncoder.encode(token.group(1), StandardCharsets.UTF_8))));
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(
                                page(browser, HttpRequest.newBuilder(URI.create(url + "/console/approvals/" + id))))
                        .contains("Who was asked", "admin, whatsapp", "admin, slack", "<span>sent"));
    }

    private static String page(HttpClient browser, HttpRequest.Builder request) throws Exception {
        HttpResponse<String> answer =
                browser.send(request.timeout(Duration.ofSeconds(60)).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    @Test
    void answersMetasCheckAndHasNothingElseThere() throws Exception {
        HttpResponse<String> answer = send(HttpRequest.newBuilder(URI.create(url
                + "/v1/channels/whatsapp?hub.mode=subscribe&hub.challenge=42&hub.verify_token=" + GraphDouble.VERIFY)));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("42");
        assertThat(send(HttpRequest.newBuilder(URI.create(url + "/v1/channels/webhook"))
                                .POST(BodyPublishers.ofString("{}")))
                        .statusCode())
                .as("this channel is off")
                .isEqualTo(404);
        assertThat(send(HttpRequest.newBuilder(URI.create(url + "/v1/channels/pigeons")))
                        .statusCode())
                .isEqualTo(404);
    }
}

package io.openclaw.gateway.e2e;

import static io.openclaw.gateway.e2e.RunningGateway.eventually;
import static io.openclaw.gateway.e2e.RunningGateway.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A fleet that speaks Kafka, from outside: the real kcat, with the lines of docs/kafka.md. */
@Order(1)
class InboxIT {
    private static final String SECRET = UUID.randomUUID() + "-" + UUID.randomUUID();
    private static final Path OWN = Path.of("target/inbox").toAbsolutePath();
    private static final String REPLIES = "openclaw.replies.demo";

    private static RunningGateway gateway;
    private static String ask;

    @BeforeAll
    static void makeTheAgentsTopicAndSecret() throws Exception {
        gateway = RunningGateway.get();
        Files.createDirectories(OWN);
        Files.writeString(RunningGateway.inboxSecrets().resolve("demo"), SECRET + "\n");
        try (var admin = Admin.create(gateway.kafka())) {
            if (!admin.listTopics().names().get().contains(REPLIES)) {
                admin.createTopics(List.of(new NewTopic(REPLIES, 1, (short) 1)))
                        .all()
                        .get();
            }
        }
        Files.writeString(OWN.resolve("kcat.conf"), kcatConfiguration());
        Matcher block = Pattern.compile("```bash\n(ask\\(\\).*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("../../docs/kafka.md")));
        assertThat(block.find()).isTrue();
        ask = block.group(1);
        // Whether the topic is there is asked every half minute, and it may have been asked before.
        eventually().until(() -> !replies(ask("{\"tool\":\"clock\"}")).isEmpty());
    }

    @AfterAll
    static void takeTheSecretBack() throws IOException {
        Files.deleteIfExists(RunningGateway.inboxSecrets().resolve("demo"));
    }

    private static String kcatConfiguration() throws IOException {
        Map<String, Object> client = gateway.kafka();
        Matcher login = Pattern.compile("username=\"([^\"]*)\" password=\"([^\"]*)\"")
                .matcher(client.get("sasl.jaas.config").toString());
        assertThat(login.find()).isTrue();
        return Map.of(
                        "bootstrap.servers", client.get("bootstrap.servers"),
                        "security.protocol", client.get("security.protocol"),
                        // Debian's kcat has a librdkafka (2.0) whose SCRAM Kafka 4 refuses.
                        "sasl.mechanism", "PLAIN",
                        "sasl.username", login.group(1),
                        "sasl.password", login.group(2))
                .entrySet()
                .stream()
                .map(setting -> setting.getKey() + "=" + setting.getValue() + "\n")
                .collect(Collectors.joining());
    }

    private static String bash(String script, Map<String, String> environment) {
        try {
            ProcessBuilder builder =
                    new ProcessBuilder("bash", "-euo", "pipefail", "-c", script).directory(OWN.toFile());
            builder.environment().put("KCAT_CONFIG", OWN.resolve("kcat.conf").toString());
            builder.environment().putAll(environment);
            Process process =
                    builder.redirectError(OWN.resolve("kcat.log").toFile()).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue())
                    .as(() -> read(OWN.resolve("kcat.log")))
                    .isZero();
            return said.strip();
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Asks by the lines of the page, and returns the nonce. */
    private static String ask(String body) {
        return ask(body, SECRET, UUID.randomUUID().toString());
    }

    private static String ask(String body, String secret, String nonce) {
        return bash(ask + "ask \"$BODY\"", Map.of("AGENT", "demo", "SECRET", secret, "NONCE", nonce, "BODY", body));
    }

    private static List<JsonNode> replies(String nonce) {
        String said = bash("kcat -F \"$KCAT_CONFIG\" -C -q -t " + REPLIES + " -o beginning -e -f '%k %s\\n'", Map.of());
        return said.lines()
                .filter(line -> line.startsWith(nonce + " "))
                .map(line -> Json.MAPPER.readTree(line.substring(nonce.length() + 1)))
                .toList();
    }

    private static JsonNode reply(String nonce) {
        eventually().until(() -> !replies(nonce).isEmpty());
        return replies(nonce).getFirst();
    }

    private static String deadLetterOf(String key) {
        StringBuilder reason = new StringBuilder();
        eventually().until(() -> {
            String said = bash(
                    "kcat -F \"$KCAT_CONFIG\" -C -q -t openclaw.calls.dead-letter -o beginning -e -f '%h\\n'",
                    Map.of());
            said.lines().filter(line -> line.contains(key)).findFirst().ifPresent(reason::append);
            return !reason.isEmpty();
        });
        return reason.toString();
    }

    @Test
    void aRecordIsACallLikeAnyOtherAndIsAnswered() {
        String nonce = ask("{\"tool\":\"clock\",\"session\":\"s-1\"}");

        JsonNode reply = reply(nonce);
        assertThat(reply.path("status").asString()).isEqualTo("COMPLETED");
        assertThat(reply.path("outcome").asString()).isEqualTo("SUCCEEDED");
        assertThat(reply.path("session").asString()).isEqualTo("s-1");
        assertThat(reply.path("verdicts").size()).isEqualTo(2);
        String callId = reply.path("callId").asString();
        assertThat(gateway.look(callId).text("/outcome")).isEqualTo("SUCCEEDED");
        eventually()
                .untilAsserted(() -> assertThat(gateway.recorded(callId))
                        .contains("call.requested", "call.authorized", "call.cleared", "call.completed"));
    }

    @Test
    void whatVettingDeniesIsDeniedHereToo() {
        JsonNode reply = reply(ask("{\"tool\":\"exec\",\"arguments\":{\"command\":\"rm -rf /\"}}"));
        assertThat(reply.path("outcome").asString()).isEqualTo("DENIED");
        assertThat(reply.at("/verdicts/1/outcome").asString()).isEqualTo("DENY");
    }

    @Test
    void theSameRecordAgainIsTheSameCallAndIsAnsweredAgain() {
        String mark = UUID.randomUUID().toString();
        String body = "{\"tool\":\"count\",\"arguments\":" + json(Map.of("mark", mark)) + "}";
        String nonce = ask(body);
        String callId = reply(nonce).path("callId").asString();

        ask(body, SECRET, nonce);

        eventually().until(() -> replies(nonce).size() == 2);
        assertThat(replies(nonce))
                .allSatisfy(reply -> assertThat(reply.path("callId").asString()).isEqualTo(callId));
        assertThat(TestWorker.get().runsWith(mark)).isEqualTo(1);
    }

    @Test
    void aNonceThatStandsForAnotherRequestIsRefused() {
        String nonce = ask("{\"tool\":\"clock\"}");
        reply(nonce);
        ask("{\"tool\":\"echo\"}", SECRET, nonce);
        eventually().until(() -> replies(nonce).size() == 2);
        assertThat(replies(nonce).getLast().at("/error/type").asString()).isEqualTo("nonce-reused");
    }

    @Test
    void aRecordThatAnotherSecretSignedIsADeadLetterAndNoCall() {
        String nonce = UUID.randomUUID().toString();
        String mark = UUID.randomUUID().toString();
        ask("{\"tool\":\"count\",\"arguments\":" + json(Map.of("mark", mark)) + "}", "not-" + SECRET, nonce);
        assertThat(deadLetterOf(nonce)).contains("wrong-signature").doesNotContain("openclaw-signature=");
        assertThat(replies(nonce)).isEmpty();
        assertThat(TestWorker.get().runsWith(mark)).isZero();
    }

    @Test
    void aRecordThatNobodySignedIsADeadLetterOnRecord() {
        String key = UUID.randomUUID().toString();
        bash(
                "printf %s '{\"tool\":\"clock\"}' | kcat -F \"$KCAT_CONFIG\" -P -t openclaw.calls.inbox -H mark=" + key,
                Map.of());
        assertThat(deadLetterOf(key)).contains("unsigned");
        eventually()
                .untilAsserted(() -> assertThat(gateway.console("/audit?type=dead.letter&limit=100")
                                .response()
                                .body())
                        .contains("unsigned: the header openclaw-agent is missing"));
    }

    @Test
    void aCallThatAPersonHasToDecideAboutIsAnsweredWhenThePersonHas() {
        String mark = UUID.randomUUID().toString();
        String nonce = ask("{\"tool\":\"message\",\"arguments\":" + json(Map.of("mark", mark)) + "}");
        String[] callId = new String[1];
        eventually().until(() -> {
            for (JsonNode waiting :
                    gateway.console("/v1/approvals?status=pending").body()) {
                if (waiting.toString().contains(mark)) {
                    callId[0] = waiting.get("id").asString();
                }
            }
            return callId[0] != null;
        });
        assertThat(replies(nonce)).isEmpty();
        assertThat(gateway.decide(callId[0], "{\"decision\":\"APPROVE\",\"reason\":\"seen\"}")
                        .status())
                .isEqualTo(200);
        assertThat(reply(nonce).path("outcome").asString()).isEqualTo("SUCCEEDED");
    }
}

package io.openclaw.gateway.ingress.web.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.mcp.McpHeaders;
import io.openclaw.gateway.ingress.core.InvalidRequestException;
import io.openclaw.gateway.ingress.core.LimitExceededException;
import io.openclaw.gateway.ingress.core.PipelineUnavailableException;
import io.openclaw.gateway.ingress.core.mcp.JsonRpcException;
import io.openclaw.gateway.ingress.web.mcp.McpDialogue.Answer;
import io.openclaw.gateway.ingress.web.mcp.McpDialogue.Legacy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import tools.jackson.databind.JsonNode;

/** Which era a request belongs to, what it has to say, and what answers a request that cannot be served. */
class McpControllerTest {
    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";

    private final McpDialogue gateway =
            new McpDialogue("files").withTool("files", "read").answering("{\"content\":[]}");

    @Nested
    class AModernRequest {
        @Test
        void needsNoSession() {
            assertThat(gateway.modern().send("tools/list").status()).isEqualTo(200);
        }

        @Test
        void isKnownByItsHeaderOrItsBody() {
            String body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":"
                    + "{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}}";
            Answer byBody = gateway.post(Map.of(), body);
            assertThat(byBody.code()).isEqualTo(JsonRpcException.HEADER_MISMATCH);
            assertThat(byBody.message()).contains("MCP-Protocol-Version is missing");
            Answer byHeader =
                    gateway.post(Map.of(McpHeaders.VERSION, McpDialogue.MODERN, McpHeaders.METHOD, "ping"), PING);
            assertThat(byHeader.message()).contains("params._meta has to say");
        }

        @Test
        void hasToNameInItsHeadersWhatItsBodyNames() {
            assertThat(gateway.modern()
                            .sending(McpHeaders.METHOD, "tools/list")
                            .callTool("read", Map.of())
                            .message())
                    .contains("Mcp-Method is 'tools/list', and the body says 'tools/call'");
            assertThat(gateway.modern()
                            .sending(McpHeaders.NAME, "write")
                            .callTool("read", Map.of())
                            .message())
                    .contains("Mcp-Name is 'write', and the body says 'read'");
            assertThat(gateway.calls()).isEmpty();
        }

        @Test
        void hasToSayWhatItsClientCanDo() {
            Answer answer = gateway.modern()
                    .saying("io.modelcontextprotocol/clientCapabilities", "all")
                    .send("tools/list");
            assertThat(answer.message()).contains("'io.modelcontextprotocol/clientCapabilities', an object");
        }

        @Test
        void ofAnotherRevisionIsAnsweredWithThoseThereAre() {
            Answer answer = gateway.modern()
                    .sending(McpHeaders.VERSION, "2027-01-01")
                    .saying("io.modelcontextprotocol/protocolVersion", "2027-01-01")
                    .send("tools/list");
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.code()).isEqualTo(JsonRpcException.UNSUPPORTED_VERSION);
            assertThat(answer.error().at("/data/requested").asString()).isEqualTo("2027-01-01");
            assertThat(answer.error().at("/data/supported").valueStream().map(JsonNode::asString))
                    .contains("2026-07-28", "2025-11-25");
        }

        @Test
        void thatIsANotificationIsAcceptedWithoutAnAnswer() {
            Answer answer = gateway.post(
                    Map.of(McpHeaders.VERSION, McpDialogue.MODERN, McpHeaders.METHOD, "notifications/x"),
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\",\"params\":{\"_meta\":{"
                            + "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                            + "\"io.modelcontextprotocol/clientCapabilities\":{}}}}");
            assertThat(answer.status()).isEqualTo(202);
            assertThat(answer.messages()).isEmpty();
        }

        @Test
        void isNoResponse() {
            Answer answer = gateway.post(
                    Map.of(McpHeaders.VERSION, McpDialogue.MODERN), "{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"result\":{}}");
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.message()).contains("clients send no responses");
        }

        @ParameterizedTest
        @ValueSource(strings = {"ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe", "no/such"})
        void knowsNoMethodOfTheOlderRevisions(String method) {
            Answer answer = gateway.modern().send(method);
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.code()).isEqualTo(JsonRpcException.METHOD_NOT_FOUND);
        }
    }

    @Nested
    class AnOlderRequest {
        @ParameterizedTest
        @CsvSource({
            "2025-11-25, 2025-11-25",
            "2025-06-18, 2025-06-18",
            "2025-03-26, 2025-03-26",
            "2024-11-05, 2025-11-25",
            "2026-07-28, 2025-11-25"
        })
        void beginsASessionOfARevisionThatBothSpeak(String asked, String agreed) {
            Legacy client = gateway.legacy(asked);
            assertThat(gateway.sessions
                            .find(java.util.UUID.fromString(client.session), "demo")
                            .orElseThrow()
                            .version())
                    .isEqualTo(agreed);
        }

        @Test
        void greetsWithWhatTheGatewayIs() {
            Answer answer = gateway.post(
                    Map.of(),
                    "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"initialize\",\"params\":"
                            + "{\"protocolVersion\":\"2025-11-25\"}}");
            assertThat(answer.json().path("id").asString()).isEqualTo("a");
            assertThat(answer.result().path("protocolVersion").asString()).isEqualTo("2025-11-25");
            assertThat(answer.result().at("/serverInfo/name").asString()).isEqualTo("openclaw-gateway");
            assertThat(answer.result().at("/capabilities").has("logging")).isTrue();
        }

        @Test
        void hasToSayWhichRevisionItBeginsASessionOf() {
            Answer answer =
                    gateway.post(Map.of(), "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{}}");
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.message()).contains("'protocolVersion'");
        }

        @Test
        void keepsNoMoreOfAClientThanAnyNeeds() {
            Answer answer = gateway.post(
                    Map.of(),
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
                            + "\"2025-11-25\",\"clientInfo\":{\"name\":\"" + "x".repeat(20_000) + "\"}}}");
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.message()).contains("'clientInfo' has").contains("it may have 16384");
        }

        @Test
        void needsItsSession() {
            assertThat(gateway.post(Map.of(), PING).status()).isEqualTo(400);
            assertThat(gateway.post(Map.of(), PING).message()).contains("Send Mcp-Session-Id");
            assertThat(gateway.post(Map.of("Mcp-Session-Id", "7"), PING).status())
                    .isEqualTo(404);
            assertThat(gateway.post(Map.of("Mcp-Session-Id", "0190163d-8694-739b-aea5-966c26f8ad91"), PING)
                            .message())
                    .isEqualTo("This session has ended, or never was: begin a new one");
        }

        @Test
        void needsASessionOfItsOwnAgent() {
            Legacy client = gateway.legacy();
            gateway.as("other");
            assertThat(client.send("ping").status()).isEqualTo(404);
        }

        @Test
        void mayNotSendItsSessionTwice() {
            MockHttpServletRequest request =
                    McpDialogue.request("POST", gateway.legacy().headers(), PING);
            request.addHeader("Mcp-Session-Id", "another");
            assertThat(gateway.post(request).message()).contains("Mcp-Session-Id was sent 2 times");
        }

        @Test
        void mayNotSendItsRevisionTwice() {
            MockHttpServletRequest request =
                    McpDialogue.request("POST", gateway.legacy().headers(), PING);
            request.addHeader(McpHeaders.VERSION, "2025-11-25");
            request.addHeader(McpHeaders.VERSION, "2025-06-18");
            assertThat(gateway.post(request).message()).contains("was sent 2 times");
        }

        /** The firewall of Spring Security finds such a value only when it is read. */
        @Test
        void mayNotSendBytesThatNoTextHas() {
            MockHttpServletRequest request = McpDialogue.request("POST", Map.of(), PING);
            request.addHeader("Mcp-Session-Id", "a\u00ff\u0080");
            Answer answer = gateway.post(new StrictHttpFirewall().getFirewalledRequest(request));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.message()).contains("Mcp-Session-Id");
        }

        @Test
        void ofAnUnknownRevisionIsUnsupported() {
            Answer answer =
                    gateway.legacy().sending(McpHeaders.VERSION, "2020-01-01").send("ping");
            assertThat(answer.code()).isEqualTo(JsonRpcException.UNSUPPORTED_VERSION);
        }

        @Test
        void isAnsweredWithAPong() {
            assertThat(gateway.legacy().send("ping").result()).hasToString("{}");
        }

        @ParameterizedTest
        @ValueSource(strings = {"server/discover", "subscriptions/listen", "tasks/get", "tasks/cancel", "tasks/update"})
        void knowsNoMethodOfTheModernRevision(String method) {
            Answer answer = gateway.legacy().send(method);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.code()).isEqualTo(JsonRpcException.METHOD_NOT_FOUND);
        }

        @Test
        void endsItsSession() {
            Legacy client = gateway.legacy();
            assertThat(gateway.delete(client.headers()).status()).isEqualTo(204);
            assertThat(client.send("ping").status()).isEqualTo(404);
            assertThat(gateway.delete(client.headers()).status()).isEqualTo(404);
        }

        @Test
        void setsALevelOfRfc5424Alone() {
            Legacy client = gateway.legacy();
            assertThat(client.send("logging/setLevel", Map.of("level", "alert")).result())
                    .hasToString("{}");
            assertThat(client.send("logging/setLevel", Map.of("level", "loud")).message())
                    .contains("'loud', which is no level of RFC 5424");
            assertThat(client.send("logging/setLevel").message()).isEqualTo("'level' is missing");
        }
    }

    @Nested
    class ABody {
        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "{\"jsonrpc\":\"2.0\"               | it ends where more has to follow",
                    "nonsense                          | it is no JSON",
                    "{\"jsonrpc\":\"2.0\",\"jsonrpc\":\"2.0\"} | twice in one object"
                })
        void thatIsNoJsonIsAParseError(String body, String why) {
            Answer answer = gateway.post(Map.of(), body);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.code()).isEqualTo(JsonRpcException.PARSE_ERROR);
            assertThat(answer.message()).contains(why);
            assertThat(answer.json().get("id").isNull()).isTrue();
        }

        @Test
        void thatIsEmptyIsAParseError() {
            assertThat(gateway.post(Map.of(), " ").message()).isEqualTo("The body is empty");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '~',
                value = {
                    "\"text\"                                              | has to be a JSON object",
                    "{\"id\":1,\"method\":\"ping\"}                          | 'jsonrpc'",
                    "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}        | 'jsonrpc'",
                    "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}     | 'id'",
                    "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}      | 'id'",
                    "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}       | 'id'",
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}             | 'method'",
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"p\",\"params\":[]} | 'params'",
                    "{\"jsonrpc\":\"2.0\",\"id\":1}                        | 'result' or an 'error'",
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1,\"error\":{}}  | 'result' or an 'error'",
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":1}              | 'error'",
                    "{\"jsonrpc\":\"2.0\"}                               | 'method'"
                })
        void thatIsNoMessageIsAnInvalidRequest(String body, String what) {
            Answer answer = gateway.post(Map.of(), body);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.code()).isEqualTo(JsonRpcException.INVALID_REQUEST);
            assertThat(answer.message()).contains(what);
        }

        @Test
        void withParametersOfTheWrongKindNamesThem() {
            Answer answer = gateway.legacy().send("tools/list", Map.of("cursor", Map.of()));
            assertThat(answer.code()).isEqualTo(JsonRpcException.INVALID_PARAMS);
            assertThat(answer.message()).contains("'params' cannot be read").contains("cursor");
        }

        @Test
        void hasToBeJson() {
            MockHttpServletRequest request = McpDialogue.request("POST", Map.of(), PING);
            request.setContentType("text/plain");
            assertThat(gateway.post(request).status()).isEqualTo(415);
        }

        @Test
        void hasToBeAnsweredInAWayThatTheClientTakes() {
            assertThat(gateway.post(Map.of("Accept", "text/html"), PING).status())
                    .isEqualTo(406);
        }
    }

    @Nested
    class ABatch {
        private final Legacy old = gateway.legacy("2025-03-26");

        @Test
        void isAnsweredTogether() {
            Answer answer = old.sendRaw("[" + PING + ",{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"},"
                    + "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"read\"}},7]");
            JsonNode answers = answer.json();
            assertThat(answers).hasSize(3);
            assertThat(answers.get(0).path("result")).hasToString("{}");
            assertThat(answers.get(1).at("/result/content").isArray()).isTrue();
            assertThat(answers.get(2).at("/error/code").asInt()).isEqualTo(JsonRpcException.INVALID_REQUEST);
        }

        @Test
        void ofNotificationsIsAccepted() {
            assertThat(old.sendRaw("[{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}]")
                            .status())
                    .isEqualTo(202);
        }

        @Test
        void beginsNoSession() {
            Answer answer = old.sendRaw("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\"}]");
            assertThat(answer.json().at("/0/error/message").asString()).contains("must not be part of a batch");
        }

        @Test
        void isForSessionsOfItsRevisionAlone() {
            assertThat(gateway.legacy("2025-06-18").sendRaw("[" + PING + "]").status())
                    .isEqualTo(400);
            assertThat(gateway.post(Map.of(), "[" + PING + "]").message())
                    .contains("Batches are for sessions of 2025-03-26");
            assertThat(old.sending(McpHeaders.VERSION, "2025-06-18")
                            .sendRaw("[" + PING + "]")
                            .status())
                    .isEqualTo(400);
        }
    }

    @Nested
    class AFailure {
        private Answer failingWith(RuntimeException problem) {
            gateway.onCall(call -> {
                throw problem;
            });
            return gateway.legacy().callTool("read", Map.of());
        }

        @Test
        void ofTheGatewayIsLoggedUnderAnIdAndTellsNothingElse() {
            Answer answer = failingWith(new IllegalStateException("password in /etc/shadow"));
            assertThat(answer.status()).isEqualTo(500);
            assertThat(answer.code()).isEqualTo(JsonRpcException.INTERNAL_ERROR);
            assertThat(answer.message()).contains("its log says why under").doesNotContain("shadow");
        }

        @Test
        void ofThePipelineIsWorthARetry() {
            Answer answer = failingWith(new PipelineUnavailableException("the broker did not take the call", null));
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("Retry-After")).isEqualTo("1");
        }

        @Test
        void toKeepToALimitSaysWhenToTryAgain() {
            Answer answer =
                    failingWith(new LimitExceededException("too-many-calls", "Too many calls.", Duration.ofSeconds(7)));
            assertThat(answer.status()).isEqualTo(429);
            assertThat(answer.header("Retry-After")).isEqualTo("7");
            assertThat(answer.message()).isEqualTo("Too many calls.");
        }

        @Test
        void toAskForACallIsAboutItsParameters() {
            Answer answer = failingWith(new InvalidRequestException("'arguments': 1e400 is too large"));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.code()).isEqualTo(JsonRpcException.INVALID_PARAMS);
        }
    }

    @Nested
    class AStreamOfItsOwn {
        @Test
        void isForSessionsAlone() {
            Answer answer = gateway.get(Map.of());
            assertThat(answer.status()).isEqualTo(405);
            assertThat(answer.header("Allow")).isEqualTo("POST");
            assertThat(gateway.get(Map.of(McpHeaders.VERSION, McpDialogue.MODERN))
                            .status())
                    .isEqualTo(405);
        }

        @Test
        void needsAClientThatTakesEvents() {
            assertThat(gateway.get(Map.of("Accept", "application/json")).status())
                    .isEqualTo(406);
        }

        @Test
        void needsASessionThatHasNotEnded() {
            assertThat(gateway.get(Map.of("Mcp-Session-Id", "0190163d-8694-739b-aea5-966c26f8ad91"))
                            .status())
                    .isEqualTo(404);
        }

        @Test
        void endsWithTheGateway() {
            gateway.streams.end();
            Answer answer = gateway.get(gateway.legacy().headers());
            assertThat(answer.isStream()).isTrue();
            assertThat(answer.messages()).isEqualTo(List.of());
        }
    }
}

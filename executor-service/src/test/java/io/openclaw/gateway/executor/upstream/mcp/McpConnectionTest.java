package io.openclaw.gateway.executor.upstream.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.mcp.McpContext;
import io.openclaw.gateway.common.mcp.McpHeaders;
import io.openclaw.gateway.common.policy.LeftOut;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.executor.core.Answer;
import io.openclaw.gateway.executor.upstream.Upstream.Listener;
import io.openclaw.gateway.executor.upstream.Upstream.Step;
import io.openclaw.gateway.executor.upstream.UpstreamUnavailableException;
import io.openclaw.gateway.executor.upstream.mcp.McpTransport.Exchange;
import io.openclaw.gateway.executor.upstream.mcp.McpTransport.Outgoing;
import io.openclaw.gateway.executor.upstream.mcp.McpTransport.Receiver;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The protocol towards an MCP server, over a transport in memory. */
@SuppressWarnings(
        "FutureReturnValueIgnored") // Many tests look at what the server was sent, not at the end of the call.
class McpConnectionTest {
    private static final String MODERN_SERVER = "{\"result\":{\"supportedVersions\":[\"2026-07-28\",\"2025-11-25\"],"
            + "\"capabilities\":{\"tools\":{},\"prompts\":{},\"resources\":{}}}}";
    private static final String OLDER_SERVER =
            "{\"result\":{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{},\"logging\":{}}}}";
    private static final String UNKNOWN_METHOD = "{\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}";

    private final Server server = new Server();

    /** A server in memory; what it answers is said by method. */
    private static final class Server implements McpTransport {
        private final Map<String, Function<JsonNode, String>> answers = new LinkedHashMap<>();
        private final List<JsonNode> requests = new ArrayList<>();
        private final List<Outgoing> outgoing = new ArrayList<>();
        private final List<JsonNode> sent = new ArrayList<>();
        private final List<Receiver> receivers = new ArrayList<>();
        private @Nullable UpstreamUnavailableException refusal;
        private String agreed = "";
        private boolean overHttp = true;
        private boolean listening;
        private boolean closed;
        private int hangUps;

        Server answering(String method, String answer) {
            return answering(method, request -> answer);
        }

        Server answering(String method, Function<JsonNode, String> answer) {
            answers.put(method, answer);
            return this;
        }

        List<String> methods() {
            return requests.stream()
                    .map(request -> request.path("method").asString())
                    .toList();
        }

        JsonNode last() {
            return requests.getLast();
        }

        /** Sends a message that belongs to the last request. */
        void says(String message) {
            receivers.getLast().received(message(message));
        }

        void answersLast(String answer) {
            says(withId(answer, last().path("id").asString()));
        }

        private static String withId(String answer, String id) {
            return "{\"jsonrpc\":\"2.0\",\"id\":" + id + "," + answer.substring(1);
        }

        static McpMessage message(String json) {
            return McpMessage.read(json.getBytes(StandardCharsets.UTF_8), null);
        }

        @Override
        public Exchange request(Outgoing request, Receiver receiver) {
            JsonNode json = Json.MAPPER.readTree(request.json());
            requests.add(json);
            outgoing.add(request);
            receivers.add(receiver);
            if (refusal != null) {
                receiver.failed(refusal);
            } else {
                Function<JsonNode, String> answer =
                        answers.get(json.path("method").asString());
                if (answer != null) {
                    receiver.received(message(withId(answer.apply(json), request.id())));
                }
            }
            return () -> hangUps++;
        }

        @Override
        public void send(String json, Map<String, String> headers) {
            sent.add(Json.MAPPER.readTree(json));
        }

        @Override
        public void agreed(String protocolVersion) {
            agreed = protocolVersion;
        }

        @Override
        public void listen() {
            listening = true;
        }

        @Override
        public boolean hasHeaders() {
            return overHttp;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private List<McpConnection> greeted() throws IOException {
        return McpConnection.greet("files", () -> server);
    }

    private McpConnection modern() throws IOException {
        server.answering("server/discover", MODERN_SERVER).answering("initialize", UNKNOWN_METHOD);
        McpConnection connection = greeted().getFirst();
        server.requests.clear();
        server.outgoing.clear();
        return connection;
    }

    private McpConnection older() throws IOException {
        server.answering("server/discover", UNKNOWN_METHOD).answering("initialize", OLDER_SERVER);
        McpConnection connection = greeted().getFirst();
        server.requests.clear();
        server.sent.clear();
        return connection;
    }

    @Nested
    class AGreeting {
        @Test
        void asksForTheNewerEraFirst() throws Exception {
            server.answering("server/discover", MODERN_SERVER).answering("initialize", OLDER_SERVER);
            List<McpConnection> eras = greeted();
            assertThat(eras).extracting(McpConnection::version).containsExactly("2026-07-28", "2025-06-18");
            assertThat(server.methods()).containsExactly("server/discover", "initialize");
        }

        @Test
        void findsAServerThatSpeaksTheNewerEraAlone() throws Exception {
            server.answering("server/discover", MODERN_SERVER).answering("initialize", UNKNOWN_METHOD);
            assertThat(greeted()).extracting(McpConnection::version).containsExactly("2026-07-28");
        }

        /** A process speaks the era in which it was greeted. */
        @Test
        void overStdioIsOneEra() throws Exception {
            server.overHttp = false;
            server.answering("server/discover", MODERN_SERVER);
            assertThat(greeted()).hasSize(1);
        }

        @Test
        void fallsBackToAnOlderServer() throws Exception {
            older();
            assertThat(server.agreed).isEqualTo("2025-06-18");
            assertThat(server.listening).isTrue();
        }

        @Test
        void ofAnOlderServerEndsWithItsNotification() throws Exception {
            server.answering("server/discover", UNKNOWN_METHOD).answering("initialize", OLDER_SERVER);
            greeted();
            assertThat(server.requests.getLast().at("/params/protocolVersion").asString())
                    .isEqualTo("2025-11-25");
            assertThat(server.sent).hasSize(1);
            assertThat(server.sent.getFirst().path("method").asString()).isEqualTo("notifications/initialized");
        }

        @Test
        void fallsBackWhereTheNewerEraIsNotAmongTheVersions() throws Exception {
            server.answering("server/discover", "{\"result\":{\"supportedVersions\":[\"2025-11-25\"]}}")
                    .answering("initialize", OLDER_SERVER);
            assertThat(greeted()).extracting(McpConnection::version).containsExactly("2025-06-18");
        }

        @Test
        void failsWithoutACommonVersion() {
            server.answering(
                    "server/discover",
                    "{\"error\":{\"code\":-32022,\"message\":\"x\",\"data\":{\"supported\":[\"2030-01-01\"]}}}");
            assertThatThrownBy(McpConnectionTest.this::greeted)
                    .isInstanceOf(UpstreamUnavailableException.class)
                    .hasMessageContaining("2030-01-01")
                    .hasMessageContaining("the gateway speaks 2026-07-28");
            assertThat(server.closed).isTrue();
        }

        @Test
        void failsWithAVersionThatIsNotOurs() {
            server.answering("server/discover", UNKNOWN_METHOD)
                    .answering("initialize", "{\"result\":{\"protocolVersion\":\"2019-01-01\"}}");
            assertThatThrownBy(McpConnectionTest.this::greeted).hasMessageContaining("speaks version '2019-01-01'");
        }

        @Test
        void failsAtAServerThatRefusesIt() {
            server.answering("server/discover", UNKNOWN_METHOD).answering("initialize", UNKNOWN_METHOD);
            assertThatThrownBy(McpConnectionTest.this::greeted).hasMessageContaining("refuses to be greeted");
        }

        @Test
        void failsWhereNobodyListens() {
            server.refusal = new UpstreamUnavailableException("refused", false, new ConnectException("refused"));
            assertThatThrownBy(McpConnectionTest.this::greeted).isSameAs(server.refusal);
            assertThat(server.requests).hasSize(1);
        }
    }

    @Nested
    class ARequest {
        @Test
        void ofTheNewerEraSaysEverything() throws Exception {
            McpConnection connection = modern();
            server.answering("server/discover", "{\"result\":{}}");
            connection.ping();
            JsonNode meta = server.last().path("params").path("_meta");
            assertThat(meta.path("io.modelcontextprotocol/protocolVersion").asString())
                    .isEqualTo("2026-07-28");
            assertThat(meta.path("io.modelcontextprotocol/clientInfo")
                            .path("name")
                            .asString())
                    .isEqualTo("openclaw-gateway");
            assertThat(meta.path("io.modelcontextprotocol/clientCapabilities")).hasToString("{}");
            assertThat(server.outgoing.getLast().headers())
                    .containsEntry(McpHeaders.VERSION, "2026-07-28")
                    .containsEntry(McpHeaders.METHOD, "server/discover");
        }

        @Test
        void ofAnOlderEraSaysNothingOfItself() throws Exception {
            McpConnection connection = older();
            server.answering("ping", "{\"result\":{}}");
            connection.ping();
            assertThat(server.last().has("params")).isFalse();
        }

        @Test
        void hasAnIdOfItsOwn() throws Exception {
            McpConnection connection = older();
            server.answering("ping", "{\"result\":{}}");
            connection.ping();
            connection.ping();
            assertThat(server.requests)
                    .extracting(request -> request.path("id").asInt())
                    .doesNotHaveDuplicates();
        }
    }

    @Nested
    class TheTools {
        private McpConnection.Listing listed(McpConnection connection, String... tools) {
            server.answering("tools/list", "{\"result\":{\"tools\":[" + String.join(",", tools) + "]}}");
            return connection.tools();
        }

        @Test
        void areThoseOfAllPages() throws Exception {
            McpConnection connection = modern();
            server.answering(
                    "tools/list",
                    request -> request.at("/params/cursor").asString("").isEmpty()
                            ? "{\"result\":{\"tools\":[{\"name\":\"a\"}],\"nextCursor\":\"2\"}}"
                            : "{\"result\":{\"tools\":[{\"name\":\"b\"}]}}");
            assertThat(connection.tools().tools()).containsOnlyKeys("a", "b");
        }

        @Test
        void doNotGoOnForEver() throws Exception {
            McpConnection connection = modern();
            server.answering("tools/list", "{\"result\":{\"tools\":[],\"nextCursor\":\"again\"}}");
            assertThat(connection.tools().tools()).isEmpty();
            assertThat(server.requests).hasSize(100);
        }

        @Test
        void areLeftOutWithTheReason() throws Exception {
            McpConnection.Listing listing = listed(
                    modern(),
                    "{\"name\":\"a\"}",
                    "{\"name\":\"a\",\"title\":\"again\"}",
                    "{\"name\":7}",
                    "{}",
                    "{\"name\":\"mcp:x\"}",
                    "{\"name\":\"b\",\"description\":{}}");
            assertThat(listing.tools()).containsOnlyKeys("a");
            assertThat(listing.leftOut())
                    .extracting(LeftOut::toString)
                    .anySatisfy(text -> assertThat(text).contains("listed twice"))
                    .anySatisfy(text -> assertThat(text).contains("its name is no string"))
                    .anySatisfy(text -> assertThat(text).contains("it has no name"))
                    .anySatisfy(text -> assertThat(text).contains("are the gateway's"))
                    .anySatisfy(text -> assertThat(text).contains("cannot be read"))
                    .hasSize(5);
        }

        @Test
        void keepTheirWholeDefinition() throws Exception {
            ToolDefinition tool = listed(
                            modern(), "{\"name\":\"a\",\"title\":\"A\",\"outputSchema\":{\"type\":\"object\"}}")
                    .tools()
                    .get("a");
            assertThat(tool).isNotNull();
            assertThat(String.valueOf(tool)).contains("A", "outputSchema");
        }

        @Test
        void areNoneWhereTheServerHasNone() throws Exception {
            server.answering("server/discover", "{\"result\":{\"supportedVersions\":[\"2026-07-28\"]}}")
                    .answering("initialize", UNKNOWN_METHOD);
            McpConnection connection = greeted().getFirst();
            assertThat(connection.tools().tools()).isEmpty();
            assertThat(server.methods()).doesNotContain("tools/list");
        }

        @Test
        void areNoneWhereTheServerRefusesToListThem() throws Exception {
            McpConnection connection = modern();
            server.answering("tools/list", UNKNOWN_METHOD);
            assertThat(connection.tools().tools()).isEmpty();
        }

        @Test
        void comeWithWhatElseThereIs() throws Exception {
            McpConnection connection = modern();
            server.answering("prompts/list", "{\"result\":{\"prompts\":[{\"name\":\"greet\"}]}}")
                    .answering("resources/list", "{\"result\":{\"resources\":[{\"uri\":\"a\"}]}}")
                    .answering("resources/templates/list", UNKNOWN_METHOD);
            assertThat(connection.offers().prompts()).hasSize(1);
            assertThat(connection.offers().resources()).hasSize(1);
            assertThat(connection.offers().resourceTemplates()).isEmpty();
        }
    }

    /** A call at the server, and what its agent's client is told. */
    private static final class Call {
        private final List<String> told = new ArrayList<>();
        private final McpCall call;

        Call(McpConnection connection, McpContext client) {
            call = new McpCall(
                    connection,
                    "tools/call",
                    RawJson.of("{\"name\":\"read\",\"arguments\":{\"path\":\"/a\"}}"),
                    client,
                    List.of(),
                    new Listener() {
                        @Override
                        public void told(String method, RawJson params) {
                            told.add(method + " " + params.text());
                        }
                    });
        }

        CompletableFuture<Step> begin() {
            return call.begin();
        }
    }

    private static McpContext clientWith(String capability) {
        return new McpContext(false, null, RawJson.of("{\"" + capability + "\":{}}"), null, false, null, null);
    }

    private static Answer answer(CompletableFuture<Step> step) {
        assertThat(step).isCompleted();
        return ((Step.Ended) step.join()).answer();
    }

    private static Step.Asks asks(CompletableFuture<Step> step) {
        assertThat(step).isCompleted();
        return (Step.Asks) step.join();
    }

    @Nested
    class ACall {
        @Test
        void namesItsToolInItsHeaders() throws Exception {
            var call = new Call(modern(), McpContext.NONE);
            call.begin();
            assertThat(server.outgoing.getLast().headers())
                    .containsEntry(McpHeaders.METHOD, "tools/call")
                    .containsEntry(McpHeaders.NAME, "read");
            assertThat(server.last().at("/params/arguments/path").asString()).isEqualTo("/a");
        }

        @Test
        void endsWithTheResult() throws Exception {
            CompletableFuture<Step> step = new Call(modern(), McpContext.NONE).begin();
            assertThat(step).isNotDone();
            server.answersLast("{\"result\":{\"content\":[]}}");
            assertThat(answer(step).outcome()).isEqualTo(Outcome.SUCCEEDED);
        }

        @Test
        void endsWithAnErrorOfTheProtocol() throws Exception {
            CompletableFuture<Step> step = new Call(modern(), McpContext.NONE).begin();
            server.answersLast("{\"error\":{\"code\":-32050,\"message\":\"busy\"}}");
            assertThat(answer(step).outcome()).isEqualTo(Outcome.FAILED);
            assertThat(String.valueOf(answer(step).error())).contains("mcp_error");
        }

        @Test
        void failsWithItsTransport() throws Exception {
            CompletableFuture<Step> step = new Call(modern(), McpContext.NONE).begin();
            var lost = new UpstreamUnavailableException("lost", true, new IOException());
            server.receivers.getLast().failed(lost);
            assertThat(step).isCompletedExceptionally();
            assertThatThrownBy(step::join).hasCause(lost);
        }

        @Test
        void passesOnProgressWithoutOurTokenAndLogMessages() throws Exception {
            var call = new Call(modern(), McpContext.NONE);
            call.begin();
            server.says(
                    "{\"method\":\"notifications/progress\",\"params\":{\"progressToken\":\"call-1-2\",\"progress\":1}}");
            server.says("{\"method\":\"notifications/message\",\"params\":{\"level\":\"info\",\"data\":\"x\"}}");
            server.says("{\"method\":\"notifications/other\",\"params\":{}}");
            assertThat(call.told)
                    .containsExactly(
                            "notifications/progress {\"progress\":1}",
                            "notifications/message {\"level\":\"info\",\"data\":\"x\"}");
        }

        @Test
        void hangsUpWhenItIsCancelled() throws Exception {
            CompletableFuture<Step> step = new Call(modern(), McpContext.NONE).begin();
            step.cancel(true);
            assertThat(server.hangUps).isOne();
            assertThat(server.sent).isEmpty();
        }

        @Test
        void saysToAnOlderServerThatItIsCancelled() throws Exception {
            CompletableFuture<Step> step = new Call(older(), McpContext.NONE).begin();
            String id = server.last().path("id").toString();
            step.cancel(true);
            assertThat(server.sent.getLast().path("method").asString()).isEqualTo("notifications/cancelled");
            assertThat(server.sent.getLast().at("/params/requestId")).hasToString(id);
            assertThat(server.hangUps).isOne();
        }

        @Test
        void hearsFromAnOlderServerAtTheLevelThatItsClientWants() throws Exception {
            McpConnection connection = older();
            server.answering("logging/setLevel", "{\"result\":{}}");
            var debugging = new McpContext(true, null, null, "debug", false, null, null);
            new Call(connection, debugging).begin();
            new Call(connection, new McpContext(true, null, null, "error", false, null, null)).begin();
            assertThat(server.methods()).containsExactly("logging/setLevel", "tools/call", "tools/call");
            assertThat(server.requests.getFirst().at("/params/level").asString())
                    .isEqualTo("debug");
        }
    }

    @Nested
    class AQuestionOfAnOlderServer {
        private static final String QUESTION =
                "{\"id\":\"q1\",\"method\":\"elicitation/create\",\"params\":{\"message\":\"Which?\"}}";

        @Test
        void isAStepOfTheCall() throws Exception {
            CompletableFuture<Step> step = new Call(older(), clientWith("elicitation")).begin();
            server.says(QUESTION);
            Step.Asks asks = asks(step);
            assertThat(asks.requests().get("question"))
                    .isEqualTo(RawJson.of("{\"method\":\"elicitation/create\",\"params\":{\"message\":\"Which?\"}}"));

            CompletableFuture<Step> next =
                    asks.next().with(Map.of("question", RawJson.of("{\"action\":\"accept\"}")), Map.of());
            assertThat(server.sent.getLast())
                    .hasToString("{\"jsonrpc\":\"2.0\",\"id\":\"q1\",\"result\":{\"action\":\"accept\"}}");
            server.answersLast("{\"result\":{\"content\":[]}}");
            assertThat(answer(next).outcome()).isEqualTo(Outcome.SUCCEEDED);
        }

        @Test
        void isAnsweredWithTheClientsError() throws Exception {
            CompletableFuture<Step> step = new Call(older(), clientWith("elicitation")).begin();
            server.says(QUESTION);
            asks(step).next().with(Map.of(), Map.of("question", RawJson.of("{\"code\":-1,\"message\":\"no\"}")));
            assertThat(server.sent.getLast().path("error")).hasToString("{\"code\":-1,\"message\":\"no\"}");
        }

        @Test
        void isAnsweredByTheGatewayIfTheClientDoesNot() throws Exception {
            CompletableFuture<Step> step = new Call(older(), clientWith("elicitation")).begin();
            server.says(QUESTION);
            asks(step).next().with(Map.of(), Map.of());
            assertThat(server.sent.getLast().at("/error/message").asString())
                    .isEqualTo("The agent's client did not answer.");
        }

        @Test
        void isRefusedIfTheClientCannotAnswerIt() throws Exception {
            CompletableFuture<Step> step = new Call(older(), McpContext.NONE).begin();
            server.says(QUESTION);
            assertThat(step).isNotDone();
            assertThat(server.sent.getLast().at("/error/code").asInt()).isEqualTo(-32601);
        }

        @Test
        void thatIsAPingIsAnsweredAtOnce() throws Exception {
            new Call(older(), McpContext.NONE).begin();
            server.says("{\"id\":9,\"method\":\"ping\"}");
            assertThat(server.sent.getLast()).hasToString("{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{}}");
        }

        @Test
        void isAskedAHundredTimesAndNoMore() throws Exception {
            CompletableFuture<Step> step = new Call(older(), clientWith("elicitation")).begin();
            for (int i = 0; i < 100; i++) {
                server.says(QUESTION);
                step = asks(step).next().with(Map.of("question", RawJson.EMPTY_OBJECT), Map.of());
            }
            server.says(QUESTION);
            assertThat(step).isNotDone();
            assertThat(server.sent.getLast().at("/error/message").asString())
                    .isEqualTo("This call has asked too much.");
        }

        @Test
        void endsTheCallIfItIsAbandoned() throws Exception {
            CompletableFuture<Step> step = new Call(older(), clientWith("elicitation")).begin();
            server.says(QUESTION);
            asks(step).next().abandon();
            assertThat(server.sent.getLast().path("method").asString()).isEqualTo("notifications/cancelled");
        }
    }

    @Nested
    class AQuestionThatBelongsToNoRequest {
        @Test
        void isTakenForThatOfTheOnlyCallThatCanAnswer() throws Exception {
            McpConnection connection = older();
            CompletableFuture<Step> step = new Call(connection, clientWith("elicitation")).begin();
            new Call(connection, McpContext.NONE).begin();
            assertThat(connection.handle(Server.message("{\"id\":1,\"method\":\"elicitation/create\"}")))
                    .isTrue();
            assertThat(asks(step).requests()).containsKey("question");
        }

        @Test
        void isRefusedIfSeveralCouldAnswer() throws Exception {
            McpConnection connection = older();
            new Call(connection, clientWith("elicitation")).begin();
            new Call(connection, clientWith("elicitation")).begin();
            connection.handle(Server.message("{\"id\":1,\"method\":\"elicitation/create\"}"));
            assertThat(server.sent.getLast().at("/error/message").asString()).contains("several run in this session");
        }

        @Test
        void isRefusedIfNoneCouldAnswer() throws Exception {
            McpConnection connection = older();
            connection.handle(Server.message("{\"id\":1,\"method\":\"sampling/createMessage\"}"));
            assertThat(server.sent.getLast().at("/error/message").asString()).contains("none that runs can answer it");
        }

        @Test
        void forDirectoriesIsAnsweredWithNone() throws Exception {
            older().handle(Server.message("{\"id\":1,\"method\":\"roots/list\"}"));
            assertThat(server.sent.getLast().at("/result/roots")).isEmpty();
        }

        @Test
        void leavesALogMessageToTheOnlyCallThatRuns() throws Exception {
            McpConnection connection = older();
            McpMessage message = Server.message("{\"method\":\"notifications/message\",\"params\":{\"data\":1}}");
            assertThat(connection.handle(message)).isFalse();
            var call = new Call(connection, McpContext.NONE);
            CompletableFuture<Step> step = call.begin();
            assertThat(connection.handle(message)).isTrue();
            assertThat(call.told).hasSize(1);
            server.answersLast("{\"result\":{}}");
            assertThat(step).isCompleted();
            assertThat(connection.handle(message)).isFalse();
        }
    }

    @Nested
    class AResultOfTheNewerEraThatWantsInput {
        private static final String WANTS = "{\"result\":{\"resultType\":\"input_required\",\"requestState\":\"s1\","
                + "\"inputRequests\":{\"branch\":{\"method\":\"elicitation/create\",\"params\":{}}}}}";

        @Test
        void isAStepOfTheCallThatAsksAgain() throws Exception {
            CompletableFuture<Step> step = new Call(modern(), clientWith("elicitation")).begin();
            server.answersLast(WANTS);
            Step.Asks asks = asks(step);
            assertThat(asks.requests()).containsOnlyKeys("branch");
            CompletableFuture<Step> next =
                    asks.next().with(Map.of("branch", RawJson.of("{\"action\":\"accept\"}")), Map.of());
            assertThat(server.requests).hasSize(2);
            assertThat(server.last().at("/params/requestState").asString()).isEqualTo("s1");
            assertThat(server.last().at("/params/inputResponses/branch/action").asString())
                    .isEqualTo("accept");
            assertThat(server.last().at("/params/arguments/path").asString()).isEqualTo("/a");
            server.answersLast("{\"result\":{\"content\":[],\"resultType\":\"complete\"}}");
            assertThat(answer(next).outcome()).isEqualTo(Outcome.SUCCEEDED);
        }

        @Test
        void takesAnErrorOfTheClientForACancellation() throws Exception {
            CompletableFuture<Step> step = new Call(modern(), clientWith("elicitation")).begin();
            server.answersLast(WANTS);
            asks(step).next().with(Map.of(), Map.of("branch", RawJson.of("{\"code\":-1}")));
            assertThat(server.last().at("/params/inputResponses/branch")).hasToString("{\"action\":\"cancel\"}");
        }

        @Test
        void endsTheCallIfTheClientCannotAnswer() throws Exception {
            CompletableFuture<Step> step = new Call(modern(), McpContext.NONE).begin();
            server.answersLast(WANTS);
            assertThat(answer(step).outcome()).isEqualTo(Outcome.FAILED);
            assertThat(String.valueOf(answer(step).error())).contains("cannot answer");
        }

        @Test
        void endsTheCallThatAsksTooMuch() throws Exception {
            CompletableFuture<Step> step = new Call(modern(), clientWith("elicitation")).begin();
            for (int i = 0; i < 100; i++) {
                server.answersLast(WANTS);
                step = asks(step).next().with(Map.of("branch", RawJson.EMPTY_OBJECT), Map.of());
            }
            server.answersLast(WANTS);
            assertThat(String.valueOf(answer(step).error())).contains("asked too much");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"\\\"input_required\\\"\"}]}}",
                    "{\"result\":{\"content\":[],\"structuredContent\":{\"a\":\"input_required\"}}}"
                })
        void isNotOneThatOnlyMentionsIt(String answer) throws Exception {
            CompletableFuture<Step> step = new Call(modern(), clientWith("elicitation")).begin();
            server.answersLast(answer);
            assertThat(answer(step).outcome()).isEqualTo(Outcome.SUCCEEDED);
        }

        @Test
        void carriesWhatTheClientGaveUnasked() throws Exception {
            var giving = new McpContext(false, null, null, null, false, RawJson.of("{\"k\":{\"a\":1}}"), null);
            new Call(modern(), giving).begin();
            assertThat(server.last().at("/params/inputResponses/k/a").asInt()).isOne();
        }
    }

    @Test
    void listensForChangesOfWhatItNames() throws Exception {
        McpConnection connection = modern();
        connection.listen(List.of("file:///a"), new Receiver() {
            @Override
            public void received(McpMessage message) {}

            @Override
            public void failed(UpstreamUnavailableException why) {}
        });
        JsonNode wanted = server.last().at("/params/notifications");
        assertThat(wanted.path("toolsListChanged").asBoolean()).isTrue();
        assertThat(wanted.at("/resourceSubscriptions/0").asString()).isEqualTo("file:///a");
    }

    @Test
    void closesItsTransport() throws Exception {
        modern().close();
        assertThat(server.closed).isTrue();
    }
}

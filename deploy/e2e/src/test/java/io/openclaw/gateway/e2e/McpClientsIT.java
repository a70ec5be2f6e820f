package io.openclaw.gateway.e2e;

import static io.openclaw.gateway.e2e.RunningGateway.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.policy.AgentKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Real MCP clients, and real upstreams behind the gateway, all at once: an OpenClaw worker, server-everything over HTTP and
 * stdio, server-filesystem and server-memory; and an agent that may use a part of them.
 */
@Tag(NpmAhead.TAG)
@Order(4)
class McpClientsIT {
    private static final String KEY = AgentKey.generate();
    private static final Path POLICY = RunningGateway.data().resolve("policy/federation.yaml");

    private static NodeServer everything;
    private static RunningGateway gateway;
    private static Path files;

    @BeforeAll
    static void startThem() throws Exception {
        RealWorker worker = RealWorker.get();
        everything = NodeServer.everything();
        gateway = RunningGateway.on(worker.url(), RealWorker.TOKEN);
        // Neither in the data directory nor below deploy, which no agent may touch.
        files = Files.createTempDirectory("openclaw-files");
        Files.writeString(files.resolve("hello.txt"), "hello from a file");
        Path node = Npm.node().resolve("node");
        Files.writeString(POLICY, """
                upstreams:
                  - name: everything
                    mcp: {urls: ["%1$s"]}
                  - name: everything-stdio
                    stdio: {command: "%2$s", args: ["%3$s", stdio], env: {GREETING: hello}}
                  - name: files
                    stdio: {command: "%2$s", args: ["%4$s", "%5$s"]}
                  - name: memory
                    stdio: {command: "%2$s", args: ["%6$s"], env: {MEMORY_FILE_PATH: "%5$s/memory.json"}}
                roles:
                  - id: partial
                    allow: ["everything/*", "everything-stdio/get-env", "files/read_*", "files/list_*", "memory/*", "openclaw/sessions_list"]
                    deny: ["everything/get-env"]
                    escalate: ["files/write_file"]
                agents:
                  - {id: partial, roles: [partial], keys: [{sha256: "%7$s"}]}
                """.formatted(
                        everything.url(),
                        node,
                        NodeServer.script("server-everything", "dist/index.js"),
                        NodeServer.script("server-filesystem", "dist/index.js"),
                        files,
                        NodeServer.script("server-memory", "dist/index.js"),
                        AgentKey.sha256(KEY)));
        eventually()
                .atMost(Duration.ofMinutes(2))
                .untilAsserted(() -> assertThat(McpSession.modern(url(), KEY).tools())
                        .contains(
                                "everything__echo",
                                "everything-stdio__get-env",
                                "files__read_text_file",
                                "files__list_allowed_directories",
                                "memory__read_graph",
                                "openclaw__sessions_list"));
    }

    @AfterAll
    static void stopThem() throws IOException {
        Files.deleteIfExists(POLICY);
        everything.close();
    }

    private static String url() {
        return gateway.url() + "/mcp";
    }

    @Test
    void theListIsThatOfAllUpstreamsAsFarAsTheAgentMayUseThem() {
        List<String> tools = McpSession.modern(url(), KEY).tools();
        assertThat(tools)
                .contains("files__list_directory", "files__write_file", "gateway__call_status")
                .doesNotContain("everything__get-env", "everything-stdio__echo", "files__move_file", "openclaw__exec")
                .allSatisfy(name -> assertThat(name).matches("[A-Za-z0-9_-]{1,64}"));
        assertThat(McpSession.begin(url(), KEY, "{}").tools()).isEqualTo(tools);
    }

    @Test
    void everyUpstreamAnswers() {
        McpSession client = McpSession.modern(url(), KEY);
        assertThat(client.call("everything__echo", "{\"message\":\"hi\"}").text("/result/content/0/text"))
                .isEqualTo("Echo: hi");
        assertThat(client.call("files__read_text_file", "{\"path\":\"" + files.resolve("hello.txt") + "\"}")
                        .text("/result/content/0/text"))
                .isEqualTo("hello from a file");
        assertThat(client.call(
                                "memory__create_entities",
                                "{\"entities\":[{\"name\":\"Ada\",\"entityType\":\"person\",\"observations\":[]}]}")
                        .at("/result/isError")
                        .asBoolean(false))
                .isFalse();
        assertThat(client.call("memory__read_graph", "{}").text("/result/content/0/text"))
                .contains("Ada");
        eventually()
                .atMost(Duration.ofMinutes(2))
                .untilAsserted(() -> assertThat(
                                client.call("openclaw__sessions_list", "{}").text("/result/content/0/text"))
                        .contains("sessions"));
    }

    @Test
    void aChildProcessSeesNothingOfTheExecutorsEnvironment() {
        String environment = McpSession.modern(url(), KEY)
                .call("everything-stdio__get-env", "{}")
                .text("/result/content/0/text");
        assertThat(environment)
                .contains("GREETING")
                .doesNotContain("OPENCLAW_WORKER_TOKEN", RealWorker.TOKEN, "JUDGE_URL", "PASSWORD");
    }

    @Test
    void whatTheAgentMayNotUseIsRefusedWithTheRule() {
        McpSession.Reply reply = McpSession.modern(url(), KEY).call("everything__get-env", "{}");
        assertThat(reply.at("/result/isError").asBoolean()).isTrue();
        assertThat(reply.text("/result/content/0/text"))
                .contains("refused", "roles/partial/deny:everything/get-env", "Do not try to get around");
    }

    @Test
    void promptsAndResourcesAreGovernedLikeTools() {
        McpSession client = McpSession.modern(url(), KEY);
        assertThat(client.request("prompts/list", "{}").at("/result/prompts").valueStream())
                .anySatisfy(
                        prompt -> assertThat(prompt.path("name").asString()).isEqualTo("everything__simple-prompt"));
        assertThat(client.request("prompts/get", "{\"name\":\"everything__simple-prompt\"}")
                        .at("/result/messages"))
                .isNotEmpty();
        String uri = client.request("resources/list", "{}").text("/result/resources/0/uri");
        assertThat(client.request("resources/read", "{\"uri\":\"" + uri + "\"}").text("/result/contents/0/uri"))
                .isEqualTo(uri);
        // The demo agent has no upstream with resources.
        McpSession.Reply refused = McpSession.modern(url(), gateway.setting("AGENT_KEY"))
                .request("resources/read", "{\"uri\":\"" + uri + "\"}");
        assertThat(refused.at("/error/code").asInt()).isEqualTo(-32602);
        eventually()
                .untilAsserted(() -> assertThat(gateway.console("/audit?agent=partial&tool=mcp:resources.read")
                                .at("/events"))
                        .isNotEmpty());
    }

    @Test
    void anUpstreamThatDiesTakesDownOnlyItsOwnTools() throws Exception {
        String script = NodeServer.script("server-memory", "dist/index.js").toString();
        ProcessHandle memory = gateway.descendants()
                .filter(handle ->
                        List.of(handle.info().arguments().orElse(new String[0])).contains(script))
                .findFirst()
                .orElseThrow();
        McpSession client = McpSession.modern(url(), KEY);
        memory.destroyForcibly();
        assertThat(client.call("everything__echo", "{\"message\":\"still\"}").text("/result/content/0/text"))
                .isEqualTo("Echo: still");
        // It is started again.
        eventually()
                .atMost(Duration.ofMinutes(2))
                .untilAsserted(
                        () -> assertThat(client.call("memory__read_graph", "{}").text("/result/content/0/text"))
                                .contains("entities"));
        assertThat(gateway.get("/health").status()).isEqualTo(200);
    }

    @Test
    void theInspectorListsAndCalls() throws Exception {
        Path inspector = NodeServer.inspector();
        String header = "Authorization: Bearer " + KEY;
        JsonNode list =
                run(inspector, "--cli", url(), "--transport", "http", "--method", "tools/list", "--header", header);
        assertThat(list.path("tools")
                        .valueStream()
                        .map(tool -> tool.path("name").asString()))
                .contains("everything__echo");
        JsonNode result = run(
                inspector,
                "--cli",
                url(),
                "--transport",
                "http",
                "--method",
                "tools/call",
                "--tool-name",
                "everything__echo",
                "--tool-arg",
                "message=inspected",
                "--header",
                header);
        assertThat(result.at("/content/0/text").asString()).isEqualTo("Echo: inspected");
    }

    @Test
    void bothTypescriptSdksListAndCall() throws Exception {
        Path script = NodeServer.ownScript("client.mjs");
        for (Map.Entry<String, String> sdk :
                Map.of("sdk1", "2025-11-25", "sdk2", "2026-07-28").entrySet()) {
            JsonNode seen = run(script, sdk.getKey(), url(), KEY, "everything__echo", "{\"message\":\"typed\"}");
            assertThat(seen.path("version").asString()).isEqualTo(sdk.getValue());
            assertThat(seen.path("tools").valueStream().map(JsonNode::asString)).contains("memory__read_graph");
            assertThat(seen.at("/result/content/0/text").asString()).isEqualTo("Echo: typed");
        }
    }

    @Test
    void progressOfALongCallReachesItsClient() throws Exception {
        JsonNode seen = run(
                NodeServer.ownScript("client.mjs"),
                "sdk1",
                url(),
                KEY,
                "everything__trigger-long-running-operation",
                "{\"duration\":1,\"steps\":4}");
        assertThat(seen.path("progress").size()).isEqualTo(4);
    }

    @Test
    void theJavaSdkListsCallsAndAnswersAnElicitation() {
        var transport = HttpClientStreamableHttpTransport.builder(gateway.url())
                .endpoint("/mcp")
                .customizeClient(client -> client.connectTimeout(Duration.ofSeconds(5)))
                .addHttpRequestCustomizer(
                        (builder, method, uri, body, context) -> builder.setHeader("Authorization", "Bearer " + KEY))
                .build();
        try (var client = McpClient.sync(transport)
                .requestTimeout(Duration.ofSeconds(20))
                .capabilities(
                        McpSchema.ClientCapabilities.builder().elicitation().build())
                .elicitation(request -> new McpSchema.ElicitResult(
                        McpSchema.ElicitResult.Action.ACCEPT, Map.of("name", "Ada"), Map.of()))
                .build()) {
            client.initialize();
            assertThat(client.listTools().tools()).anyMatch(tool -> tool.name().equals("everything__echo"));
            var result = client.callTool(McpSchema.CallToolRequest.builder("everything__trigger-elicitation-request")
                    .build());
            assertThat(result.content().toString()).contains("Ada");
        }
    }

    @Test
    void openClawItselfConnectsAndFindsTheTools() throws Exception {
        Path home = Files.createDirectories(RunningGateway.data().resolve("openclaw-home"));
        Path openclaw = RealWorker.installed();
        String added = output(openClaw(
                home,
                openclaw,
                "mcp",
                "add",
                "gateway",
                "--url",
                url(),
                "--transport",
                "streamable-http",
                "--header",
                "Authorization=Bearer " + KEY));
        assertThat(added).contains("Saved MCP server");
        String doctor = output(openClaw(home, openclaw, "mcp", "doctor", "gateway", "--probe", "--json"));
        JsonNode report = Json.MAPPER.readTree(doctor.substring(doctor.indexOf('{')));
        assertThat(report.path("ok").asBoolean()).isTrue();
        assertThat(report.at("/servers/0/ok").asBoolean()).isTrue();
        String probe = output(openClaw(home, openclaw, "mcp", "probe", "gateway", "--json"));
        assertThat(probe).contains("everything__echo");
    }

    private static ProcessBuilder openClaw(Path home, Path openclaw, String... arguments) {
        ProcessBuilder builder = Npm.script(openclaw, arguments);
        builder.environment().put("HOME", home.toString());
        builder.environment()
                .put("OPENCLAW_STATE_DIR", home.resolve(".openclaw").toString());
        return builder;
    }

    private static JsonNode run(Path script, String... arguments) throws Exception {
        String output = output(
                Npm.script(script, arguments).directory(NodeServer.packages().toFile()));
        return Json.MAPPER.readTree(output.substring(output.indexOf('{')));
    }

    private static String output(ProcessBuilder builder) throws Exception {
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }
}

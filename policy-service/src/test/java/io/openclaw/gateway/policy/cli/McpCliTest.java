package io.openclaw.gateway.policy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.policy.core.PolicyText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class McpCliTest {
    private static final String OPENCLAW = """
            // what OpenClaw writes is JSON5
            {
              mcp: {
                servers: {
                  files: {command: 'npx', args: ['-y', '@modelcontextprotocol/server-filesystem', '/srv'],},
                  github: {
                    url: "https://api.example.com/mcp", transport: "streamable-http",
                    headers: {Authorization: "Bearer ghp_0123456789abcdefghijABCDEFGHIJ456789"},
                  },
                  old: {url: "https://old.example.com/sse", transport: "sse"},
                  off: {command: "x", enabled: false},
                },
              },
            }
            """;
    private static final String PROJECT = """
            {"mcpServers": {
              "my db!": {"command": "db-mcp", "args": ["--url", "${DB_URL}"], "env": {"DB_PASSWORD": "hunter2", "MODE": "ro", "HOST": "${HOST:-localhost}"}, "cwd": "/srv/db"},
              "gateway": {"type": "http", "url": "https://x.example.com/mcp"}}}
            """;

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void thereIsAPolicy() throws IOException {
        Files.createDirectories(directory.resolve("policy"));
        Files.writeString(
                directory.resolve("policy/policy.yaml"),
                "agents: [{id: demo, keys: [{sha256: '" + "0".repeat(64) + "'}]}]\n");
        Files.writeString(
                directory.resolve("quickstart.env"), "GATEWAY_URL=http://127.0.0.1:8123\nAGENT_KEY=ocg_key\n");
    }

    private int run(String file, String content, String... more) throws IOException {
        Path written = Files.writeString(directory.resolve(file), content);
        var args = new java.util.ArrayList<>(List.of(
                "import", written.toString(), "--env", directory.resolve(".env").toString()));
        args.addAll(List.of(more));
        Map<String, String> environment =
                Map.of("DATA_DIR", directory.toString(), "DB_URL", "postgres://u:p@db.example.com/x");
        return McpCli.run(
                args.toArray(String[]::new), environment, new PrintStream(out, true), new PrintStream(err, true));
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private Map<String, String> policy(String imported) throws IOException {
        Map<String, String> files = new HashMap<>();
        for (String name : List.of("policy.yaml", imported)) {
            files.put(name, Files.readString(directory.resolve("policy").resolve(name)));
        }
        return files;
    }

    @Test
    void whatOpenClawUsesBecomesUpstreamsAndItsSecretsAreKeptApart() throws IOException {
        assertThat(run("openclaw.json", OPENCLAW)).isZero();

        var document = PolicyText.read(policy("imported-openclaw.yaml")).document();
        assertThat(document.upstreams()).extracting("name").containsExactlyInAnyOrder("files", "github");
        assertThat(document.upstreams())
                .filteredOn(upstream -> upstream.name().equals("github"))
                .first()
                .satisfies(github -> assertThat(
                                Objects.requireNonNull(github.mcp()).headers())
                        .containsEntry("Authorization", "${UPSTREAM_GITHUB_AUTHORIZATION}"));
        assertThat(Files.readString(directory.resolve("policy/imported-openclaw.yaml")))
                .doesNotContain("ghp_");
        assertThat(Files.readString(directory.resolve(".env")))
                .contains("UPSTREAM_GITHUB_AUTHORIZATION=Bearer ghp_0123456789abcdefghijABCDEFGHIJ456789");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(".env"))))
                .isEqualTo("rw-------");
        assertThat(said())
                .contains("Left out: old", "Left out: off: it is disabled")
                .contains(
                        "openclaw mcp set openclaw-gateway '{\"url\":\"http://127.0.0.1:8123/mcp\"", "Bearer ocg_key");
    }

    @Test
    void variablesThatAClientWouldReplaceAreReplacedAndNamesAreMadeFit() throws IOException {
        assertThat(run(".mcp.json", PROJECT)).isZero();

        var upstreams =
                PolicyText.read(policy("imported-project.yaml")).document().upstreams();
        assertThat(upstreams).extracting("name").containsExactlyInAnyOrder("my-db-", "gateway-server");
        var db = upstreams.stream()
                .flatMap(each -> Stream.ofNullable(each.stdio()))
                .findFirst()
                .orElseThrow();
        assertThat(db.env())
                .containsEntry("DB_PASSWORD", "${UPSTREAM_MY_DB_DB_PASSWORD}")
                .containsEntry("MODE", "ro")
                .containsEntry("HOST", "${UPSTREAM_MY_DB_HOST}");
        assertThat(db.directory()).isEqualTo("/srv/db");
        assertThat(Files.readString(directory.resolve(".env")))
                .contains("=hunter2", "postgres://u:p@db.example.com/x", "UPSTREAM_MY_DB_HOST=localhost");
        assertThat(said()).contains("\"type\": \"http\", \"url\": \"http://127.0.0.1:8123/mcp\"");
    }

    @Test
    void anImportIsNotWrittenOverUnlessThatIsWanted() throws IOException {
        assertThat(run("openclaw.json", OPENCLAW)).isZero();
        assertThat(run("openclaw.json", OPENCLAW)).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("--force");
        assertThat(run("openclaw.json", OPENCLAW, "--force")).isZero();
        assertThat(Files.readString(directory.resolve(".env"))).containsOnlyOnce("UPSTREAM_GITHUB_AUTHORIZATION");
    }

    @Test
    void claudeDesktopIsTakenToTheGatewayByACommand() throws IOException {
        assertThat(run("claude_desktop_config.json", "{\"mcpServers\": {\"a\": {\"command\": \"a\"}}}"))
                .isZero();
        assertThat(said()).contains("\"mcp-remote\", \"http://127.0.0.1:8123/mcp\"");
    }

    @Test
    void whatHasNoServersOrWouldBreakThePolicyChangesNothing() throws IOException {
        assertThat(run("x.json", "{\"a\": 1}")).isEqualTo(2);
        assertThat(run("x.json", "{not json")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("mcpServers", "cannot be read");
        Files.writeString(directory.resolve("policy/more.yaml"), "upstreams: [{name: files}]\n");
        assertThat(run("openclaw.json", OPENCLAW)).isEqualTo(2);
        assertThat(directory.resolve("policy/imported-openclaw.yaml")).doesNotExist();
        assertThat(directory.resolve(".env")).doesNotExist();
    }
}

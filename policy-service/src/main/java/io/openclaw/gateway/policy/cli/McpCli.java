package io.openclaw.gateway.policy.cli;

import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.policy.core.ClientServers;
import io.openclaw.gateway.policy.core.InvalidPolicyException;
import io.openclaw.gateway.policy.core.PolicyText;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/** The command line of MCP. */
@Command(
        name = "deploy/mcp",
        mixinStandardHelpOptions = true,
        synopsisHeading = "",
        customSynopsis = {
            "deploy/mcp import FILE [--policy DIR] [--env FILE] [--agent ID] [--url URL] [--force]",
            "  Puts the MCP servers of a client behind the gateway. FILE is OpenClaw's openclaw.json, Claude's",
            "  claude_desktop_config.json, or a .mcp.json; it is not changed.",
            "  --policy DIR   where the upstreams are written (default: data/policy, as deploy/run has it)",
            "  --env FILE     where the secrets among them are written, with mode 600 (default: .env)",
            "  --agent ID     the agent that may use their tools (default: demo)",
            "  --url URL      where clients reach the gateway (default: that of data/quickstart.env)",
            "  --force        writes over an earlier import"
        })
public final class McpCli implements Runnable {
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
            .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
            .build();

    private final Map<String, String> environment;
    private final PrintStream out;

    private McpCli(Map<String, String> environment, PrintStream out) {
        this.environment = environment;
        this.out = out;
    }

    static void main(String... args) {
        System.exit(run(args, System.getenv(), System.out, System.err));
    }

    /**
     * Does what the arguments say.
     *
     * @param environment variables that a configuration may name, and {@code DATA_DIR}
     * @return the exit status: 0 done, 2 it could not be done
     */
    public static int run(String[] args, Map<String, String> environment, PrintStream out, PrintStream err) {
        return CliException.exitStatusOf(new CommandLine(new McpCli(environment, out)), "deploy/mcp", args, out, err);
    }

    /** Without a command it says which there are. */
    @Override
    public void run() {
        throw new CommandLine.ParameterException(new CommandLine(this), "what is to be done?");
    }

    @Command(name = "import")
    int importServers(
            @Parameters(paramLabel = "FILE") Path file,
            @Option(names = "--policy", paramLabel = "DIR") @Nullable Path policyDirectory,
            @Option(names = "--env", paramLabel = "FILE", defaultValue = ".env") Path secrets,
            @Option(names = "--agent", paramLabel = "ID", defaultValue = "demo") String agent,
            @Option(names = "--url", paramLabel = "URL") @Nullable String url,
            @Option(names = "--force") boolean force)
            throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new CliException("there is no file " + file);
        }
        String name = String.valueOf(file.getFileName());
        ClientServers servers = read(name, file);
        if (servers.upstreams().isEmpty()) {
            throw new CliException("nothing to import: " + String.join("; ", servers.leftOut()));
        }
        Path data = Path.of(environment.getOrDefault("DATA_DIR", "data"));
        Path policy = policyDirectory == null ? data.resolve("policy") : policyDirectory;
        Path target = policy.resolve("imported-" + servers.client().name().toLowerCase(Locale.ROOT) + ".yaml");
        if (Files.exists(target) && !force) {
            throw new CliException(target + " is there already; --force writes over it");
        }
        String yaml = yaml(name, servers, agent);
        check(policy, target, yaml);
        int written = keep(servers.secrets(), secrets);
        Files.createDirectories(policy);
        Files.writeString(target, yaml);

        out.println("Written to " + target + ": "
                + servers.upstreams().stream()
                        .map(PolicyDocument.Upstream::name)
                        .collect(Collectors.joining(", "))
                + ". The agent '" + agent + "' may use all their tools; the file says how to allow less.");
        servers.leftOut().forEach(why -> out.println("Left out: " + why));
        if (!servers.secrets().isEmpty()) {
            out.println("Secrets (" + String.join(", ", servers.secrets().keySet()) + "): " + written + " written to "
                    + secrets + "; start the gateway again, so that it reads them.");
        }
        out.println();
        out.println("Point the client at the gateway, and at nothing else:");
        out.println("  " + change(servers, data, agent, url));
        return 0;
    }

    private ClientServers read(String name, Path file) throws IOException {
        try {
            return ClientServers.read(name, Files.readString(file), environment::get);
        } catch (IllegalArgumentException e) {
            throw new CliException(String.valueOf(e.getMessage()));
        }
    }

    private static String yaml(String name, ClientServers servers, String agent) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("upstreams", servers.upstreams());
        document.put(
                "rules",
                List.of(Map.of(
                        "id", "imported-" + servers.client().name().toLowerCase(Locale.ROOT),
                        "tools",
                                servers.upstreams().stream()
                                        .map(upstream -> upstream.name() + "/*")
                                        .toList(),
                        "when", "agent.id == '" + agent + "'",
                        "effect", "allow",
                        "reason", "imported from " + name + ", where the client could use all of it")));
        return "# Imported from " + name
                + " by deploy/mcp. To allow less, name tools instead of *, or add rules that deny or\n"
                + "# escalate some (docs/policy.md): both beat this one.\n" + YAML.writeValueAsString(document);
    }

    /** A policy that would not be valid with it changes nothing. */
    private static void check(Path policy, Path target, String yaml) throws IOException {
        Map<String, String> files = new HashMap<>();
        if (Files.isDirectory(policy)) {
            try (var paths = Files.list(policy)) {
                for (Path path : paths.toList()) {
                    String name = String.valueOf(path.getFileName());
                    if ((name.endsWith(".yaml") || name.endsWith(".yml")) && !name.contains(".test.")) {
                        files.put(name, Files.readString(path));
                    }
                }
            }
        }
        files.put(String.valueOf(target.getFileName()), yaml);
        try {
            PolicyText.read(files);
        } catch (InvalidPolicyException e) {
            throw new CliException("nothing is written, because the policy would not be valid with it: "
                    + e.problems().stream().map(Object::toString).collect(Collectors.joining("; ")));
        }
    }

    /** Adds secrets to a file that only its owner can read; those that are there already stay as they are. */
    private static int keep(Map<String, String> secrets, Path file) throws IOException {
        if (secrets.isEmpty()) {
            return 0;
        }
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        String before = Files.readString(file);
        var known = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
            known.load(reader);
        }
        var more = new StringBuilder(before.isEmpty() || before.endsWith("\n") ? before : before + "\n");
        int written = 0;
        for (Map.Entry<String, String> secret : secrets.entrySet()) {
            if (!known.containsKey(secret.getKey())) {
                more.append(secret.getKey())
                        .append('=')
                        .append(secret.getValue().replace("\\", "\\\\").replace("\n", "\\n"))
                        .append('\n');
                written++;
            }
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(file, more);
        return written;
    }

    private static String change(ClientServers servers, Path data, String agent, @Nullable String given)
            throws IOException {
        var quickstart = new Properties();
        Path file = data.resolve("quickstart.env");
        if (Files.exists(file)) {
            try (var reader = Files.newBufferedReader(file)) {
                quickstart.load(reader);
            }
        }
        String base = given == null ? quickstart.getProperty("GATEWAY_URL", "http://127.0.0.1:8000") : given;
        String url = (base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + "/mcp";
        String key = agent.equals("demo") ? quickstart.getProperty("AGENT_KEY", "$AGENT_KEY") : "$AGENT_KEY";
        return switch (servers.client()) {
            case OPENCLAW ->
                "openclaw mcp set openclaw-gateway '{\"url\":\"" + url
                        + "\",\"transport\":\"streamable-http\",\"headers\":{\"Authorization\":\"Bearer " + key
                        + "\"}}' && for s in "
                        + servers.upstreams().stream()
                                .map(PolicyDocument.Upstream::name)
                                .collect(Collectors.joining(" "))
                        + "; do openclaw mcp unset \"$s\"; done";
            case CLAUDE_DESKTOP ->
                "\"mcpServers\": {\"openclaw-gateway\": {\"command\": \"npx\", \"args\": [\"-y\", \"mcp-remote\", \""
                        + url + "\", \"--header\", \"Authorization: Bearer " + key + "\"]}}";
            case PROJECT ->
                "\"mcpServers\": {\"openclaw-gateway\": {\"type\": \"http\", \"url\": \"" + url
                        + "\", \"headers\": {\"Authorization\": \"Bearer " + key + "\"}}}";
        };
    }
}

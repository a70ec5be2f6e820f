package io.openclaw.gateway.policy.cli;

import io.openclaw.gateway.common.call.CallIds;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.ToolPinned;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.PermittedTools;
import io.openclaw.gateway.common.policy.PolicyInForce;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.policy.core.CallExample;
import io.openclaw.gateway.policy.core.Policy;
import io.openclaw.gateway.policy.core.PolicyDecision;
import io.openclaw.gateway.policy.core.PolicyLint;
import io.openclaw.gateway.policy.core.PolicyProblem;
import io.openclaw.gateway.policy.core.PolicyTests;
import io.openclaw.gateway.policy.core.Replay;
import io.openclaw.gateway.policy.core.ToolCatalogue;
import io.openclaw.gateway.policy.file.PolicyDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import tools.jackson.databind.JsonNode;

/** The command line of policy. */
@Command(
        name = "deploy/policy",
        mixinStandardHelpOptions = true,
        synopsisHeading = "",
        customSynopsis = {
            "Before a policy bites:",
            "  deploy/policy check DIR                  is it valid, and does it say something in vain?",
            "  deploy/policy test DIR                   runs its *.test.yaml",
            "  deploy/policy explain DIR CALL           what every rule says of a call: a YAML file, or YAML itself",
            "  deploy/policy replay DIR [--since 7d]    what it would have decided otherwise about the recorded calls",
            "  deploy/policy shadow DIR                 tries it beside the policy in force; changes no call",
            "  deploy/policy shadow [--stop]            where the candidate differs; or ends its trial",
            "",
            "What is in force:",
            "  deploy/policy status | versions",
            "  deploy/policy restore [VERSION]          puts an earlier policy back; without a version the one before",
            "  deploy/policy freeze SCOPE REASON        SCOPE: all, agent:ID, upstream:NAME, tool:UPSTREAM/TOOL",
            "  deploy/policy unfreeze SCOPE | freezes",
            "  deploy/policy keys AGENT                 lists its API keys",
            "  deploy/policy keys AGENT issue [--expires 90d]",
            "  deploy/policy keys AGENT rotate [--overlap 24h] [--expires 90d]",
            "  deploy/policy keys AGENT revoke KEY_ID",
            "  deploy/policy tools [--changed]          the tool catalogue; what changed at its upstream, and where",
            "  deploy/policy accept UPSTREAM/TOOL HASH  accepts a changed definition that you have looked at",
            "  deploy/policy schema                     the JSON Schema of policies, for editors",
            "",
            "The gateway is that of data/quickstart.env; --data DIR names another, and so do POLICY_URL, AUDIT_URL,",
            "CONSOLE_USER and CONSOLE_PASSWORD. Exit status: 0 done, 1 the policy is not good (or differs), 2 it could not be done."
        })
public final class PolicyCli implements Runnable {
    private static final int PAGE = 1_000;
    private final Map<String, String> environment;
    private final PrintStream out;

    @Option(names = "--data", paramLabel = "DIR", scope = ScopeType.INHERIT)
    private @Nullable Path data;

    private PolicyCli(Map<String, String> environment, PrintStream out) {
        this.environment = environment;
        this.out = out;
    }

    static void main(String... args) {
        System.exit(run(args, System.getenv(), System.out, System.err));
    }

    /**
     * Does what the arguments say.
     *
     * @param environment where a gateway may be named
     * @return the exit status
     */
    public static int run(String[] args, Map<String, String> environment, PrintStream out, PrintStream err) {
        return CliException.exitStatusOf(
                new CommandLine(new PolicyCli(environment, out)), "deploy/policy", args, out, err);
    }

    /** Without a command it says which there are. */
    @Override
    public void run() {
        CommandLine.usage(this, out);
    }

    private Gateway gateway() {
        Path directory = data == null ? Path.of(environment.getOrDefault("DATA_DIR", "data")) : data;
        return Gateway.find(environment, directory);
    }

    // Before a policy bites.

    @Command(name = "check")
    int check(@Parameters(paramLabel = "DIR") Path directory) throws IOException {
        PolicyInForce policy = new PolicyDirectory(directory).read();
        List<PolicyProblem> warnings = PolicyLint.of(policy.document());
        warnings.forEach(warning -> out.println("warning: " + warning));
        var document = policy.document();
        out.println("valid: policy " + policy.version() + " with "
                + document.agents().size() + " agents, "
                + document.roles().size() + " roles, " + document.rules().size() + " rules, "
                + document.limits().size() + " limits, " + document.upstreams().size() + " upstreams; "
                + warnings.size() + " warning(s)");
        return 0;
    }

    @Command(name = "test")
    int test(@Parameters(paramLabel = "DIR") Path directory) throws IOException {
        var policies = new PolicyDirectory(directory);
        Policy policy = Policy.of(policies.read());
        Map<String, String> files = policies.testFiles();
        if (files.isEmpty()) {
            throw new CliException("there is no *.test.yaml in " + directory);
        }
        List<PolicyTests.Result> results = PolicyTests.run(policy, files, Instant.now());
        int failed = 0;
        for (PolicyTests.Result result : results) {
            if (result.failure() != null) {
                failed++;
                out.println("FAILED " + result.file() + ": " + result.name() + "\n       " + result.failure());
            }
        }
        out.println(results.size() + " tests, " + failed + " failed");
        return failed == 0 ? 0 : 1;
    }

    @Command(name = "explain")
    int explain(@Parameters(paramLabel = "DIR") Path directory, @Parameters(paramLabel = "CALL") String example)
            throws IOException {
        Policy policy = Policy.of(new PolicyDirectory(directory).read());
        ToolCall call;
        try {
            String yaml = Files.isRegularFile(Path.of(example)) ? Files.readString(Path.of(example)) : example;
            call = CallExample.read(yaml).call(CallIds.next(), Instant.now());
        } catch (IllegalArgumentException e) {
            throw new CliException("the call cannot be read: " + e.getMessage()
                    + "\nIt is such as '{agent: reporter, tool: jira/get_issue, arguments: {key: AB-1}}'; further fields"
                    + " are intent, onBehalfOf, proven, roles, session, channel, context, origin and at");
        }
        PolicyDecision decision = policy.decide(call);
        out.println(decision.outcome() + " " + call.address() + " for " + call.agent() + " by policy "
                + decision.policyVersion());
        decision.reasons().forEach(reason -> out.println("  because of " + reason.ruleId() + ": " + reason.text()));
        if (decision.approval() != null) {
            out.println("  approval: " + RawJson.from(decision.approval()).text());
        }
        for (Policy.Part part : policy.explain(call, ToolCatalogue.UNCHECKED)) {
            out.printf(
                    "  %-4s %-8s %s: %s%n",
                    part.holds() ? "yes" : "no",
                    part.effect(),
                    part.ruleId(),
                    part.why().replaceAll("\\s+", " "));
        }
        return 0;
    }

    @Command(name = "replay")
    int replay(
            @Parameters(paramLabel = "DIR") Path directory,
            @Option(names = "--since", defaultValue = "7d", paramLabel = "TIME") String since)
            throws IOException {
        PolicyInForce candidate = new PolicyDirectory(directory).read();
        try (Gateway gateway = gateway()) {
            var replay = new Replay(Policy.of(candidate), catalogue(gateway));
            String path = "/audit?order=oldest&type=call.requested,call.authorized,call.completed&limit=" + PAGE
                    + "&since=" + encoded(since);
            String cursor = null;
            do {
                JsonNode page = gateway.audit(cursor == null ? path : path + "&cursor=" + cursor);
                for (JsonNode event : page.get("events")) {
                    // A list shows the beginning of what is long.
                    boolean isWhole = event.path("eventShortened").isMissingNode()
                            || event.get("eventShortened").isNull();
                    replay(
                            replay,
                            isWhole
                                    ? event
                                    : gateway.audit(
                                            "/audit/events/" + event.get("id").asString()));
                }
                cursor = page.hasNonNull("next") ? page.get("next").asString() : null;
            } while (cursor != null);
            report(candidate.version(), since, replay);
            return replay.different() == 0 ? 0 : 1;
        }
    }

    private static ToolCatalogue catalogue(Gateway gateway) {
        List<ToolPinned> tools = new ArrayList<>();
        for (JsonNode tool : gateway.policy("GET", "/v1/policy/tools", null)) {
            String address = tool.get("address").asString();
            if (tool.hasNonNull("leftOut")) {
                continue;
            }
            tools.add(new ToolPinned(
                    address.substring(0, address.indexOf('/')),
                    Json.MAPPER.treeToValue(tool.get("accepted"), ToolDefinition.class),
                    tool.get("hash").asString(),
                    null,
                    List.of(),
                    Instant.EPOCH,
                    "",
                    null,
                    Map.of()));
        }
        return ToolCatalogue.of(tools, ToolCatalogue.UNCHECKED);
    }

    private static void replay(Replay replay, JsonNode event) {
        JsonNode content = event.get("event");
        if (event.path("upstream").asString("").equals(PermittedTools.UPSTREAM)) {
            // A question about policy, which nothing decides about.
            return;
        }
        switch (event.get("type").asString()) {
            case "call.requested" -> replay.requested(Json.MAPPER.treeToValue(content.get("call"), ToolCall.class));
            case "call.authorized" -> verdicts(replay, event, content);
            default -> {
                verdicts(replay, event, content);
                replay.ended(
                        Json.MAPPER.treeToValue(content.get("call"), ToolCall.class),
                        Instant.parse(event.get("at").asString()));
            }
        }
    }

    private static void verdicts(Replay replay, JsonNode event, JsonNode content) {
        replay.verdicts(
                UUID.fromString(event.get("callId").asString()),
                List.of(Json.MAPPER.treeToValue(content.path("verdicts"), Verdict[].class)));
    }

    private void report(String version, String since, Replay replay) {
        out.println("policy " + version + " over the " + replay.calls() + " calls of the last " + since + ": "
                + replay.different() + " would be decided otherwise"
                + (replay.undecided() > 0 ? ", " + replay.undecided() + " were not decided yet" : "")
                + (replay.frozen() > 0 ? ", " + replay.frozen() + " were frozen and are left out" : ""));
        Replay.Group last = null;
        for (var entry : replay.groups().entrySet()) {
            Replay.Group group = entry.getKey();
            if (last == null
                    || last.then() != group.then()
                    || last.now() != group.now()
                    || !last.rule().equals(group.rule())) {
                out.println(group.then() + " → " + group.now() + " by " + group.rule());
            }
            out.printf(
                    "  %6d  %s calls %s (was: %s)%n",
                    entry.getValue(), group.agent(), group.address(), group.thenRule());
            last = group;
        }
    }

    // What is in force.

    @Command(name = "status")
    int status() {
        return print(asked("GET", "/v1/policy", null));
    }

    @Command(name = "versions")
    int versions() {
        return each(asked("GET", "/v1/policy/versions", null));
    }

    @Command(name = "restore")
    int restore(@Parameters(paramLabel = "VERSION", arity = "0..1") @Nullable String version) {
        return print(asked("POST", "/v1/policy/restore", version == null ? Map.of() : Map.of("version", version)));
    }

    @Command(name = "freeze")
    int freeze(
            @Parameters(paramLabel = "SCOPE") String scope,
            @Parameters(paramLabel = "REASON", arity = "1..*") List<String> reason) {
        return print(asked("POST", "/v1/policy/freezes", Map.of("scope", scope, "reason", String.join(" ", reason))));
    }

    @Command(name = "unfreeze")
    int unfreeze(@Parameters(paramLabel = "SCOPE") String scope) {
        return print(asked("DELETE", "/v1/policy/freezes?scope=" + encoded(scope), null));
    }

    @Command(name = "freezes")
    int freezes() {
        return each(asked("GET", "/v1/policy/freezes", null));
    }

    @Command(name = "shadow")
    int shadow(
            @Parameters(paramLabel = "DIR", arity = "0..1") @Nullable Path directory,
            @Option(names = "--stop") boolean stop)
            throws IOException {
        if (stop) {
            return print(asked("DELETE", "/v1/policy/candidate", null));
        }
        return directory == null
                ? each(asked("GET", "/v1/policy/differences?limit=1000", null))
                : print(asked(
                        "PUT",
                        "/v1/policy/candidate",
                        new PolicyDirectory(directory).read().document()));
    }

    @Command(name = "keys")
    int keys(
            @Parameters(paramLabel = "AGENT") String agent,
            @Parameters(paramLabel = "WHAT", arity = "0..1", defaultValue = "list") String what,
            @Parameters(paramLabel = "KEY_ID", arity = "0..1") @Nullable String keyId,
            @Option(names = "--expires", paramLabel = "TIME") @Nullable String expires,
            @Option(names = "--overlap", paramLabel = "TIME") @Nullable String overlap) {
        String path = "/v1/policy/agents/" + encoded(agent) + "/keys";
        Map<String, String> wanted = new HashMap<>();
        if (expires != null) {
            wanted.put("expiresIn", expires);
        }
        if (overlap != null) {
            wanted.put("overlap", overlap);
        }
        if (what.equals("revoke") == (keyId == null)) {
            throw new CliException("'revoke', and nothing else, wants the KEY_ID of a key");
        }
        return switch (what) {
            case "list" -> each(asked("GET", path, null));
            case "issue" -> print(asked("POST", path, wanted));
            case "rotate" -> print(asked("POST", path + "/rotate", wanted));
            case "revoke" -> print(asked("DELETE", path + "/" + encoded(String.valueOf(keyId)), null));
            default -> throw new CliException("keys can be listed, issued, rotated and revoked, not '" + what + "'");
        };
    }

    @Command(name = "accept")
    int accept(@Parameters(paramLabel = "UPSTREAM/TOOL") String address, @Parameters(paramLabel = "HASH") String hash) {
        int slash = address.indexOf('/');
        if (slash < 1) {
            throw new CliException("'" + address + "' is no UPSTREAM/TOOL");
        }
        asked(
                "POST",
                "/v1/policy/tools/accept",
                Map.of("upstream", address.substring(0, slash), "tool", address.substring(slash + 1), "hash", hash));
        out.println("accepted: " + address + " as " + hash);
        return 0;
    }

    @Command(name = "tools")
    int tools(@Option(names = "--changed") boolean changed) {
        for (JsonNode tool : asked("GET", "/v1/policy/tools?changed=" + changed, null)) {
            if (tool.hasNonNull("leftOut")) {
                out.println(tool.get("address").asString() + "  left out: "
                        + tool.get("leftOut").asString());
                continue;
            }
            out.println(tool.get("address").asString() + "  " + tool.get("hash").asString());
            if (tool.hasNonNull("exposedAs")) {
                out.println("  MCP clients see it as " + tool.get("exposedAs").asString());
            }
            tool.path("schemaNotes").forEach(note -> out.println("  schema: " + note.asString()));
            if (tool.hasNonNull("changedHash")) {
                out.println("  changed " + tool.get("changedAt").asString() + "; to accept: deploy/policy accept "
                        + tool.get("address").asString() + " "
                        + tool.get("changedHash").asString());
                tool.path("concerns").forEach(concern -> out.println("  beware: " + concern.asString()));
                for (JsonNode difference : tool.get("differences")) {
                    out.println("  " + difference.get("path").asString());
                    out.println("    - " + difference.path("before"));
                    out.println("    + " + difference.path("now"));
                }
            }
        }
        return 0;
    }

    /** Asks the policy service of the gateway. */
    private JsonNode asked(String method, String path, @Nullable Object body) {
        try (Gateway gateway = gateway()) {
            return gateway.policy(method, path, body);
        }
    }

    private int print(JsonNode json) {
        out.println(json);
        return 0;
    }

    private int each(JsonNode list) {
        list.forEach(this::print);
        if (list.isEmpty()) {
            out.println("none");
        }
        return 0;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Command(name = "schema")
    int schema() throws IOException {
        try (InputStream in = PolicyCli.class.getResourceAsStream("/policy.schema.json")) {
            if (in == null) {
                throw new IllegalStateException("this jar has no /policy.schema.json");
            }
            out.println(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            return 0;
        }
    }
}

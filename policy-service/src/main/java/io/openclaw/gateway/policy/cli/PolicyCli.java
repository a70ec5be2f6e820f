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
import io.openclaw.gateway.policy.core.InvalidPolicyException;
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
import tools.jackson.databind.JsonNode;

/** The command line of policy; see {@link #USAGE}. */
public final class PolicyCli {
    private static final String USAGE = """
            Before a policy bites:
              deploy/policy check DIR                  is it valid, and does it say something in vain?
              deploy/policy test DIR                   runs its *.test.yaml
              deploy/policy explain DIR CALL           what every rule says of a call: a YAML file, or YAML itself
              deploy/policy replay DIR [--since 7d]    what it would have decided otherwise about the recorded calls
              deploy/policy shadow DIR                 tries it beside the policy in force; changes no call
              deploy/policy shadow [--stop]            where the candidate differs; or ends its trial

            What is in force:
              deploy/policy status | versions
              deploy/policy restore [VERSION]          puts an earlier policy back; without a version the one before
              deploy/policy freeze SCOPE REASON        SCOPE: all, agent:ID, upstream:NAME, tool:UPSTREAM/TOOL
              deploy/policy unfreeze SCOPE | freezes
              deploy/policy keys AGENT                 lists its API keys
              deploy/policy keys AGENT issue [--expires 90d]
              deploy/policy keys AGENT rotate [--overlap 24h] [--expires 90d]
              deploy/policy keys AGENT revoke KEY_ID
              deploy/policy tools [--changed]          the tool catalogue; what changed at its upstream, and where
              deploy/policy accept UPSTREAM/TOOL HASH  accepts a changed definition that you have looked at
              deploy/policy schema                     the JSON Schema of policies, for editors

            The gateway is that of data/quickstart.env; --data DIR names another, and so do POLICY_URL, AUDIT_URL,
            CONSOLE_USER and CONSOLE_PASSWORD. Exit status: 0 done, 1 the policy is not good (or differs), 2 it could not be done.""";

    private static final int PAGE = 1_000;
    private final List<String> words = new ArrayList<>();
    private final Map<String, String> options = new HashMap<>();
    private final Map<String, String> environment;
    private final PrintStream out;

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
        try {
            var cli = new PolicyCli(environment, out);
            cli.read(args);
            return cli.run();
        } catch (CliException e) {
            err.println("deploy/policy: " + e.getMessage());
            return 2;
        } catch (InvalidPolicyException e) {
            e.problems().forEach(problem -> err.println("error: " + problem));
            return 1;
        } catch (IOException e) {
            err.println("deploy/policy: " + e.getMessage());
            return 2;
        }
    }

    private void read(String... args) {
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--since", "--data", "--expires", "--overlap" -> {
                    if (i + 1 == args.length) {
                        throw new CliException(args[i] + " wants a value\n" + USAGE);
                    }
                    options.put(args[i], args[++i]);
                }
                case "--changed", "--stop" -> options.put(args[i], "");
                case "-h", "--help" -> words.addFirst("help");
                default -> {
                    if (args[i].startsWith("--")) {
                        throw new CliException("what is '" + args[i] + "'?\n" + USAGE);
                    }
                    words.add(args[i]);
                }
            }
        }
    }

    private int run() throws IOException {
        String command = words.isEmpty() ? "help" : words.getFirst();
        return switch (command) {
            case "help" -> say(USAGE);
            case "check" -> check(directory(2));
            case "test" -> test(directory(2));
            case "explain" -> explain(directory(3), words.get(2));
            case "replay" -> replay(directory(2));
            case "schema" -> say(schema());
            case "shadow",
                    "status",
                    "versions",
                    "restore",
                    "freeze",
                    "unfreeze",
                    "freezes",
                    "keys",
                    "tools",
                    "accept" -> {
                try (Gateway gateway = gateway()) {
                    yield administer(gateway, command);
                }
            }
            default -> throw new CliException("what is '" + command + "'?\n" + USAGE);
        };
    }

    private int say(String text) {
        out.println(text);
        return 0;
    }

    private void expect(int number) {
        if (words.size() != number) {
            throw new CliException("'" + words.getFirst() + "' wants " + (number - 1) + " argument(s), not "
                    + (words.size() - 1) + "\n" + USAGE);
        }
    }

    private PolicyDirectory directory(int number) {
        expect(number);
        return new PolicyDirectory(Path.of(words.get(1)));
    }

    private Gateway gateway() {
        String data = environment.getOrDefault("DATA_DIR", "data");
        return Gateway.find(environment, Path.of(options.getOrDefault("--data", data)));
    }

    // Before a policy bites.

    private int check(PolicyDirectory directory) throws IOException {
        PolicyInForce policy = directory.read();
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

    private int test(PolicyDirectory directory) throws IOException {
        Policy policy = Policy.of(directory.read());
        Map<String, String> files = directory.testFiles();
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

    private int explain(PolicyDirectory directory, String example) throws IOException {
        Policy policy = Policy.of(directory.read());
        ToolCall call;
        try {
            String yaml = Files.isRegularFile(Path.of(example)) ? Files.readString(Path.of(example)) : example;
            call = CallExample.read(yaml).call(CallIds.next(), Instant.now());
        } catch (IllegalArgumentException e) {
            throw new CliException("the call cannot be read: " + e.getMessage()
                    + "\nIt is such as '{agent: reporter, tool: jira/get_issue, arguments: {key: AB-1}}'; further fields"
                    + " are intent, onBehalfOf, proven, roles, session, channel, origin and at");
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

    private int replay(PolicyDirectory directory) throws IOException {
        PolicyInForce candidate = directory.read();
        try (Gateway gateway = gateway()) {
            var replay = new Replay(Policy.of(candidate), catalogue(gateway));
            String since = options.getOrDefault("--since", "7d");
            String path = "/audit?order=oldest&type=call.requested,call.authorized,call.completed&limit=" + PAGE
                    + "&since=" + encoded(since);
            String cursor = null;
            do {
                JsonNode page = gateway.audit(cursor == null ? path : path + "&cursor=" + cursor);
                page.get("events").forEach(event -> replay(replay, event));
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

    private int administer(Gateway gateway, String command) throws IOException {
        switch (command) {
            case "status" -> print(gateway.policy("GET", "/v1/policy", null));
            case "versions" -> each(gateway.policy("GET", "/v1/policy/versions", null));
            case "restore" ->
                print(gateway.policy(
                        "POST", "/v1/policy/restore", words.size() > 1 ? Map.of("version", words.get(1)) : Map.of()));
            case "freeze" -> {
                if (words.size() < 3) {
                    throw new CliException("freeze what, and why?\n" + USAGE);
                }
                print(gateway.policy(
                        "POST",
                        "/v1/policy/freezes",
                        Map.of("scope", words.get(1), "reason", String.join(" ", words.subList(2, words.size())))));
            }
            case "unfreeze" -> {
                expect(2);
                print(gateway.policy("DELETE", "/v1/policy/freezes?scope=" + encoded(words.get(1)), null));
            }
            case "freezes" -> each(gateway.policy("GET", "/v1/policy/freezes", null));
            case "shadow" -> shadow(gateway);
            case "keys" -> keys(gateway);
            case "tools" -> tools(gateway);
            default -> {
                expect(3);
                int slash = words.get(1).indexOf('/');
                if (slash < 1) {
                    throw new CliException("'" + words.get(1) + "' is no UPSTREAM/TOOL");
                }
                gateway.policy(
                        "POST",
                        "/v1/policy/tools/" + encoded(words.get(1).substring(0, slash)) + "/"
                                + encoded(words.get(1).substring(slash + 1)) + "/accept",
                        Map.of("hash", words.get(2)));
                out.println("accepted: " + words.get(1) + " as " + words.get(2));
            }
        }
        return 0;
    }

    private void shadow(Gateway gateway) throws IOException {
        if (options.containsKey("--stop")) {
            print(gateway.policy("DELETE", "/v1/policy/candidate", null));
        } else if (words.size() > 1) {
            print(gateway.policy(
                    "PUT", "/v1/policy/candidate", directory(2).read().document()));
        } else {
            each(gateway.policy("GET", "/v1/policy/differences?limit=1000", null));
        }
    }

    private void keys(Gateway gateway) {
        if (words.size() < 2) {
            throw new CliException("keys of which agent?\n" + USAGE);
        }
        String path = "/v1/policy/agents/" + encoded(words.get(1)) + "/keys";
        Map<String, String> wanted = new HashMap<>();
        if (options.containsKey("--expires")) {
            wanted.put("expiresIn", String.valueOf(options.get("--expires")));
        }
        if (options.containsKey("--overlap")) {
            wanted.put("overlap", String.valueOf(options.get("--overlap")));
        }
        switch (words.size() > 2 ? words.get(2) : "list") {
            case "list" -> each(gateway.policy("GET", path, null));
            case "issue" -> print(gateway.policy("POST", path, wanted));
            case "rotate" -> print(gateway.policy("POST", path + "/rotate", wanted));
            case "revoke" -> {
                expect(4);
                print(gateway.policy("DELETE", path + "/" + encoded(words.get(3)), null));
            }
            default ->
                throw new CliException("keys can be listed, issued, rotated and revoked, not '" + words.get(2) + "'");
        }
    }

    private void tools(Gateway gateway) {
        boolean changed = options.containsKey("--changed");
        for (JsonNode tool : gateway.policy("GET", "/v1/policy/tools?changed=" + changed, null)) {
            out.println(tool.get("address").asString() + "  " + tool.get("hash").asString());
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
    }

    private void print(@Nullable JsonNode json) {
        out.println(json);
    }

    private void each(JsonNode list) {
        list.forEach(this::print);
        if (list.isEmpty()) {
            out.println("none");
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String schema() throws IOException {
        try (InputStream in = PolicyCli.class.getResourceAsStream("/policy.schema.json")) {
            if (in == null) {
                throw new IllegalStateException("this jar has no /policy.schema.json");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

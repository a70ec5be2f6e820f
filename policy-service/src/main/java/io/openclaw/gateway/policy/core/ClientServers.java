package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.common.policy.Secrets;
import io.openclaw.gateway.common.redaction.SecretScanner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The MCP servers of a client's configuration, as upstreams of a policy. What is secret in them, or may be, is named in the
 * policy and kept apart.
 *
 * @param client which client's configuration it is
 * @param upstreams the servers
 * @param secrets by the name of a variable: what the policy names and does not hold
 * @param leftOut what is no upstream, and why
 */
public record ClientServers(
        Client client, List<PolicyDocument.Upstream> upstreams, Map<String, String> secrets, List<String> leftOut) {

    /** Whose configuration it is, by its form. */
    public enum Client {
        /** {@code openclaw.json}: {@code mcp.servers}. */
        OPENCLAW,
        /** {@code claude_desktop_config.json}: {@code mcpServers}; reaches servers over stdio alone. */
        CLAUDE_DESKTOP,
        /** {@code .mcp.json} and its like: {@code mcpServers}, or {@code servers}. */
        PROJECT
    }

    // OpenClaw's file is JSON5; the others are JSON, which is JSON5 too.
    private static final JsonMapper JSON5 = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
            .enable(JsonReadFeature.ALLOW_YAML_COMMENTS)
            .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .enable(JsonReadFeature.ALLOW_UNQUOTED_PROPERTY_NAMES)
            .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
            .build();
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?}");
    private static final Pattern SECRET_NAME =
            Pattern.compile("(?i).*(key|token|secret|passw|auth|credential|cookie|session|dsn|private).*");

    /**
     * Reads a configuration.
     *
     * @param fileName tells the clients apart whose files have the same form
     * @param environment finds a variable that the configuration names
     * @throws IllegalArgumentException if it has no servers, saying where they are looked for
     */
    public static ClientServers read(String fileName, String text, Function<String, @Nullable String> environment) {
        JsonNode root;
        try {
            root = JSON5.readTree(text);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(fileName + " cannot be read: " + e.getOriginalMessage(), e);
        }
        JsonNode ofOpenClaw = root.at("/mcp/servers");
        JsonNode servers = ofOpenClaw.isObject()
                ? ofOpenClaw
                : root.path("mcpServers").isObject() ? root.path("mcpServers") : root.path("servers");
        if (!servers.isObject() || servers.isEmpty()) {
            throw new IllegalArgumentException(fileName
                    + " has no MCP servers: they are under mcp.servers (OpenClaw), mcpServers (Claude and others) or"
                    + " servers");
        }
        Client client = ofOpenClaw.isObject()
                ? Client.OPENCLAW
                : fileName.contains("claude_desktop") ? Client.CLAUDE_DESKTOP : Client.PROJECT;
        var reading = new Reading(environment);
        servers.properties().forEach(server -> reading.add(server.getKey(), server.getValue()));
        return new ClientServers(client, List.copyOf(reading.upstreams), reading.secrets, List.copyOf(reading.leftOut));
    }

    /** What was read so far. */
    private static final class Reading {
        private final List<PolicyDocument.Upstream> upstreams = new ArrayList<>();
        private final Map<String, String> secrets = new LinkedHashMap<>();
        private final List<String> leftOut = new ArrayList<>();
        private final Function<String, @Nullable String> environment;

        Reading(Function<String, @Nullable String> environment) {
            this.environment = environment;
        }

        void add(String serverName, JsonNode server) {
            String name = nameFor(serverName);
            if (server.path("disabled").asBoolean(false)
                    || !server.path("enabled").asBoolean(true)) {
                leftOut.add(serverName + ": it is disabled");
                return;
            }
            String url = server.path("url").asString(server.path("serverUrl").asString(""));
            String transport =
                    server.path("transport").asString(server.path("type").asString(""));
            if (!url.isEmpty()) {
                if (transport.equals("sse")) {
                    leftOut.add(
                            serverName + ": HTTP+SSE is deprecated, and not spoken; use its Streamable HTTP endpoint");
                    return;
                }
                if (VARIABLE.matcher(url).find()) {
                    url = expanded(url);
                }
                Map<String, String> headers = new LinkedHashMap<>();
                server.path("headers")
                        .properties()
                        .forEach(header -> headers.put(
                                header.getKey(),
                                secret(name, header.getKey(), header.getValue().asString(""))));
                upstreams.add(upstream(
                        name,
                        new PolicyDocument.Mcp(List.of(url), headers, null, PolicyDocument.Sessions.SHARED),
                        null));
            } else if (server.path("command").isString()) {
                List<String> args = new ArrayList<>();
                for (JsonNode arg : server.path("args")) {
                    String value = arg.asString("");
                    args.add(isSecret("", value) ? secret(name, "ARG_" + args.size(), value) : expanded(value));
                }
                Map<String, String> env = new LinkedHashMap<>();
                server.path("env").properties().forEach(variable -> {
                    String value = variable.getValue().asString("");
                    env.put(
                            variable.getKey(),
                            isSecret(variable.getKey(), value)
                                    ? secret(name, variable.getKey(), value)
                                    : expanded(value));
                });
                String directory = server.path("cwd")
                        .asString(server.path("workingDirectory").asString(""));
                upstreams.add(upstream(
                        name,
                        null,
                        new PolicyDocument.Stdio(
                                expanded(server.path("command").asString()),
                                args,
                                env,
                                directory.isEmpty() ? null : directory,
                                null,
                                PolicyDocument.Sessions.SHARED)));
            } else {
                leftOut.add(serverName + ": it has neither a command nor a url");
            }
        }

        private String nameFor(String serverName) {
            String fit = serverName.replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^[^A-Za-z0-9]+", "");
            String name = fit.isEmpty() ? "server" : fit.length() > 60 ? fit.substring(0, 60) : fit;
            if (UpstreamCheck.RESERVED.contains(name)) {
                name = name + "-server";
            }
            String unique = name;
            for (int n = 2; contains(unique); n++) {
                unique = name + "-" + n;
            }
            return unique;
        }

        private boolean contains(String name) {
            return upstreams.stream().anyMatch(upstream -> upstream.name().equals(name));
        }

        private static boolean isSecret(String name, String value) {
            boolean isReference = VARIABLE.matcher(value).matches();
            return SECRET_NAME.matcher(name).matches()
                    || isReference
                    || !SecretScanner.kinds(value).isEmpty();
        }

        /** Keeps a value apart, and returns what names it. */
        private String secret(String upstream, String what, String value) {
            String variable = Secrets.PREFIX
                    + (upstream + "_" + what).toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]+", "_");
            secrets.put(variable, expanded(value));
            return "${" + variable + "}";
        }

        /** Replaces the variables that a client would replace; one that is not set becomes empty, as it would there. */
        private String expanded(String value) {
            var expanded = new StringBuilder();
            Matcher variables = VARIABLE.matcher(value);
            while (variables.find()) {
                String set = environment.apply(variables.group(1));
                String otherwise = variables.group(2) == null ? "" : variables.group(2);
                variables.appendReplacement(expanded, Matcher.quoteReplacement(set == null ? otherwise : set));
            }
            return variables.appendTail(expanded).toString();
        }

        private static PolicyDocument.Upstream upstream(
                String name, PolicyDocument.@Nullable Mcp mcp, PolicyDocument.@Nullable Stdio stdio) {
            return new PolicyDocument.Upstream(
                    name,
                    Map.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    io.openclaw.gateway.common.call.Decision.DENY,
                    null,
                    mcp,
                    stdio,
                    null,
                    null,
                    List.of());
        }
    }
}

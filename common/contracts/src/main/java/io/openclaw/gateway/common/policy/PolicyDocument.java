package io.openclaw.gateway.common.policy;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.openclaw.gateway.common.call.Decision;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A policy as its administrator wrote it. Ingress finds agents in it, policy decides by it, the executor learns from it
 * which tools may be retried.
 *
 * @param agents who may ask for anything at all
 * @param roles what may be asked for
 * @param rules what depends on more than agent and tool
 * @param limits how much and how often
 * @param upstreams what executes tools
 * @param issuers whose tokens prove agents
 * @param defaults what holds for every agent, whatever its roles
 * @param results what happens to results that are not harmless
 * @param exemptions calls that people need not be asked about, though a rule says so
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record PolicyDocument(
        List<Agent> agents,
        List<Role> roles,
        List<Rule> rules,
        List<Limit> limits,
        List<Upstream> upstreams,
        List<Issuer> issuers,
        Defaults defaults,
        Results results,
        List<Exemption> exemptions) {

    public PolicyDocument {
        agents = listOf(agents);
        roles = listOf(roles);
        rules = listOf(rules);
        limits = listOf(limits);
        upstreams = listOf(upstreams);
        issuers = listOf(issuers);
        defaults = defaults == null ? Defaults.NONE : defaults;
        results = results == null ? Results.FLAGGED : results;
        exemptions = listOf(exemptions);
    }

    /**
     * Returns the ids of the roles that an agent has, those that they inherit included.
     *
     * @param proven the roles that its token gives an agent that this policy does not name
     */
    public Set<String> rolesOf(String agent, List<String> proven) {
        Map<String, Role> byId = new HashMap<>();
        roles.forEach(role -> byId.put(role.id(), role));
        Set<String> all = new LinkedHashSet<>();
        agents.stream()
                .filter(each -> each.id().equals(agent))
                .findFirst()
                .map(Agent::roles)
                .orElse(proven)
                .forEach(role -> add(role, byId, all));
        return all;
    }

    private static void add(String id, Map<String, Role> byId, Set<String> all) {
        Role role = byId.get(id);
        if (all.add(id) && role != null) {
            role.inherits().forEach(inherited -> add(inherited, byId, all));
        }
    }

    /**
     * An agent.
     *
     * @param id its name in verdicts and in the record
     * @param owner the person or team to ask about it; for people and for rules
     * @param team whom it works for; for rules
     * @param labels anything else that rules look at
     * @param roles the ids of its roles
     * @param keys the API keys that prove it
     * @param tokens the subjects of tokens that prove it
     * @param workspace directories that are its own, beside those of its roles; see {@link AgentPlace}
     * @param egress hosts that it may send to, beside those of its roles; see {@link AgentPlace}
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Agent(
            String id,
            @Nullable String owner,
            @Nullable String team,
            Map<String, String> labels,
            List<String> roles,
            List<Key> keys,
            List<TokenSubject> tokens,
            List<String> workspace,
            List<String> egress) {
        public Agent(
                String id,
                @Nullable String owner,
                @Nullable String team,
                Map<String, String> labels,
                List<String> roles,
                List<Key> keys,
                List<TokenSubject> tokens) {
            this(id, owner, team, labels, roles, keys, tokens, List.of(), List.of());
        }

        public Agent {
            labels = mapOf(labels);
            roles = listOf(roles);
            keys = listOf(keys);
            tokens = listOf(tokens);
            workspace = listOf(workspace);
            egress = listOf(egress);
        }
    }

    /**
     * An API key of an agent.
     *
     * @param sha256 the SHA-256 of the key, 64 hexadecimal digits
     * @param expires after which the key proves nothing; never, if absent
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Key(String sha256, @Nullable Instant expires) {}

    /**
     * A token that proves an agent.
     *
     * @param issuer the id of an {@link Issuer}
     * @param subject what the token's agent claim says
     */
    public record TokenSubject(String issuer, String subject) {}

    /**
     * A role: patterns of {@code upstream/tool}, in which {@code *} stands for any characters but {@code /}.
     *
     * @param inherits the ids of roles whose patterns hold for this one too
     * @param allow what may be called
     * @param deny what may not, whatever else allows it
     * @param escalate what may be called when a person says yes
     * @param workspace directories that are an agent's own, such as {@code /srv/builds}; see {@link AgentPlace}
     * @param egress hosts that an agent may send to, such as {@code *.example.com}; see {@link AgentPlace}
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Role(
            String id,
            List<String> inherits,
            List<String> allow,
            List<String> deny,
            List<String> escalate,
            List<String> workspace,
            List<String> egress) {
        public Role(String id, List<String> inherits, List<String> allow, List<String> deny, List<String> escalate) {
            this(id, inherits, allow, deny, escalate, List.of(), List.of());
        }

        public Role {
            inherits = listOf(inherits);
            allow = listOf(allow);
            deny = listOf(deny);
            escalate = listOf(escalate);
            workspace = listOf(workspace);
            egress = listOf(egress);
        }
    }

    /**
     * A rule.
     *
     * @param tools patterns of {@code upstream/tool} that it is about; every tool, if there are none
     * @param when a CEL expression that is true for the calls that it is about; every call, if absent
     * @param effect what it does to them
     * @param reason what people and agents are told
     * @param approvers the group that has to say yes, if calls escalate; anybody at the console, if absent
     * @param quorum how many different people of it, if calls escalate; one, if absent
     * @param expiresIn how long they have, if calls escalate, such as {@code 15m}
     * @param fourEyes whether the agent's owner, and the person for whom it acts, cannot be the only ones to say yes, if calls escalate
     * @param escalateTo a further group that may say yes as well, if calls escalate
     * @param escalateAfter how long the others are asked before it, such as {@code 10m}
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Rule(
            String id,
            List<String> tools,
            @Nullable String when,
            Decision effect,
            @Nullable String reason,
            @Nullable String approvers,
            @Nullable Integer quorum,
            @Nullable String expiresIn,
            @Nullable Boolean fourEyes,
            @Nullable String escalateTo,
            @Nullable String escalateAfter) {
        public Rule {
            tools = listOf(tools);
        }
    }

    /**
     * Calls that rules with the effect {@code escalate} let pass without a person. It takes nothing from what denies, nor from
     * other rules that escalate.
     *
     * @param rules the rules that do not ask, as verdicts name them: {@code rules/ID}, {@code roles/ID/escalate:PATTERN} or
     *     {@code defaults/escalate:PATTERN}
     * @param when a CEL expression that is true for the calls that it is about; a call for which it cannot be evaluated is not exempt
     * @param until when it ends; never, if absent
     * @param reason what people and agents are told
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Exemption(
            String id,
            List<String> rules,
            String when,
            @Nullable Instant until,
            @Nullable String reason) {
        public Exemption {
            rules = listOf(rules);
        }
    }

    /**
     * A limit. What it counts, it counts for each agent on its own.
     *
     * @param agents ids of agents that it holds for; {@code *} stands for any characters; every agent, if there are none
     * @param roles roles whose agents it holds for; every agent, if there are none
     * @param tools patterns of {@code upstream/tool} that it counts together; every tool, if there are none
     * @param callsPerMinute calls in any 60 seconds
     * @param concurrentCalls calls that have not ended
     * @param dailyBudget what the calls of a day (UTC) may cost together
     * @param cost a CEL expression that says what a call costs; 1, if absent
     * @param callsInFlight calls under way at once at each ingress instance, whatever their tool
     * @param bytesPerMinute bytes of request bodies in a minute at each ingress instance
     * @param deniedPerMinute calls that may end denied in a minute at each ingress instance
     * @param runSteps tool calls of a run of {@code /execute}
     * @param runTokens tokens that a run uses at its model
     * @param runTokensPerDay tokens that all runs of a day (UTC) use together
     * @param runUsdPerDay US dollars that all runs of a day (UTC) cost together
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Limit(
            String id,
            List<String> agents,
            List<String> roles,
            List<String> tools,
            @Nullable Integer callsPerMinute,
            @Nullable Integer concurrentCalls,
            @Nullable Double dailyBudget,
            @Nullable String cost,
            @Nullable Integer callsInFlight,
            @Nullable Long bytesPerMinute,
            @Nullable Integer deniedPerMinute,
            @Nullable Integer runSteps,
            @Nullable Long runTokens,
            @Nullable Long runTokensPerDay,
            @Nullable Double runUsdPerDay) {
        public Limit {
            agents = listOf(agents);
            roles = listOf(roles);
            tools = listOf(tools);
        }

        /** Tells whether ingress has to keep to it, before a call is in the pipeline. */
        @JsonIgnore
        public boolean isOfIngress() {
            return callsInFlight != null || bytesPerMinute != null || deniedPerMinute != null || isOfRuns();
        }

        /** Tells whether runs of {@code /execute} have to keep to it. */
        @JsonIgnore
        public boolean isOfRuns() {
            return runSteps != null || runTokens != null || runTokensPerDay != null || runUsdPerDay != null;
        }

        /** Tells whether the policy stage has to keep to it. */
        @JsonIgnore
        public boolean isOfPolicy() {
            return callsPerMinute != null || concurrentCalls != null || dailyBudget != null;
        }
    }

    /**
     * What executes tools.
     *
     * @param name its name in tool addresses
     * @param labels anything that rules look at
     * @param readOnly names of tools that change nothing; {@code *} stands for any characters
     * @param idempotent names of tools that may be run twice to the same effect; {@code *} stands for any characters
     * @param destructive names of tools that may destroy something; {@code *} stands for any characters
     * @param unknownTools what happens to calls of tools that the catalogue does not have
     * @param openclaw where it is, if it is an OpenClaw worker
     * @param mcp where it is, if it is an MCP server that is reached over Streamable HTTP
     * @param stdio what starts it, if it is an MCP server that the executor runs
     * @param timeout how long a call may take, such as {@code 60s}; 2 minutes, if absent
     * @param concurrency how many calls of it each executor runs at once; 64, if absent
     * @param passMeta the names in a request's {@code _meta} (MCP) that it gets, such as {@code traceparent}; none, if absent
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Upstream(
            String name,
            Map<String, String> labels,
            List<String> readOnly,
            List<String> idempotent,
            List<String> destructive,
            Decision unknownTools,
            @Nullable OpenClaw openclaw,
            @Nullable Mcp mcp,
            @Nullable Stdio stdio,
            @Nullable String timeout,
            @Nullable Integer concurrency,
            List<String> passMeta) {
        public Upstream {
            labels = mapOf(labels);
            readOnly = listOf(readOnly);
            idempotent = listOf(idempotent);
            destructive = listOf(destructive);
            passMeta = listOf(passMeta);
            unknownTools = unknownTools == null ? Decision.DENY : unknownTools;
        }
    }

    /**
     * An OpenClaw worker. Secrets are named, not written: {@code ${UPSTREAM_NAME}} stands for a variable of the executor's
     * environment whose name begins with {@code UPSTREAM_}, here and in what follows.
     *
     * @param url its base URL
     * @param token its {@code gateway.auth.token}
     * @param tools a YAML file, on the executor's machine, of tools beside those that every worker has
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record OpenClaw(
            String url, @Nullable String token, @Nullable String tools) {}

    /**
     * An MCP server over Streamable HTTP.
     *
     * @param urls its endpoints; several are replicas of one server, and calls are spread over them
     * @param headers what is sent with every request
     * @param oauth how a token is had, if it wants one (RFC 6749 section 4.4, client credentials)
     * @param sessions whether agents share a session, or each has its own
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Mcp(
            List<String> urls,
            Map<String, String> headers,
            @Nullable OAuth oauth,
            Sessions sessions) {
        public Mcp {
            urls = listOf(urls);
            headers = mapOf(headers);
            sessions = sessions == null ? Sessions.SHARED : sessions;
        }
    }

    /** How an upstream's access tokens are had. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record OAuth(
            String tokenUrl,
            String clientId,
            String clientSecret,
            @Nullable String scope) {}

    /**
     * An MCP server that the executor starts, and talks to over its standard input and output.
     *
     * @param command the program
     * @param args its arguments
     * @param env its environment, beside PATH, HOME, LANG and TMPDIR; nothing else of the executor's is inherited
     * @param directory where it runs
     * @param memoryMb how much memory it and its children may use together, in MiB; 1024, if absent
     * @param sessions whether agents share a process, or each has its own
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Stdio(
            String command,
            List<String> args,
            Map<String, String> env,
            @Nullable String directory,
            @Nullable Integer memoryMb,
            Sessions sessions) {
        public Stdio {
            args = listOf(args);
            env = mapOf(env);
            sessions = sessions == null ? Sessions.SHARED : sessions;
        }
    }

    /** Who shares what an upstream remembers. */
    public enum Sessions {
        /** All agents. */
        SHARED,
        /** Each agent has its own. */
        AGENT
    }

    /**
     * An issuer of tokens (OpenID Connect Core 1.0, RFC 7519).
     *
     * @param id its name in this policy, and before the names of agents that only its tokens know: {@code id:subject}
     * @param issuer the {@code iss} claim; where its configuration is found, unless {@code jwks} says where the keys are
     * @param audience what the {@code aud} claim has to contain
     * @param jwks the URL of its keys (RFC 7517), if its configuration is not published
     * @param agentClaim the claim that names the agent; {@code sub}, if absent
     * @param rolesClaim the claim that lists what {@code roles} maps
     * @param roles which role of this policy a value of that claim stands for
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Issuer(
            String id,
            String issuer,
            String audience,
            @Nullable String jwks,
            @Nullable String agentClaim,
            @Nullable String rolesClaim,
            Map<String, String> roles) {
        public Issuer {
            roles = mapOf(roles);
        }
    }

    /** Patterns that hold for every agent; see {@link Role}. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Defaults(List<String> allow, List<String> deny, List<String> escalate) {
        /** Nothing holds for every agent. */
        public static final Defaults NONE = new Defaults(List.of(), List.of(), List.of());

        public Defaults {
            allow = listOf(allow);
            deny = listOf(deny);
            escalate = listOf(escalate);
        }
    }

    /**
     * What happens to a result that is not harmless. In the record credentials are always masked.
     *
     * @param injection if it speaks to a model instead of telling it something
     * @param secrets if it holds credentials
     */
    public record Results(ResultHandling injection, ResultHandling secrets) {
        /** Whatever it is, the agent gets it, and is told. */
        public static final Results FLAGGED = new Results(ResultHandling.FLAG, ResultHandling.FLAG);

        public Results {
            injection = injection == null ? ResultHandling.FLAG : injection;
            secrets = secrets == null ? ResultHandling.FLAG : secrets;
        }
    }

    /** What happens to a result. */
    public enum ResultHandling {
        /** The agent gets it, and is told. */
        FLAG,
        /** The agent gets it without the dangerous parts. */
        MASK,
        /** The agent does not get it. */
        BLOCK
    }

    private static <T> List<T> listOf(@Nullable List<T> list) {
        return list == null ? List.of() : List.copyOf(list);
    }

    private static Map<String, String> mapOf(@Nullable Map<String, String> map) {
        return map == null ? Map.of() : java.util.Collections.unmodifiableMap(new java.util.TreeMap<>(map));
    }
}

package io.openclaw.gateway.executor.upstream.mcp;

import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.mcp.McpContext;
import io.openclaw.gateway.common.mcp.McpHeaders;
import io.openclaw.gateway.common.mcp.McpOperation;
import io.openclaw.gateway.common.policy.LeftOut;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.common.policy.PolicyDocument.Sessions;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.executor.core.Answer;
import io.openclaw.gateway.executor.upstream.Upstream;
import io.openclaw.gateway.executor.upstream.UpstreamUnavailableException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An MCP server as an upstream. Where it has several replicas, calls are spread over those that answer; where each agent has a
 * session of its own, all calls of an agent go to the replica that has it.
 */
public final class McpUpstream implements Upstream {
    private static final int MOST_SUBSCRIPTIONS = 1_000;
    private static final int MOST_SESSIONS = 1_000;
    private static final Duration IDLE = Duration.ofMinutes(10);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();

    private final String name;
    private final Sessions sessions;
    private final List<McpReplica> replicas;
    private final AtomicInteger turn = new AtomicInteger();
    private final Set<String> subscriptions = new LinkedHashSet<>();
    private final Map<String, Session> byAgent = new LinkedHashMap<>(16, 0.75f, true);
    private volatile Map<String, List<McpHeaders.Repeated>> repeated = Map.of();

    private record Session(List<McpConnection> connections, AtomicLong lastUsed) {
        void close() {
            connections.forEach(McpConnection::close);
        }
    }

    /** Is told when what an upstream has was looked at, and when its resources change. */
    public interface News {
        void changed(Upstream upstream);

        void resourceUpdated(Upstream upstream, String uri);
    }

    private McpUpstream(String name, Sessions sessions, Collection<McpReplica.Opener> openers, News news) {
        this.name = name;
        this.sessions = sessions;
        // What it has is asked for as soon as there is a first of them.
        var made = new CopyOnWriteArrayList<McpReplica>();
        this.replicas = made;
        int n = 1;
        for (McpReplica.Opener opener : openers) {
            made.add(new McpReplica(
                    openers.size() == 1 ? name : name + "#" + n++,
                    opener,
                    new McpReplica.Events() {
                        @Override
                        public void changed() {
                            learnHeaders();
                            news.changed(McpUpstream.this);
                        }

                        @Override
                        public void resourceUpdated(String uri) {
                            news.resourceUpdated(McpUpstream.this, uri);
                        }
                    },
                    this::subscriptions));
        }
    }

    /**
     * Makes an upstream that is reached over Streamable HTTP.
     *
     * @param secrets resolves the secrets that a text names; throws {@link IllegalStateException} if there is none
     */
    public static McpUpstream overHttp(
            String name, PolicyDocument.Mcp mcp, UnaryOperator<String> secrets, Clock clock, News news) {
        var credentials = new SecretHeaders(CLIENT, mcp, secrets, clock);
        return new McpUpstream(
                name,
                mcp.sessions(),
                mcp.urls().stream()
                        .<McpReplica.Opener>map(
                                url -> unowned -> new HttpTransport(CLIENT, URI.create(url), credentials, unowned))
                        .toList(),
                news);
    }

    /** Makes an upstream that is a child process. */
    public static McpUpstream overStdio(
            String name, PolicyDocument.Stdio stdio, UnaryOperator<String> secrets, News news) {
        return new McpUpstream(
                name, stdio.sessions(), List.of(unowned -> StdioTransport.start(name, stdio, secrets, unowned)), news);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public CompletableFuture<Step> run(ToolCall call, Listener listener) {
        var outcome = new CompletableFuture<Step>();
        attempt(call, listener, outcome, true);
        return outcome;
    }

    private void attempt(ToolCall call, Listener listener, CompletableFuture<Step> outcome, boolean mayTryAgain) {
        CompletableFuture<Step> begun;
        McpReplica replica;
        try {
            replica = next();
            McpConnection connection = connectionFor(call, replica);
            // A session may have had to be opened for it.
            listener.beforeAttempt();
            begun = begin(call, connection, listener);
        } catch (RuntimeException e) {
            outcome.completeExceptionally(e);
            return;
        }
        whenDone(outcome, (step, problem) -> {
            if (outcome.isCancelled()) {
                begun.cancel(true);
            }
        });
        whenDone(begun, (step, problem) -> {
            if (step != null) {
                outcome.complete(step);
                return;
            }
            replica.doubt();
            // What was not started can be started elsewhere, or here once the server knows us again.
            if (mayTryAgain
                    && problem instanceof UpstreamUnavailableException unavailable
                    && !unavailable.mayHaveStarted()) {
                listener.didNotStart();
                attempt(call, listener, outcome, false);
            } else {
                outcome.completeExceptionally(problem);
            }
        });
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what is done does not fail
    static void whenDone(CompletableFuture<Step> future, BiConsumer<@Nullable Step, @Nullable Throwable> what) {
        future.whenComplete(what);
    }

    private CompletableFuture<Step> begin(ToolCall call, McpConnection connection, Listener listener) {
        RawJson arguments = call.arguments() == null ? RawJson.EMPTY_OBJECT : call.arguments();
        McpOperation operation = McpOperation.ofTool(call.tool()).orElse(null);
        if (operation == McpOperation.SUBSCRIBE) {
            subscribe(arguments.as(JsonNode.class).path("uri").asString(""));
            return CompletableFuture.completedFuture(new Step.Ended(Answer.succeeded(RawJson.EMPTY_OBJECT)));
        }
        McpContext client = McpContext.of(call);
        if (operation != null) {
            return new McpCall(connection, operation.method(), arguments, client, List.of(), listener).begin();
        }
        ObjectNode params = Json.MAPPER.createObjectNode();
        params.put("name", call.tool());
        params.putPOJO("arguments", arguments);
        return new McpCall(
                        connection,
                        "tools/call",
                        RawJson.from(params),
                        client,
                        repeated.getOrDefault(call.tool(), List.of()),
                        listener)
                .begin();
    }

    /** Returns the replica whose turn it is among those that answer. */
    private McpReplica next() {
        int start = Math.floorMod(turn.getAndIncrement(), replicas.size());
        for (int i = 0; i < replicas.size(); i++) {
            McpReplica replica = replicas.get((start + i) % replicas.size());
            if (replica.isReached()) {
                return replica;
            }
        }
        throw unreached();
    }

    private McpConnection connectionFor(ToolCall call, McpReplica replica) {
        boolean legacy = McpContext.of(call).hasSession();
        McpConnection connection = sessions == Sessions.AGENT
                ? replica.choose(sessionOf(call.agent(), replica), call.tool(), legacy)
                : replica.connectionFor(call.tool(), legacy);
        if (connection == null) {
            throw unreached();
        }
        return connection;
    }

    private UpstreamUnavailableException unreached() {
        return new UpstreamUnavailableException(
                "The upstream " + name + " is not reached now: " + words(),
                false,
                new IllegalStateException("no connection"));
    }

    private List<McpConnection> sessionOf(String agent, McpReplica replica) {
        synchronized (byAgent) {
            long now = System.nanoTime();
            Session known = byAgent.get(agent);
            if (known != null) {
                known.lastUsed().set(now);
                return known.connections();
            }
            List<McpConnection> made;
            var connected = new AtomicReference<List<McpConnection>>(List.of());
            try {
                made = McpConnection.greet(
                        name,
                        () -> replica.opener().open(new McpTransport.Unowned() {
                            @Override
                            public void received(McpMessage message) {
                                // Changes are told to the connection that is kept for all.
                                connected.get().stream()
                                        .filter(connection -> !connection.isModern())
                                        .forEach(connection -> connection.handle(message));
                            }

                            @Override
                            public void lost(String why) {
                                forget(agent);
                            }
                        }));
            } catch (IOException e) {
                throw new UpstreamUnavailableException(
                        "The upstream " + name + " gives " + agent + " no session: " + e.getMessage(), false, e);
            }
            connected.set(made);
            byAgent.put(agent, new Session(made, new AtomicLong(now)));
            closeIdle(now);
            return made;
        }
    }

    private void closeIdle(long now) {
        var sessionsByAge = byAgent.entrySet().iterator();
        while (sessionsByAge.hasNext()) {
            Session eldest = sessionsByAge.next().getValue();
            if (byAgent.size() <= MOST_SESSIONS && now - eldest.lastUsed().get() < IDLE.toNanos()) {
                return;
            }
            sessionsByAge.remove();
            Thread.ofVirtual().start(eldest::close);
        }
    }

    private void forget(String agent) {
        synchronized (byAgent) {
            Session lost = byAgent.remove(agent);
            if (lost != null) {
                Thread.ofVirtual().start(lost::close);
            }
        }
    }

    private void subscribe(String uri) {
        synchronized (subscriptions) {
            if (uri.isEmpty() || !subscriptions.add(uri)) {
                return;
            }
            if (subscriptions.size() > MOST_SUBSCRIPTIONS) {
                subscriptions.remove(subscriptions.iterator().next());
            }
        }
        replicas.forEach(McpReplica::subscriptionsChanged);
    }

    private Set<String> subscriptions() {
        synchronized (subscriptions) {
            return Set.copyOf(subscriptions);
        }
    }

    private void learnHeaders() {
        Map<String, List<McpHeaders.Repeated>> all = new LinkedHashMap<>();
        for (ToolDefinition tool : own(List.of())) {
            try {
                List<McpHeaders.Repeated> of = McpHeaders.of(tool.inputSchema());
                if (!of.isEmpty()) {
                    all.put(tool.name(), of);
                }
            } catch (IllegalArgumentException e) {
                // Such a tool is not listed by a server that wants headers.
                all.remove(tool.name());
            }
        }
        repeated = Map.copyOf(all);
    }

    private List<ToolDefinition> own(List<ToolDefinition> before) {
        Map<String, ToolDefinition> all = new LinkedHashMap<>();
        before.forEach(tool -> all.put(tool.name(), tool));
        replicas.forEach(replica -> replica.tools().forEach(tool -> all.putIfAbsent(tool.name(), tool)));
        return List.copyOf(all.values());
    }

    /** Returns its tools, and what else it can be asked for; while nothing of it answers, what it had last. */
    @Override
    public List<ToolDefinition> tools() {
        List<ToolDefinition> operations = new ArrayList<>();
        Consumer<McpOperation> add = operation -> operations.add(operation.definition());
        for (McpReplica replica : replicas) {
            if (!replica.isReached()) {
                continue;
            }
            if (replica.can("prompts")) {
                add.accept(McpOperation.GET_PROMPT);
            }
            if (replica.can("resources")) {
                add.accept(McpOperation.READ_RESOURCE);
            }
            if (replica.can("resources", "subscribe")) {
                add.accept(McpOperation.SUBSCRIBE);
            }
            if (replica.can("completions")) {
                add.accept(McpOperation.COMPLETE);
            }
            break;
        }
        return own(operations);
    }

    @Override
    public boolean canCancel() {
        return true;
    }

    @Override
    public List<LeftOut> leftOut() {
        return replicas.stream()
                .flatMap(replica -> replica.leftOut().stream())
                .distinct()
                .toList();
    }

    @Override
    public Offers offers() {
        return replicas.stream()
                .map(McpReplica::offers)
                .filter(offers -> !offers.equals(Offers.NONE))
                .findFirst()
                .orElse(Offers.NONE);
    }

    @Override
    public Reachability look() {
        return new Reachability(replicas.stream().anyMatch(McpReplica::isReached), words());
    }

    private String words() {
        return replicas.stream().map(McpReplica::why).distinct().collect(Collectors.joining("; "));
    }

    @Override
    public void close() {
        replicas.forEach(McpReplica::close);
        synchronized (byAgent) {
            byAgent.values().forEach(Session::close);
            byAgent.clear();
        }
    }
}

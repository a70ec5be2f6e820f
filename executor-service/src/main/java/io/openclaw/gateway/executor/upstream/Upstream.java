package io.openclaw.gateway.executor.upstream;

import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.LeftOut;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.executor.core.Answer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** What executes tools. */
public interface Upstream extends AutoCloseable {
    /** Returns its name in tool addresses. */
    String name();

    /**
     * Runs a call. {@link Listener#beforeAttempt} is called when everything that takes time is done (a connection, a session)
     * and the next thing is to send the call; what it throws, this throws or fails with.
     *
     * @param listener is told what the upstream says of the call while it runs
     * @return how far it got; fails with {@link UpstreamUnavailableException} if the call did not reach the upstream or the
     *     upstream did not answer. Cancelling it tells the upstream that the call is no longer wanted.
     */
    CompletableFuture<Step> run(ToolCall call, Listener listener);

    /** Tells whether the upstream can be told that a call which runs is no longer wanted. */
    default boolean canCancel() {
        return false;
    }

    /** Returns the tools that it has, as they are defined now; empty if that cannot be told. */
    List<ToolDefinition> tools();

    /** Returns what it lists as tools and cannot be used as such, with the reasons. */
    default List<LeftOut> leftOut() {
        return List.of();
    }

    /** Returns what it offers beside tools. */
    default Offers offers() {
        return Offers.NONE;
    }

    /** Looks whether the upstream can be expected to run calls. */
    Reachability look();

    @Override
    void close();

    /** Is told what an upstream says of a call that runs. */
    interface Listener {
        /**
         * @param method {@code notifications/progress} or {@code notifications/message}
         */
        void told(String method, RawJson params);

        /**
         * Is called in the last moment before the call, or the next part of it, is sent.
         *
         * @throws WithheldException if it must not be sent now
         */
        default void beforeAttempt() {}

        /** Is told that the attempt which was begun last did not reach the upstream. */
        default void didNotStart() {}
    }

    /** How far a call got. */
    sealed interface Step {
        /** It is over. */
        record Ended(Answer answer) implements Step {}

        /**
         * It goes on when the agent's client has answered.
         *
         * @param requests what it is asked, by a key; see {@link io.openclaw.gateway.common.event.InputRequested}
         * @param next takes the answers, and goes on
         */
        record Asks(Map<String, RawJson> requests, Next next) implements Step {}
    }

    /** How a call goes on that asked for something. */
    interface Next {
        /**
         * Goes on.
         *
         * @param responses the client's results, by the keys of the requests
         * @param errors the client's JSON-RPC errors, by the keys of the requests
         */
        CompletableFuture<Step> with(Map<String, RawJson> responses, Map<String, RawJson> errors);

        /** Tells the upstream that nobody will answer. */
        void abandon();
    }

    /**
     * What an MCP server offers beside tools, as it describes it.
     */
    record Offers(List<RawJson> prompts, List<RawJson> resources, List<RawJson> resourceTemplates) {
        public static final Offers NONE = new Offers(List.of(), List.of(), List.of());

        /** Returns this and what else another lists. */
        public Offers and(Offers more) {
            return new Offers(
                    both(prompts, more.prompts),
                    both(resources, more.resources),
                    both(resourceTemplates, more.resourceTemplates));
        }

        private static List<RawJson> both(List<RawJson> first, List<RawJson> second) {
            var byName = new LinkedHashMap<String, RawJson>();
            Stream.concat(first.stream(), second.stream()).forEach(json -> byName.putIfAbsent(nameOf(json), json));
            return List.copyOf(byName.values());
        }

        private static String nameOf(RawJson json) {
            JsonNode node = json.as(JsonNode.class);
            return node.path("uri").asString("")
                    + node.path("uriTemplate").asString("")
                    + (node.has("uri") || node.has("uriTemplate")
                            ? ""
                            : node.path("name").asString(""));
        }
    }

    /**
     * @param why what was seen, and what to do about it if calls do not get through
     */
    record Reachability(boolean up, String why) {}
}

package io.openclaw.gateway.ingress.web.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.mcp.McpOperation;
import io.openclaw.gateway.ingress.core.mcp.JsonRpcException;
import io.openclaw.gateway.ingress.web.mcp.McpDialogue.Answer;
import io.openclaw.gateway.ingress.web.mcp.McpDialogue.Legacy;
import io.openclaw.gateway.ingress.web.mcp.McpDialogue.Modern;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletResponse;
import tools.jackson.databind.JsonNode;

/** Streams on which clients are notified of changes. */
class McpStreamsTest {
    private static final String README = "{\"uri\":\"file:///README.md\",\"name\":\"Read me\"}";
    private static final String NOTES = "{\"uri\":\"file:///notes\",\"name\":\"Notes\"}";

    private final McpDialogue gateway = new McpDialogue("files")
            .withTool("files", "read")
            .offering("files", List.of(), List.of(README, NOTES), List.of())
            .permitting("files", McpOperation.READ_RESOURCE, McpOperation.SUBSCRIBE)
            .answering("{}");

    /** Nothing outlives a test. */
    @AfterEach
    void endStreams() {
        gateway.streams.end();
    }

    /** A stream that a client reads in the background. */
    private final class Stream {
        private final CompletableFuture<Answer> answer;

        Stream(Supplier<Answer> request) {
            int before = gateway.streams.size();
            answer = CompletableFuture.supplyAsync(
                    request, task -> Thread.ofVirtual().start(task));
            await().until(() -> answer.isDone() || gateway.streams.size() > before);
        }

        /** Ends all streams, and returns what this one said. */
        Answer ended() {
            await().until(gateway.streams::isRead);
            gateway.streams.end();
            return answer.join();
        }
    }

    private Modern listener() {
        return gateway.modern();
    }

    private Stream listen(Map<String, ?> notifications) {
        return new Stream(() -> listener().send("subscriptions/listen", Map.of("notifications", notifications)));
    }

    private static List<String> methods(Answer answer) {
        return answer.messages().stream()
                .filter(message -> message.has("method"))
                .map(message -> message.path("method").asString())
                .toList();
    }

    @Nested
    class OfAModernClient {
        @Test
        void beginsWithWhatWasAgreedAndEndsWithTheAnswer() {
            Stream stream = listen(Map.of("toolsListChanged", true, "promptsListChanged", false));
            Answer answer = stream.ended();
            JsonNode agreed = answer.messages().getFirst();
            assertThat(agreed.path("method").asString()).isEqualTo("notifications/subscriptions/acknowledged");
            assertThat(agreed.at("/params/notifications")).hasToString("{\"toolsListChanged\":true}");
            assertThat(agreed.path("params").path("_meta").path("io.modelcontextprotocol/subscriptionId"))
                    .isEqualTo(answer.json().path("id"));
            assertThat(answer.result().path("resultType").asString()).isEqualTo("complete");
        }

        @Test
        void carriesTheChangesThatItAskedForAndNoOthers() {
            Stream stream = listen(Map.of("toolsListChanged", true));
            gateway.upstreams.offers("files", List.of(), List.of(), List.of());
            gateway.upstreams.hasTool("files", "write");
            assertThat(methods(stream.ended()))
                    .containsExactly("notifications/subscriptions/acknowledged", "notifications/tools/list_changed");
        }

        @Test
        void carriesChangesOfTheResourcesThatItNames() {
            Stream stream = listen(Map.of("resourceSubscriptions", List.of("file:///README.md")));
            gateway.upstreams.updates("files", "file:///notes");
            gateway.upstreams.updates("files", "file:///README.md");
            Answer answer = stream.ended();
            List<JsonNode> updates = answer.notifications("notifications/resources/updated");
            assertThat(updates).hasSize(1);
            assertThat(updates.getFirst().at("/params/uri").asString()).isEqualTo("file:///README.md");
            assertThat(gateway.call().address()).isEqualTo("files/mcp:resources.subscribe");
        }

        /** A resource that cannot be subscribed to is left out of what was agreed, and takes nothing else down. */
        @Test
        void agreesOnNoResourceThatItsUpstreamRefuses() {
            gateway.onCall(call -> gateway.pipeline.fails(call, CallError.of("upstream_error", "no")));
            Stream stream =
                    listen(Map.of("toolsListChanged", true, "resourceSubscriptions", List.of("file:///README.md")));
            assertThat(stream.ended().messages().getFirst().at("/params/notifications"))
                    .hasToString("{\"toolsListChanged\":true}");
        }

        @Test
        void hasToSayWhatItWants() {
            Answer answer = listener().send("subscriptions/listen");
            assertThat(answer.code()).isEqualTo(JsonRpcException.INVALID_PARAMS);
        }

        @Test
        void needsAClientThatTakesEvents() {
            Answer answer = listener()
                    .sending("Accept", "application/json")
                    .send("subscriptions/listen", Map.of("notifications", Map.of()));
            assertThat(answer.status()).isEqualTo(406);
        }

        @Test
        void followsTasksOnlyIfTheClientKnowsThem() {
            Answer answer =
                    listener().send("subscriptions/listen", Map.of("notifications", Map.of("taskIds", List.of("1"))));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.code()).isEqualTo(JsonRpcException.MISSING_CAPABILITY);
        }
    }

    @Nested
    class OfASession {
        private final Legacy client = gateway.legacy();

        private Stream follow() {
            return new Stream(() -> gateway.get(client.headers()));
        }

        @Test
        void carriesChangesOfEveryList() {
            Stream stream = follow();
            gateway.upstreams.hasTool("files", "write");
            gateway.upstreams.offers("files", List.of(), List.of(), List.of());
            assertThat(methods(stream.ended()))
                    .contains(
                            "notifications/tools/list_changed",
                            "notifications/prompts/list_changed",
                            "notifications/resources/list_changed");
        }

        @Test
        void carriesAToolThatWasPinned() {
            Stream stream = follow();
            gateway.withForbiddenTool("files", "write");
            assertThat(methods(stream.ended())).contains("notifications/tools/list_changed");
        }

        @Test
        void carriesChangesOfResourcesThatItSubscribedToMeanwhile() {
            Stream stream = follow();
            client.send("resources/subscribe", Map.of("uri", "file:///README.md"));
            gateway.upstreams.updates("files", "file:///README.md");
            gateway.upstreams.updates("files", "file:///notes");
            assertThat(stream.ended().notifications("notifications/resources/updated"))
                    .extracting(update -> update.at("/params/uri").asString())
                    .containsExactly("file:///README.md");
        }

        @Test
        void carriesNoChangesOfResourcesThatItNoLongerSubscribesTo() {
            client.send("resources/subscribe", Map.of("uri", "file:///README.md"));
            client.send("resources/unsubscribe", Map.of("uri", "file:///README.md"));
            Stream stream = follow();
            gateway.upstreams.updates("files", "file:///README.md");
            assertThat(stream.ended().notifications("notifications/resources/updated"))
                    .isEmpty();
        }

        @Test
        void needsAResourceThatThereIsAndAShortUri() {
            assertThat(client.send("resources/subscribe", Map.of("uri", "file:///" + "x".repeat(3_000)))
                            .message())
                    .contains("may have 2048");
            assertThat(client.send("resources/subscribe").message()).isEqualTo("'uri' is missing");
        }

        @Test
        void subscribesToNothingThatItsUpstreamRefuses() {
            gateway.onCall(call -> gateway.pipeline.fails(call, CallError.of("upstream_error", "no")));
            Answer answer = client.send("resources/subscribe", Map.of("uri", "file:///README.md"));
            assertThat(answer.json().has("error")).isTrue();
            assertThat(gateway.sessions
                            .find(java.util.UUID.fromString(client.session), "demo")
                            .orElseThrow()
                            .subscriptions())
                    .isEmpty();
        }

        @Test
        void doesNotWaitForAnUpstreamForEver() {
            gateway.onCall(call -> {});
            Answer answer = client.send("resources/subscribe", Map.of("uri", "file:///README.md"));
            assertThat(answer.message()).isEqualTo("resources/subscribe has not ended in time");
        }
    }

    @Nested
    class TheLimits {
        @Test
        void leaveAnAgentOneStreamOfTwo() {
            Stream first = listen(Map.of("toolsListChanged", true));
            Answer second = listener().send("subscriptions/listen", Map.of("notifications", Map.of()));
            // The acknowledgement was sent already, so the refusal ends the stream.
            assertThat(second.message())
                    .contains("as many streams of notifications open at this instance as it may, 1");
            first.ended();
        }

        @Test
        void leaveRoomForOtherAgents() {
            listen(Map.of("toolsListChanged", true));
            gateway.as("other");
            Stream second = listen(Map.of("toolsListChanged", true));
            assertThat(second.ended().json().has("result")).isTrue();
        }

        @Test
        void holdForAllAgentsTogether() {
            listen(Map.of());
            gateway.as("other");
            listen(Map.of());
            gateway.as("third");
            Answer third = listener().send("subscriptions/listen", Map.of("notifications", Map.of()));
            assertThat(third.message()).contains("as many streams of notifications open as it may, 2");
        }

        @Test
        void countAStreamNoLongerThatHasEnded() {
            listen(Map.of()).ended();
            var again = new McpStreams(1, 1, gateway.upstreams);
            for (int i = 0; i < 2; i++) {
                var reply = new McpReply(new MockHttpServletResponse());
                again.follow("demo", reply, change -> null, () -> false);
                assertThat(reply.isStreaming()).isTrue();
            }
        }
    }

    @Test
    void endsWhenItsClientMayNotFollowAnyLonger() {
        var reply = new McpReply(new MockHttpServletResponse());
        gateway.streams.follow("demo", reply, change -> null, () -> false);
        assertThat(gateway.streams.size()).isZero();
    }
}

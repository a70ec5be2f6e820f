package io.openclaw.gateway.common.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.CallContext;
import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.testing.Calls;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class CallContextTest {
    private static final RawJson ARGUMENTS = RawJson.of("{\"command\":\"ls\"}");

    private static String digest(@Nullable RawJson context) {
        return Digest.of("demo", "openclaw", "exec", ARGUMENTS, context);
    }

    private static McpContext client(boolean session, @Nullable String level, boolean progress, @Nullable String meta) {
        return new McpContext(
                session,
                RawJson.of("{\"name\":\"client\"}"),
                RawJson.of("{\"roots\":{}}"),
                level,
                progress,
                null,
                meta == null ? null : RawJson.of(meta));
    }

    @Test
    void eachPartThatReachesAnUpstreamCounts() {
        var contexts = java.util.List.of(
                "{\"sessionKey\":\"a\"}",
                "{\"sessionKey\":\"b\"}",
                "{\"agentId\":\"a\"}",
                "{\"dryRun\":true}",
                "{\"dryRun\":false}",
                "{\"x-openclaw-message-to\":\"+1\"}",
                "{\"x-openclaw-account-id\":\"+1\"}",
                "{\"x-openclaw-message-channel\":\"+1\"}",
                "{\"x-openclaw-thread-id\":\"+1\"}",
                "{\"meta\":{\"evil/target\":\"+1\"}}",
                "{\"inputResponses\":{\"evil/target\":\"+1\"}}");
        assertThat(contexts.stream().map(RawJson::of).map(CallContextTest::digest))
                .doesNotHaveDuplicates()
                .doesNotContain(digest(null));
    }

    /** Calls that were approved before contexts counted have the digest that they had. */
    @Test
    void aCallWithoutContextHasTheDigestThatItAlwaysHad() {
        assertThat(digest(null)).isEqualTo(Digest.of("demo", "openclaw", "exec", ARGUMENTS));
        assertThat(digest(RawJson.EMPTY_OBJECT)).isEqualTo(digest(null));
        assertThat(digest(null)).isEqualTo("946eaf8329a39a8943582eb27238b6b55cb9500317cd84069d8c2aa9c2c7ae51");
    }

    @Test
    void howAClientIsAnsweredMakesNoOtherCall() {
        String digest = digest(client(false, null, false, null).inContext());
        assertThat(digest).isEqualTo(digest(null));
        assertThat(digest(client(true, "debug", true, null).inContext())).isEqualTo(digest);
        assertThat(digest(client(true, "debug", true, "{\"a\":1}").inContext())).isNotEqualTo(digest);
    }

    @Test
    void whatAnMcpClientSaidIsReadAgain() {
        McpContext said = client(true, "debug", true, "{\"a\":1.10}");
        ToolCall call = Calls.call("demo", "openclaw", "exec", RawJson.EMPTY_OBJECT, Instant.EPOCH)
                .showing(RawJson.EMPTY_OBJECT, said.inContext());
        assertThat(McpContext.of(call)).isEqualTo(said);
        assertThat(CallContext.of(call).meta()).isEqualTo(RawJson.of("{\"a\":1.10}"));
    }

    /** A client can say what it can do, and nothing else. */
    @Test
    void capabilitiesCarryNoWordsOfTheClient() {
        JsonNode said = RawJson.of("{\"elicitation\":{\"form\":{\"evil\":\"+1\"},\"url\":\"+1\",\"evil\":\"+1\"},"
                        + "\"roots\":{\"listChanged\":true},\"sampling\":\"+1\",\"evil\":{\"to\":\"+1\"}}")
                .as(JsonNode.class);
        RawJson known = McpContext.capabilities(said);
        assertThat(known).isNotNull();
        assertThat(known.as(JsonNode.class))
                .isEqualTo(RawJson.of("{\"elicitation\":{\"form\":{}},\"roots\":{\"listChanged\":true}}")
                        .as(JsonNode.class));
        assertThat(McpContext.capabilities(null)).isNull();
    }

    /** Of a context that an older ingress made, nothing reaches an upstream that its digest does not cover. */
    @Test
    void whatAnOlderIngressPutBesideTheDigestIsNotPassedOn() {
        ToolCall call = Calls.call("demo", "openclaw", "exec", RawJson.EMPTY_OBJECT, Instant.EPOCH)
                .showing(
                        RawJson.EMPTY_OBJECT,
                        RawJson.of("{\"mcp\":{\"hasSession\":true,\"progress\":false,\"meta\":{\"evil\":\"+1\"},"
                                + "\"inputResponses\":{\"a\":1}}}"));
        assertThat(McpContext.of(call).meta()).isNull();
        assertThat(McpContext.of(call).inputResponses()).isNull();
    }
}

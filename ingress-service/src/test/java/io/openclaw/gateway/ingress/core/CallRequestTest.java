package io.openclaw.gateway.ingress.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.call.Identity;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.RunRef;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallRequestTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00.123456789Z");
    private static final Caller DEMO = new Caller("demo", Identity.NONE);
    private static final List<String> ONE = List.of("openclaw");
    private static final List<String> TWO = List.of("openclaw", "jira");

    private static ToolCall call(@Nullable String upstream, @Nullable String tool, List<String> upstreams) {
        return new CallRequest(upstream, tool, null, null, null, null, null, null)
                .toCall(DEMO, Origin.REST, upstreams, 2, NOW);
    }

    @Nested
    class WhoRunsIt {
        private final RunRef run = new RunRef("s", "r", "alice");
        private final UUID parent = UUID.randomUUID();

        private CallRequest request(RunRef of) {
            return new CallRequest(null, "exec", null, null, null, "key", null, null, Mode.DECIDE, parent, of);
        }

        @Test
        void isSaidInTheCallWithWhatItIsPartOf() {
            ToolCall call = request(run).toCall(DEMO, Origin.HOOK, ONE, 0, NOW);
            assertThat(call.mode()).isEqualTo(Mode.DECIDE);
            assertThat(call.parentCallId()).isEqualTo(parent);
            assertThat(call.run()).isEqualTo(run);
            assertThat(call.digest())
                    .as("another turn and another mode ask for the same")
                    .isEqualTo(call(null, "exec", ONE).digest());
        }

        @Test
        void losesItsIdempotencyKeyInADryRun() {
            CallRequest dry = request(run).in(Mode.DRY_RUN);
            assertThat(dry.idempotencyKey()).isNull();
            assertThat(dry.toCall(DEMO, Origin.HOOK, ONE, 0, NOW).mode()).isEqualTo(Mode.DRY_RUN);
        }

        @Test
        void refusesNamesThatAreTooLong() {
            String longest = "x".repeat(201);
            assertThatThrownBy(() -> request(new RunRef(longest, null, null)).toCall(DEMO, Origin.HOOK, ONE, 0, NOW))
                    .hasMessageContaining("'session' has 201 characters");
        }
    }

    @Nested
    class TheAddress {

        @Test
        void isTheToolAtTheOnlyUpstream() {
            assertThat(call(null, "exec", ONE).address()).isEqualTo("openclaw/exec");
        }

        @Test
        void canNameTheUpstreamEitherWay() {
            assertThat(call(null, "jira/get_issue", TWO).address()).isEqualTo("jira/get_issue");
            assertThat(call("jira", "get_issue", TWO).address()).isEqualTo("jira/get_issue");
        }

        @Test
        void mustNameItWhereThereAreMore() {
            assertThatThrownBy(() -> call(null, "exec", TWO))
                    .hasMessageContaining("'upstream' is missing")
                    .hasMessageContaining("[openclaw, jira]");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"a/b", "über", "名前", "x@y", "-dash", "a$b", "with+plus", "it's", "a b", "../x", "*", "jira/x"
                })
        void mayEndInAnyName(String name) {
            assertThat(call("jira", name, TWO).tool()).isEqualTo(name);
            assertThat(call(null, "jira/" + name, TWO).tool()).isEqualTo(name);
            assertThat(call(null, "jira/" + name, TWO).upstream()).isEqualTo("jira");
        }

        @ParameterizedTest
        @ValueSource(strings = {"a\nb", "\ud83d", "x\0"})
        void endsInNothingThatCannotBeCarried(String name) {
            assertThatThrownBy(() -> call("jira", name, TWO))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("its name holds");
        }

        /** A tool may have a name that begins as the addresses of its upstream do. */
        @Test
        void isDividedNowhereWhereTheUpstreamIsGiven() {
            ToolCall call = call("odd", "odd/echo", List.of("odd"));
            assertThat(call.upstream()).isEqualTo("odd");
            assertThat(call.tool()).isEqualTo("odd/echo");
            assertThat(call.address()).isEqualTo(call(null, "odd/odd/echo", TWO).address());
        }
    }

    @Test
    void theCallCarriesWhatWasAskedAndItsDigest() {
        RawJson arguments = RawJson.of("{\"b\":1, \"a\":2}");
        ToolCall call = new CallRequest(null, "exec", arguments, "tidy up", null, null, null, null)
                .toCall(DEMO, Origin.REST, ONE, 2, NOW);

        assertThat(call.arguments()).isSameAs(arguments);
        assertThat(call.intent()).isEqualTo("tidy up");
        assertThat(call.replyPartition()).isEqualTo(2);
        assertThat(call.callId().version()).isEqualTo(7);
        assertThat(call.digest()).isEqualTo(Digest.of("demo", "openclaw", "exec", RawJson.of("{\"a\":2,\"b\":1}")));
        assertThat(call.seal()).isNull();
    }

    @Test
    void theDeadlineIsHalfAnHourUnlessItIsGiven() {
        assertThat(Duration.between(
                        call(null, "exec", ONE).requestedAt(),
                        call(null, "exec", ONE).deadline()))
                .isEqualTo(CallRequest.DEFAULT_DEADLINE);
    }

    @Test
    void aLongTextIsShortenedInTheErrorThatNamesIt() {
        assertThatThrownBy(() -> call(null, "x y".repeat(1_000), ONE))
                .isInstanceOf(InvalidRequestException.class)
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(250));
    }

    private static ToolCall call(String arguments, @Nullable String context) {
        return new CallRequest(
                        null,
                        "exec",
                        RawJson.of(arguments),
                        null,
                        null,
                        null,
                        context == null ? null : RawJson.of(context),
                        null)
                .toCall(DEMO, Origin.REST, ONE, 2, NOW);
    }

    @Test
    void numbersThatNoDoubleHoldsPassExactly() {
        String numbers = "{\"n\":[9007199254740993,7960607143101464576,18446744073709551615,0.1,1.10]}";
        assertThat(call(numbers, null).arguments()).isEqualTo(RawJson.of(numbers));
        assertThat(call("{\"n\":9007199254740993}", null).digest())
                .isNotEqualTo(call("{\"n\":9007199254740992}", null).digest());
    }

    @Test
    void whatReachesTheUpstreamBesideTheArgumentsMakesAnotherCall() {
        String digest = call("{}", null).digest();
        String toEve = call("{}", "{\"x-openclaw-message-to\":\"eve\"}").digest();
        assertThat(toEve).isNotEqualTo(digest);
        assertThat(call("{}", "{\"x-openclaw-message-to\":\"bob\"}").digest()).isNotEqualTo(toEve);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"n\":1e400}",
                "{\"n\":1e1000000000}",
                "{\"n\":\"\\ud800\"}",
                "{\"n\":{\"\\udfff\":1}}",
                "{\"n\":\"\\ud83d \"}"
            })
    void argumentsThatCannotBeCarriedAreRefusedWithTheirPlace(String arguments) {
        assertThatThrownBy(() -> call(arguments, null))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageStartingWith("'arguments': ")
                .hasMessageContaining("/n");
        assertThatThrownBy(() -> call("{}", arguments))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("/n");
    }

    @Test
    void halfACharacterIsRefusedInEveryText() {
        String half = "x\ud800y";
        List<CallRequest> requests = List.of(
                new CallRequest(null, "exec", null, half, null, null, null, null),
                new CallRequest(null, "exec", null, null, null, half, null, null),
                new CallRequest(null, "exec", null, null, null, null, null, half),
                new CallRequest(null, half, null, null, null, null, null, null),
                new CallRequest(half, "exec", null, null, null, null, null, null));
        assertThat(requests)
                .allSatisfy(request -> assertThatThrownBy(() -> request.toCall(DEMO, Origin.REST, ONE, 2, NOW))
                        .isInstanceOf(InvalidRequestException.class));
    }
}

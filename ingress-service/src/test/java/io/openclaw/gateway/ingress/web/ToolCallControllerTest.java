package io.openclaw.gateway.ingress.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Identity;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.web.WebAddresses;
import io.openclaw.gateway.ingress.core.InvalidRequestException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.web.ErrorResponseException;

class ToolCallControllerTest {
    private static final Caller DEMO = new Caller("demo", Identity.NONE);
    private static final Caller OTHER = new Caller("other", Identity.NONE);

    private final RestFixture gateway = new RestFixture();
    private final ToolCallController controller =
            new ToolCallController(gateway.pipeline, gateway.agents, WebAddresses.ofThisMachine(), gateway.bodies);

    private static MockHttpServletRequest request(String body) {
        return RestFixture.request(ToolCallController.PATH, body);
    }

    private ResponseEntity<CallView> ask(String body) {
        return controller.ask(request(body), DEMO, null);
    }

    private static CallView view(ResponseEntity<CallView> answer) {
        return Objects.requireNonNull(answer.getBody());
    }

    @Nested
    class Asking {
        @Test
        void submitsWhatTheBodySays() {
            ask("""
                    {"tool": "exec", "upstream": "openclaw", "arguments": {"command":"ls"}, "intent": "look around",
                     "idempotencyKey": "k1", "onBehalfOf": "eve", "deadline": "2026-11-26T12:05:00Z"}
                    """);
            var call = gateway.pipeline.lastAsked();
            assertThat(call.address()).isEqualTo("openclaw/exec");
            assertThat(call.arguments()).isEqualTo(RawJson.of("{\"command\":\"ls\"}"));
            assertThat(call.intent()).isEqualTo("look around");
            assertThat(call.deadline()).isEqualTo(RestFixture.NOW.plusSeconds(300));
            assertThat(call.identified().onBehalfOf()).isEqualTo("eve");
            assertThat(call.origin()).isEqualTo(Origin.REST);
            assertThat(call.agent()).isEqualTo("demo");
            assertThat(call.context()).isNull();
        }

        @Test
        void answersWithTheEndIfItComesInTime() {
            gateway.pipeline.onCall(call -> gateway.pipeline.succeeds(call, "{\"out\":7}"));
            ResponseEntity<CallView> answer = ask("{\"tool\":\"exec\"}");
            assertThat(answer.getStatusCode().value()).isEqualTo(200);
            CallView view = view(answer);
            assertThat(view.status()).isEqualTo("COMPLETED");
            assertThat(view.outcome()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(view.result()).isEqualTo(RawJson.of("{\"out\":7}"));
            assertThat(view.error()).isNull();
            assertThat(view.completedAt()).isEqualTo(RestFixture.NOW);
            assertThat(gateway.pipeline.remembered()).isEmpty();
        }

        @Test
        void answersWithWhoDecidedWhat() {
            var verdict = Verdict.of(Stage.POLICY, Decision.DENY, List.of(), "policy", RestFixture.NOW, "v1");
            gateway.pipeline.onCall(call ->
                    gateway.pipeline.ends(call, Outcome.DENIED, null, CallError.of("denied", "No."), List.of(verdict)));
            CallView view = view(ask("{\"tool\":\"exec\"}"));
            assertThat(view.verdicts()).containsExactly(verdict);
            assertThat(view.error()).isEqualTo(CallError.of("denied", "No."));
            assertThat(view.findings()).isNull();
        }

        @Test
        void answersWithAHandleOnACallThatTakesLonger() {
            ResponseEntity<CallView> answer = ask("{\"tool\":\"exec\"}");
            UUID callId = gateway.pipeline.lastAsked().callId();
            assertThat(answer.getStatusCode().value()).isEqualTo(202);
            assertThat(view(answer).status()).isEqualTo("PENDING");
            assertThat(answer.getHeaders().getFirst(HttpHeaders.LOCATION))
                    .isEqualTo(view(answer).url())
                    .endsWith("/v1/tool-calls/" + callId);
            assertThat(gateway.pipeline.remembered()).containsExactly(callId);
        }

        @ParameterizedTest
        @CsvSource({"wait=5, 5", "wait=0, 0", "respond-async; wait=7, 7", "wait=600, 60", ", 30"})
        void waitsAsLongAsTheClientPrefers(@Nullable String prefer, long seconds) {
            controller.ask(request("{\"tool\":\"exec\"}"), DEMO, prefer);
            assertThat(gateway.clock.instant()).isEqualTo(RestFixture.NOW.plusSeconds(seconds));
        }

        @Test
        void saysUntilWhenAPersonMayDecide() {
            gateway.pipeline.onCall(
                    call -> gateway.pipeline.waitsForAPerson(call.callId(), RestFixture.NOW.plusSeconds(600)));
            CallView view = view(ask("{\"tool\":\"exec\"}"));
            assertThat(view.status()).isEqualTo("WAITING_FOR_APPROVAL");
            assertThat(view.approvalExpiresAt()).isEqualTo(RestFixture.NOW.plusSeconds(600));
        }

        @Test
        void saysThatTheClientHasToAnswer() {
            gateway.pipeline.onCall(call -> gateway.pipeline.asksTheClient(call, 1, Map.of("k", RawJson.EMPTY_OBJECT)));
            assertThat(view(ask("{\"tool\":\"exec\"}")).status()).isEqualTo("WAITING_FOR_INPUT");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '~',
                value = {
                    "null                          | it must be a JSON object",
                    "[]                            | JSON object",
                    "{\"tool\":\"exec\",\"tols\":1}   | 'tols' is no field of it; these are: arguments, deadline",
                    "{\"tool\":\"exec\",\"deadline\":\"soon\"} | 'deadline' has to be a time as RFC 3339 has it",
                    "{\"tool\":\"exec\",\"tool\":\"x\"}  | it has the name 'tool' twice",
                    "{\"tool\":\"exec\"} {}          | it goes on after the end of its value",
                    "{}                            | 'tool' is missing",
                    "{\"tool\":\"exec\",\"arguments\":[1]} | 'arguments' must be a JSON object",
                    "{\"tool\":\"exec\",\"deadline\":\"2026-11-26T11:59:59Z\"} | which is over",
                    "{\"tool\":\"exec\",\"deadline\":\"2026-11-28T12:00:00Z\"} | at most 24 hours away",
                    "{\"tool\":\"exec\",\"intent\":\" \"}  | 'intent' has 1 characters: it may have 1 to 2000",
                    "{\"tool\":\"exec\",\"idempotencyKey\":\"\"}  | 'idempotencyKey' has 0 characters",
                    "{\"tool\":\"exec\",\"onBehalfOf\":\"a\\u0000b\"} | the text at /onBehalfOf has a NUL character",
                    "{\"tool\":\"exec\",\"upstream\":\"../x\"} | 'upstream' is \"../x\": it is one of [openclaw]"
                })
        void saysWhatIsWrongWithTheBody(String body, String why) {
            assertThatThrownBy(() -> ask(body))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining(why);
            assertThat(gateway.pipeline.asked()).isEmpty();
        }

        @Test
        void forgetsTheBodyWhileItWaits() {
            gateway.pipeline.onWait(callId -> assertThat(gateway.memory.used()).isZero());
            ask("{\"tool\":\"exec\",\"arguments\":{\"text\":\"" + "x".repeat(10_000) + "\"}}");
            assertThat(gateway.clock.instant()).isAfter(RestFixture.NOW);
        }
    }

    @Nested
    class Looking {
        @Test
        void tellsTheAgentOfItsCall() {
            ask("{\"tool\":\"exec\"}");
            String callId = gateway.pipeline.lastAsked().callId().toString();
            CallView view = view(controller.look(callId, DEMO, request("")));
            assertThat(view.callId()).hasToString(callId);
            assertThat(view.tool()).isEqualTo("exec");
            assertThat(view.upstream()).isEqualTo("openclaw");
            assertThat(view.digest()).isEqualTo(gateway.pipeline.lastAsked().digest());
        }

        @Test
        void tellsNoOtherAgentThatThereIsSuchACall() {
            ask("{\"tool\":\"exec\"}");
            String callId = gateway.pipeline.lastAsked().callId().toString();
            ErrorResponseException refused = catchThrowableOfType(
                    ErrorResponseException.class, () -> controller.look(callId, OTHER, request("")));
            assertThat(refused.getStatusCode().value()).isEqualTo(404);
            assertThat(refused.getBody().getDetail()).isEqualTo("There is no call " + callId + " of agent other.");
        }

        @ParameterizedTest
        @ValueSource(strings = {"7", "", "0190163d-8694-739b-aea5-966c26f8ad91", "x'; drop table calls"})
        void findsNothingUnderAnIdThatIsNone(String callId) {
            ErrorResponseException refused = catchThrowableOfType(
                    ErrorResponseException.class, () -> controller.look(callId, DEMO, request("")));
            assertThat(refused.getStatusCode().value()).isEqualTo(404);
        }
    }

    @Nested
    class Withdrawing {
        private String asked() {
            ask("{\"tool\":\"exec\"}");
            return gateway.pipeline.lastAsked().callId().toString();
        }

        @Test
        void cancelsACallThatNothingHasStarted() {
            ResponseEntity<CallView> answer = controller.withdraw(asked(), DEMO, request(""));
            assertThat(answer.getStatusCode().value()).isEqualTo(200);
            assertThat(view(answer).outcome()).isEqualTo(Outcome.CANCELLED);
        }

        @Test
        void comesTooLateForACallThatHasEnded() {
            gateway.pipeline.onCall(call -> gateway.pipeline.succeeds(call, "{}"));
            String callId = asked();
            ErrorResponseException refused = catchThrowableOfType(
                    ErrorResponseException.class, () -> controller.withdraw(callId, DEMO, request("")));
            assertThat(refused.getStatusCode().value()).isEqualTo(409);
            assertThat(refused.getBody().getDetail()).contains("has already ended: SUCCEEDED");
        }

        @Test
        void isForTheAgentOfTheCallAlone() {
            String callId = asked();
            assertThatThrownBy(() -> controller.withdraw(callId, OTHER, request("")))
                    .isInstanceOf(ErrorResponseException.class);
            assertThat(gateway.pipeline.withdrawn()).isEmpty();
        }

        @Test
        void twiceIsACallThatHasEnded() {
            String callId = asked();
            controller.withdraw(callId, DEMO, request(""));
            assertThatThrownBy(() -> controller.withdraw(callId, DEMO, request("")))
                    .isInstanceOf(ErrorResponseException.class)
                    .hasMessageContaining("CANCELLED");
        }
    }

    @Test
    void namesACallByThePublicUrl() {
        var published = new ToolCallController(
                gateway.pipeline,
                gateway.agents,
                new WebAddresses(List.of(), List.of(), "https://gateway.example.com"),
                gateway.bodies);
        ResponseEntity<CallView> answer = published.ask(request("{\"tool\":\"exec\"}"), DEMO, "wait=0");
        assertThat(view(answer).url())
                .isEqualTo("https://gateway.example.com/v1/tool-calls/"
                        + gateway.pipeline.lastAsked().callId());
    }

    @Test
    void waitsNoLongerThanAMinute() {
        controller.ask(request("{\"tool\":\"exec\"}"), DEMO, "wait=3600");
        assertThat(gateway.clock.instant()).isEqualTo(RestFixture.NOW.plus(Duration.ofSeconds(60)));
    }
}

package io.openclaw.gateway.ingress.execute.web;

import static io.openclaw.gateway.ingress.execute.core.ScriptedPlanner.choice;
import static io.openclaw.gateway.ingress.execute.core.ScriptedPlanner.plan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.delete;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;

import io.openclaw.gateway.common.call.Identity;
import io.openclaw.gateway.common.event.RunEvent;
import io.openclaw.gateway.common.event.RunStarted;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.web.WebAddresses;
import io.openclaw.gateway.ingress.core.AgentLimits;
import io.openclaw.gateway.ingress.core.AgentRates;
import io.openclaw.gateway.ingress.core.CallState;
import io.openclaw.gateway.ingress.core.InvalidRequestException;
import io.openclaw.gateway.ingress.core.JsonLimits;
import io.openclaw.gateway.ingress.core.LimitExceededException;
import io.openclaw.gateway.ingress.core.ParsingPool;
import io.openclaw.gateway.ingress.core.Shares;
import io.openclaw.gateway.ingress.execute.ExecuteSettings;
import io.openclaw.gateway.ingress.execute.Runs;
import io.openclaw.gateway.ingress.execute.TestRuns;
import io.openclaw.gateway.ingress.execute.core.FakePipeline;
import io.openclaw.gateway.ingress.execute.core.InMemoryRuns;
import io.openclaw.gateway.ingress.execute.core.ScriptedPlanner;
import io.openclaw.gateway.ingress.web.RequestBodies;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.core.MethodParameter;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import tools.jackson.databind.JsonNode;

class ExecuteControllerTest {
    private final Clock clock = Clock.systemUTC();
    private final ScriptedPlanner model = new ScriptedPlanner();
    private final FakePipeline pipeline = new FakePipeline(clock).returning("sessions_list", "two sessions");
    private final InMemoryRuns store = new InMemoryRuns();
    private final List<RunEvent> events = new CopyOnWriteArrayList<>();
    private Caller caller = new Caller("demo", Identity.NONE);
    private final MockMvc mvc = mvc(true, 5);

    private MockMvc mvc(boolean hasModel, int agentMaxWaiting) {
        Runs runs = TestRuns.of(model, pipeline, store, events::add, hasModel, clock);
        var bodies = new RequestBodies(
                new Shares(1 << 20),
                1 << 20,
                Duration.ofSeconds(30),
                new AgentRates(clock),
                any -> new AgentLimits(10, 1 << 20, 100),
                new JsonLimits(100_000),
                new ParsingPool(1));
        var settings = new ExecuteSettings(
                5, Duration.ofMinutes(10), 1, 0, 1, 0, 8, 4, 10, agentMaxWaiting, 1, Duration.ZERO, 2_000);
        return MockMvcBuilders.standaloneSetup(new ExecuteController(
                        runs, settings, bodies, WebAddresses.ofThisMachine(), new Redactor(), clock))
                .setControllerAdvice(new ExecuteProblems())
                .setCustomArgumentResolvers(new HandlerMethodArgumentResolver() {
                    @Override
                    public boolean supportsParameter(MethodParameter parameter) {
                        return parameter.getParameterType() == Caller.class;
                    }

                    @Override
                    public Object resolveArgument(
                            MethodParameter parameter,
                            @Nullable ModelAndViewContainer container,
                            NativeWebRequest request,
                            @Nullable WebDataBinderFactory factory) {
                        return caller;
                    }
                })
                .build();
    }

    private MockHttpServletResponse perform(MockMvc with, MockHttpServletRequestBuilder request) throws Exception {
        return with.perform(request).andReturn().getResponse();
    }

    private MockHttpServletResponse execute(String body, String... headers) throws Exception {
        var request = post("/execute").contentType("application/json").content(body);
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return perform(mvc, request);
    }

    private static JsonNode body(MockHttpServletResponse response) throws Exception {
        return Json.MAPPER.readTree(response.getContentAsString());
    }

    @Test
    void answersAsTheOriginalPromised() throws Exception {
        model.chooses(choice("a", "sessions_list", "{}")).says("Two.");
        MockHttpServletResponse response = execute("{\"prompt\":\"list my sessions\",\"user_id\":\"alice\"}");
        assertThat(response.getStatus()).isEqualTo(200);
        JsonNode body = body(response);
        assertThat(body.path("status").asString()).isEqualTo("success");
        assertThat(body.path("output").asString()).isEqualTo("Two.");
        assertThat(body.path("request_id").asString()).hasSize(36);
        assertThat(body.at("/steps/0/call_id").asString()).hasSize(36);
        assertThat(body.at("/usage/input_tokens").asLong()).isEqualTo(200);
        assertThat(events.getFirst())
                .isInstanceOfSatisfying(
                        RunStarted.class,
                        started -> assertThat(started.userId()).isEqualTo("alice"));
    }

    @Test
    void aRunThatWaitsForAPersonIsAnsweredWithAHandle() throws Exception {
        pipeline.tool("message", FakePipeline::waiting);
        model.chooses(choice("a", "message", "{}"));
        MockHttpServletResponse response = execute("{\"prompt\":\"send\"}");
        assertThat(response.getStatus()).isEqualTo(202);
        JsonNode body = body(response);
        assertThat(body.path("status").asString()).isEqualTo("pending_approval");
        assertThat(response.getHeader("Location"))
                .endsWith("/execute/" + body.path("request_id").asString());
        assertThat(body.at("/steps/0/approval_expires_at").asString()).isNotEmpty();
        MockHttpServletResponse look =
                perform(mvc, get("/execute/" + body.path("request_id").asString()));
        assertThat(look.getStatus()).isEqualTo(200);
    }

    @Test
    void aRequestThatHasWaitedEnoughIsAnsweredWithAHandleThatIsNoNo() throws Exception {
        pipeline.tool("slow", CallState.Pending::new);
        model.chooses(choice("a", "slow", "{}"));
        MockHttpServletResponse response = execute("{\"prompt\":\"go\"}", "Prefer", "wait=0");
        assertThat(response.getStatus()).isEqualTo(202);
        JsonNode body = body(response);
        assertThat(body.path("status").asString()).isEqualTo("running");
        assertThat(body.has("error")).isFalse();
        MockHttpServletResponse cancelled =
                perform(mvc, delete("/execute/" + body.path("request_id").asString()));
        assertThat(body(cancelled).path("state").asString()).isEqualTo("CANCELLED");
        assertThat(perform(mvc, delete("/execute/" + body.path("request_id").asString()))
                        .getStatus())
                .isEqualTo(409);
    }

    @Test
    void withoutAModelNothingIsTakenAndOneSentenceSaysWhatToSet() throws Exception {
        MockHttpServletResponse response = perform(
                mvc(false, 5), post("/execute").contentType("application/json").content("{\"prompt\":\"go\"}"));
        assertThat(response.getStatus()).isEqualTo(503);
        assertThat(body(response).path("detail").asString()).contains("OPENAI_API_KEY", "OPENAI_BASE_URL");
        assertThat(events).isEmpty();
    }

    @Test
    void faultsOfTheModelAreABadGatewayAndItsTimeoutAGatewayTimeout() throws Exception {
        model.fails("model_failed", false).fails("model_timeout", false);
        assertThat(execute("{\"prompt\":\"go\"}").getStatus()).isEqualTo(502);
        MockHttpServletResponse timeout = execute("{\"prompt\":\"go\"}");
        assertThat(timeout.getStatus()).isEqualTo(504);
        assertThat(body(timeout).at("/error/type").asString()).isEqualTo("model_timeout");
    }

    @Test
    void eachStepIsToldAsItHappens() throws Exception {
        model.chooses(choice("a", "sessions_list", "{}")).says("Two.");
        MockHttpServletResponse response = execute("{\"prompt\":\"list\"}", "Accept", "text/event-stream");
        assertThat(response.getContentType()).startsWith("text/event-stream");
        assertThat(response.getContentAsString())
                .startsWith("event: run\n")
                .containsSubsequence("event: step", "event: end", "\"output\":\"Two.\"");
    }

    @Test
    void aRunOfAnotherAgentIsNotThere() throws Exception {
        String id = body(execute("{\"prompt\":\"go\"}")).path("request_id").asString();
        caller = new Caller("other", Identity.NONE);
        for (String path : List.of("/execute/" + id, "/execute/" + id + "/receipt", "/execute/none")) {
            assertThat(perform(mvc, get(path)).getStatus()).isEqualTo(404);
        }
        assertThat(perform(mvc, delete("/execute/" + id)).getStatus()).isEqualTo(404);
    }

    @Test
    void theSameIdempotencyKeyIsTheSameRun() throws Exception {
        String body = "{\"prompt\":\"go\",\"idempotency_key\":\"one\"}";
        JsonNode first = body(execute(body));
        JsonNode second = body(execute(body));
        assertThat(second.path("request_id")).isEqualTo(first.path("request_id"));
        assertThat(model.questions()).hasSize(1);
    }

    @Test
    void aPlanIsShownApprovedAndOnTheReceipt() throws Exception {
        model.chooses(plan("p", "[{\"tool\":\"sessions_list\",\"arguments\":{}}]"))
                .says("Two.");
        JsonNode planned = body(execute("{\"prompt\":\"list\",\"mode\":\"plan\"}"));
        assertThat(planned.path("state").asString()).isEqualTo("PLANNED");
        String digest = planned.at("/plan/digest").asString();
        String path = "/execute/" + planned.path("request_id").asString();
        MockHttpServletResponse approved = perform(
                mvc,
                post(path + "/plan")
                        .contentType("application/json")
                        .content("{\"digest\":\"" + digest + "\",\"decision\":\"approve\"}"));
        assertThat(body(approved).path("status").asString()).isEqualTo("success");
        JsonNode receipt = body(perform(mvc, get(path + "/receipt")));
        assertThat(receipt.at("/receipt/plans/0/digest").asString()).isEqualTo(digest);
        assertThat(receipt.at("/receipt/plans/0/approved_by").asString()).isEqualTo("agent demo");
        assertThat(receipt.path("sha256").asString()).hasSize(64);
    }

    private String planned() throws Exception {
        model.chooses(
                        plan(
                                "p",
                                "[{\"tool\":\"sessions_list\",\"arguments\":{}},{\"tool\":\"sessions_list\",\"arguments\":{\"n\":2}}]"))
                .says("Two.");
        return execute("{\"prompt\":\"list\",\"mode\":\"plan\"}").getContentAsString();
    }

    private MockHttpServletResponse decide(JsonNode planned, String fields) throws Exception {
        return perform(
                mvc,
                post("/execute/" + planned.path("request_id").asString() + "/plan")
                        .contentType("application/json")
                        .content("{\"digest\":\"" + planned.at("/plan/digest").asString() + "\"," + fields + "}"));
    }

    @Test
    void aDeniedPlanIsADenialAndNoCancellation() throws Exception {
        JsonNode planned = Json.MAPPER.readTree(planned());
        MockHttpServletResponse answer = decide(planned, "\"decision\":\"deny\",\"reason\":\"too risky\"");
        assertThat(answer.getStatus()).isEqualTo(200);
        JsonNode denied = body(answer);
        assertThat(denied.path("state").asString()).isEqualTo("DENIED");
        assertThat(denied.at("/error/type").asString()).isEqualTo("plan_denied");
        assertThat(denied.at("/plan/denied_by").asString()).isEqualTo("agent demo");
        JsonNode receipt =
                body(perform(mvc, get("/execute/" + planned.path("request_id").asString() + "/receipt")));
        assertThat(receipt.at("/receipt/plans/0/denial_reason").asString()).isEqualTo("too risky");
        assertThat(receipt.at("/receipt/plans/0/denied_at").asString()).isNotEmpty();
        assertThat(receipt.at("/receipt/state").asString()).isEqualTo("DENIED");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"strike\":[null]|list of numbers",
                "\"strike\":[1.5]|list of numbers",
                "\"strike\":[\"1\"]|list of numbers",
                "\"strike\":[true]|list of numbers",
                "\"strike\":[1,1]|twice",
                "\"strike\":[1],\"edit\":{\"1\":{}}|both",
                "\"edit\":{\"1\":{},\"01\":{}}|twice",
                "\"edit\":{\"1\":null}|JSON object",
                "\"edit\":{\"x\":{}}|no number",
                "\"edit\":{\"3\":{}}|steps 1 to 2",
                "\"strike\":[1,2]|leaves no step",
                "\"reason\":\"why not\"|'reason'"
            })
    void aDecisionThatMakesNoSenseSaysWhatIsWrong(String fields, String what) throws Exception {
        JsonNode planned = Json.MAPPER.readTree(planned());
        assertThatThrownBy(() -> decide(planned, "\"decision\":\"approve\"," + fields))
                .hasRootCauseInstanceOf(InvalidRequestException.class)
                .rootCause()
                .hasMessageContaining(what);
        assertThat(pipeline.size()).isZero();
    }

    @Test
    void aRequestThatMayNotWaitBeginsNothing() throws Exception {
        pipeline.tool("slow", CallState.Pending::new);
        model.chooses(choice("a", "slow", "{}")).says("Done.");
        MockMvc narrow = mvc(true, 1);
        var first = post("/execute").contentType("application/json").content("{\"prompt\":\"go\"}");
        var waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return perform(narrow, first).getStatus();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        Awaitility.await().until(() -> pipeline.size() == 1);
        var second = post("/execute").contentType("application/json").content("{\"prompt\":\"one more\"}");
        assertThatThrownBy(() -> perform(narrow, second))
                .hasRootCauseInstanceOf(LimitExceededException.class)
                .rootCause()
                .hasMessageContaining("Nothing was begun");
        assertThat(events)
                .filteredOn(RunStarted.class::isInstance)
                .singleElement()
                .satisfies(
                        started -> assertThat(((RunStarted) started).prompt()).isEqualTo("go"));
        pipeline.nowAll("slow", call -> FakePipeline.succeeded(call, "done"));
        assertThat(waiting.join()).isEqualTo(200);
    }

    @Test
    void aCredentialInTheNameOfThePersonIsMasked() throws Exception {
        String key = "AKIA" + "IOSFODNN7EXAMPLE";
        JsonNode body = body(execute("{\"prompt\":\"go\",\"user_id\":\"" + key + "\"}"));
        JsonNode receipt =
                body(perform(mvc, get("/execute/" + body.path("request_id").asString() + "/receipt")));
        assertThat(receipt.toString()).doesNotContain(key);
        assertThat(Json.MAPPER.writeValueAsString(events)).doesNotContain(key);
    }
}

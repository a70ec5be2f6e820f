package io.openclaw.gateway.ingress.execute.web;

import static io.openclaw.gateway.ingress.execute.core.ScriptedPlanner.choice;
import static io.openclaw.gateway.ingress.execute.core.ScriptedPlanner.plan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.delete;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;

import io.openclaw.gateway.common.call.Identity;
import io.openclaw.gateway.common.event.RunEvent;
import io.openclaw.gateway.common.event.RunStarted;
import io.openclaw.gateway.common.health.BackgroundWork;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.web.WebAddresses;
import io.openclaw.gateway.ingress.core.AgentLimits;
import io.openclaw.gateway.ingress.core.AgentRates;
import io.openclaw.gateway.ingress.core.CallState;
import io.openclaw.gateway.ingress.core.JsonLimits;
import io.openclaw.gateway.ingress.core.ParsingPool;
import io.openclaw.gateway.ingress.core.Shares;
import io.openclaw.gateway.ingress.execute.ExecuteSettings;
import io.openclaw.gateway.ingress.execute.RunSignals;
import io.openclaw.gateway.ingress.execute.Runs;
import io.openclaw.gateway.ingress.execute.core.FakePipeline;
import io.openclaw.gateway.ingress.execute.core.InMemoryRuns;
import io.openclaw.gateway.ingress.execute.core.RunDriver;
import io.openclaw.gateway.ingress.execute.core.RunLimits;
import io.openclaw.gateway.ingress.execute.core.ScriptedPlanner;
import io.openclaw.gateway.ingress.web.RequestBodies;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
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
    private final MockMvc mvc = mvc(true);

    private MockMvc mvc(boolean hasModel) {
        var limits = new RunLimits(5, Duration.ofMinutes(10), 100_000, 0, 1_000_000, 0);
        var driver = new RunDriver(
                model,
                pipeline,
                store,
                events::add,
                (agent, roles) -> limits,
                new RunDriver.Settings(1, Duration.ZERO, 2_000),
                "one",
                clock);
        var runs = new Runs(
                store,
                driver,
                events::add,
                pipeline,
                (agent, roles) -> limits,
                new RunSignals(),
                4,
                8,
                hasModel,
                "one",
                new BackgroundWork(),
                clock);
        var bodies = new RequestBodies(
                new Shares(1 << 20),
                1 << 20,
                Duration.ofSeconds(30),
                new AgentRates(clock),
                any -> new AgentLimits(10, 1 << 20, 100),
                new JsonLimits(100_000),
                new ParsingPool(1));
        var settings = new ExecuteSettings(5, Duration.ofMinutes(10), 1, 0, 1, 0, 8, 4, 10, 5, 1, Duration.ZERO, 2_000);
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
                mvc(false), post("/execute").contentType("application/json").content("{\"prompt\":\"go\"}"));
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
}

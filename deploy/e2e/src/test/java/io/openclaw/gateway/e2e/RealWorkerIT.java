package io.openclaw.gateway.e2e;

import static io.openclaw.gateway.e2e.RunningGateway.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.e2e.RunningGateway.Answer;
import io.openclaw.gateway.testing.ModelDouble;
import java.time.Duration;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The gateway in front of a real OpenClaw worker, installed from npm. */
@Tag(NpmAhead.TAG)
@Order(3)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RealWorkerIT {
    private final RealWorker worker = RealWorker.get();

    private RunningGateway gateway() {
        return RunningGateway.on(worker.url(), RealWorker.TOKEN);
    }

    @Test
    void sessionsListAnswersThroughBothDoors() {
        // The worker says 500 for some seconds after it listens.
        eventually().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
            Answer answer = gateway().call("sessions_list", "{}");
            assertThat(answer.text("/outcome")).isEqualTo("SUCCEEDED");
            assertThat(answer.text("/result/content/0/text")).contains("sessions");
        });
        Answer invoked =
                gateway().post("/tools/invoke", "{\"tool\":\"sessions_list\",\"action\":\"json\",\"args\":{}}");
        assertThat(invoked.status()).isEqualTo(200);
        assertThat(invoked.at("/ok").asBoolean()).isTrue();
        assertThat(invoked.at("/result/details").isObject()).isTrue();
    }

    @Test
    void memorySearchAnswersThroughBothDoorsAsTheWorkerItselfDoes() {
        String arguments = "{\"query\":\"gateway\"}";
        eventually().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
            Answer answer = gateway().call("memory_search", arguments);
            assertThat(answer.text("/outcome")).isEqualTo("SUCCEEDED");
        });
        Answer invoked = gateway().post("/tools/invoke", "{\"tool\":\"memory_search\",\"args\":" + arguments + "}");
        assertThat(invoked.status()).isEqualTo(200);
        assertThat(invoked.at("/result/content").isArray()).isTrue();
    }

    @Test
    void anUnknownToolIsWhatTheWorkerSaysItIs() {
        Answer answer = gateway().call("no_such_tool", "{}");
        assertThat(answer.text("/outcome")).isEqualTo("FAILED");
        assertThat(answer.text("/error/type")).isEqualTo("not_found");
        Answer invoked = gateway().post("/tools/invoke", "{\"tool\":\"no_such_tool\"}");
        assertThat(invoked.status()).isEqualTo(404);
        assertThat(invoked.text("/error/message")).isEqualTo("Tool not available: no_such_tool");
    }

    @Test
    void healthSaysThatTheWorkerAnswers() {
        // Until the executor that was just started has looked, the report of the one before it stands.
        eventually()
                .untilAsserted(() -> assertThat(gateway().console("/health").text("/components/worker/why"))
                        .contains(worker.url(), "answers"));
    }

    @Test
    void aPromptIsAnsweredFromTheWorkersSessions() {
        ModelDouble model = RunningGateway.planner();
        eventually().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
            model.answering(question -> ExecuteIT.toldLast(question).isEmpty()
                    ? ModelDouble.Answer.choosing(new ModelDouble.Choice("id-1", "sessions_list", "{}"))
                    : ModelDouble.Answer.of(
                            "Your sessions: " + ExecuteIT.toldLast(question).contains("sessions")));
            Answer answer = gateway().post("/execute", "{\"prompt\":\"list my sessions\",\"user_id\":\"alice\"}");
            assertThat(answer.text("/steps/0/outcome")).isEqualTo("SUCCEEDED");
            assertThat(answer.text("/output")).isEqualTo("Your sessions: true");
        });
        assertThat(model.questions()
                        .getFirst()
                        .body()
                        .at("/tools")
                        .valueStream()
                        .map(tool -> tool.at("/function/name").asString("")))
                .contains("sessions_list", "memory_search");
    }

    /** The first one: the gateway is started anew for it, and once more for all others and the next suite. */
    @Order(1)
    @Test
    void aWrongTokenIsNamedWithItsCure() {
        Answer answer = RunningGateway.on(worker.url(), "wrong").call("sessions_list", "{}");
        assertThat(answer.text("/outcome")).isEqualTo("FAILED");
        assertThat(answer.text("/error/type")).isEqualTo("worker_unauthorized");
        assertThat(answer.text("/error/message")).contains("OPENCLAW_WORKER_TOKEN", "gateway.auth.token");
    }
}

package io.openclaw.gateway.e2e;

import static io.openclaw.gateway.e2e.RunningGateway.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.e2e.RunningGateway.Answer;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The gateway in front of a real OpenClaw worker, installed from npm. */
@Tag(NpmAhead.TAG)
@Order(3)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RealWorkerTest {
    private static RealWorker worker;
    private static RunningGateway gateway;

    @BeforeAll
    static void startThem() throws Exception {
        worker = RealWorker.installAndStart();
        gateway = RunningGateway.restartOn(worker.url(), RealWorker.TOKEN);
    }

    @AfterAll
    static void stopIt() {
        if (worker != null) {
            worker.close();
        }
    }

    @Test
    void sessionsListAnswersThroughBothDoors() {
        // The worker says 500 for some seconds after it listens.
        eventually().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            Answer answer = gateway.call("sessions_list", "{}");
            assertThat(answer.text("/outcome")).isEqualTo("SUCCEEDED");
            assertThat(answer.text("/result/content/0/text")).contains("sessions");
        });
        Answer invoked = gateway.post("/tools/invoke", "{\"tool\":\"sessions_list\",\"action\":\"json\",\"args\":{}}");
        assertThat(invoked.status()).isEqualTo(200);
        assertThat(invoked.at("/ok").asBoolean()).isTrue();
        assertThat(invoked.at("/result/details").isObject()).isTrue();
    }

    @Test
    void memorySearchAnswersThroughBothDoorsAsTheWorkerItselfDoes() {
        String arguments = "{\"query\":\"gateway\"}";
        eventually().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            Answer answer = gateway.call("memory_search", arguments);
            assertThat(answer.text("/outcome")).isEqualTo("SUCCEEDED");
        });
        Answer invoked = gateway.post("/tools/invoke", "{\"tool\":\"memory_search\",\"args\":" + arguments + "}");
        assertThat(invoked.status()).isEqualTo(200);
        assertThat(invoked.at("/result/content").isArray()).isTrue();
    }

    @Test
    void anUnknownToolIsWhatTheWorkerSaysItIs() {
        Answer answer = gateway.call("no_such_tool", "{}");
        assertThat(answer.text("/outcome")).isEqualTo("FAILED");
        assertThat(answer.text("/error/type")).isEqualTo("not_found");
        Answer invoked = gateway.post("/tools/invoke", "{\"tool\":\"no_such_tool\"}");
        assertThat(invoked.status()).isEqualTo(404);
        assertThat(invoked.text("/error/message")).isEqualTo("Tool not available: no_such_tool");
    }

    @Test
    void healthSaysThatTheWorkerAnswers() {
        // Until the executor that was just started has looked, the report of the one before it stands.
        eventually()
                .untilAsserted(() -> assertThat(gateway.get("/health").text("/components/worker/why"))
                        .contains(worker.url(), "answers"));
    }

    /** The last one: the gateway is started anew for it, and by whatever suite comes next. */
    @Order(Integer.MAX_VALUE)
    @Test
    void aWrongTokenIsNamedWithItsCure() {
        gateway = RunningGateway.restartOn(worker.url(), "wrong");
        Answer answer = gateway.call("sessions_list", "{}");
        assertThat(answer.text("/outcome")).isEqualTo("FAILED");
        assertThat(answer.text("/error/type")).isEqualTo("worker_unauthorized");
        assertThat(answer.text("/error/message")).contains("OPENCLAW_WORKER_TOKEN", "gateway.auth.token");
    }
}

package io.openclaw.gateway.e2e;

import static io.openclaw.gateway.e2e.RunningGateway.eventually;
import static io.openclaw.gateway.e2e.RunningGateway.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.e2e.RunningGateway.Answer;
import io.openclaw.gateway.testing.ModelDouble;
import io.openclaw.gateway.testing.ModelDouble.Choice;
import io.openclaw.gateway.testing.ModelDouble.Question;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A prompt becomes governed steps, with a scripted model in OpenAI's wire format. */
@Order(2)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ExecuteIT {
    private static final int TEST_WORKER = 1;
    private static final int RESTARTS = 2;

    private final TestWorker worker = TestWorker.get();
    private final ModelDouble model = RunningGateway.planner();
    private final String mark = UUID.randomUUID().toString();

    private static RunningGateway gateway() {
        return RunningGateway.on(TestWorker.get().url(), TestWorker.TOKEN);
    }

    /** The model chooses these first, and then answers with a text made of the last question. */
    private void chooses(Function<Question, String> answer, Choice... choices) {
        model.answering(question -> turns(question) == 0
                ? ModelDouble.Answer.choosing(choices)
                : ModelDouble.Answer.of(answer.apply(question)));
    }

    private static long turns(Question question) {
        return question.body()
                .get("messages")
                .valueStream()
                .filter(message -> message.path("role").asString("").equals("assistant"))
                .count();
    }

    private Choice choice(String tool, Map<String, ?> arguments) {
        return new Choice("id-" + UUID.randomUUID(), tool, json(arguments));
    }

    private String prompt(String text) {
        return json(Map.of("prompt", text, "user_id", "alice"));
    }

    static String toldLast(Question question) {
        return question.body()
                .get("messages")
                .valueStream()
                .filter(message -> message.path("role").asString("").equals("tool"))
                .map(message -> message.path("content").asString(""))
                .reduce("", (first, second) -> first + "\n" + second);
    }

    private String waitingRun(RunningGateway gateway) {
        chooses(question -> "It was sent.", choice("message", Map.of("mark", mark)));
        Answer answer = gateway.post("/execute", prompt("tell them"));
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.text("/status")).isEqualTo("pending_approval");
        assertThat(answer.header("Location")).endsWith("/execute/" + answer.text("/request_id"));
        return answer.text("/request_id");
    }

    private static String stepOf(RunningGateway gateway, String runId) {
        return gateway.get("/execute/" + runId).text("/steps/0/call_id");
    }

    private static Answer awaitEnd(RunningGateway gateway, String runId) {
        eventually()
                .until(() -> !gateway.get("/execute/" + runId).at("/ended_at").isMissingNode());
        return gateway.get("/execute/" + runId);
    }

    @Order(TEST_WORKER)
    @Test
    void aPromptIsAnsweredByAStepThatIsDecidedLikeAnyOtherCall() {
        chooses(question -> "Counted: " + toldLast(question).contains(mark), choice("count", Map.of("mark", mark)));
        Answer answer = gateway().post("/execute", prompt("count it"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("/status")).isEqualTo("success");
        assertThat(answer.text("/output")).isEqualTo("Counted: true");
        assertThat(answer.at("/steps/0/verdicts").size()).isEqualTo(2);
        assertThat(worker.runsWith(mark)).isEqualTo(1);
        String runId = answer.text("/request_id");
        String callId = answer.text("/steps/0/call_id");
        eventually().untilAsserted(() -> {
            assertThat(gateway().recorded(runId))
                    .containsExactly(
                            "run.started", "model.asked", "run.planned", "run.step.ended", "model.asked", "run.ended");
            assertThat(gateway().console("/audit?callId=" + callId).body().toString())
                    .contains("\"origin\":\"PLAN\"", "\"parentCallId\":\"" + runId + "\"", "count it");
        });
        Answer receipt = gateway().get("/execute/" + runId + "/receipt");
        assertThat(receipt.text("/receipt/prompt")).isEqualTo("count it");
        assertThat(receipt.text("/receipt/steps/0/outcome")).isEqualTo("SUCCEEDED");
        assertThat(receipt.text("/sha256")).hasSize(64);
        assertThat(gateway().console("/actuator/prometheus").response().body())
                .contains("openclaw_runs_ended_total", "openclaw_runs_model_tokens_total");
    }

    @Order(TEST_WORKER)
    @Test
    void stepsThatDoNotNeedEachOtherRunAtTheSameTime() {
        chooses(question -> "Met.", choice("meet", Map.of("n", 1)), choice("meet", Map.of("n", 2)));
        Answer answer = gateway().post("/execute", prompt("meet"));
        assertThat(answer.at("/steps")
                        .valueStream()
                        .map(step -> step.path("outcome").asString("")))
                .containsExactly("SUCCEEDED", "SUCCEEDED");
    }

    @Order(TEST_WORKER)
    @Test
    void aDeniedStepIsToldWithReasonsAndAnotherWayMayBeTaken() {
        model.answering(question -> switch ((int) turns(question)) {
            case 0 -> ModelDouble.Answer.choosing(choice("exec", Map.of("command", "rm -rf / # " + mark)));
            case 1 -> ModelDouble.Answer.choosing(choice("count", Map.of("mark", mark)));
            default -> ModelDouble.Answer.of("I counted instead.");
        });
        Answer answer = gateway().post("/execute", prompt("clean up"));
        assertThat(answer.text("/status")).isEqualTo("success");
        assertThat(answer.text("/steps/0/outcome")).isEqualTo("DENIED");
        assertThat(answer.text("/output"))
                .startsWith("I counted instead.")
                .contains("Step 1 (openclaw/exec) was refused: vetting:");
        assertThat(toldLast(model.questions().get(1))).contains("was refused and did not run");
    }

    @Order(TEST_WORKER)
    @Test
    void aResultThatSpeaksToAModelIsMarkedOrWithheldAsPolicySays() throws IOException {
        chooses(question -> "Fine.", choice("poisoned", Map.of()));
        Answer marked = gateway().post("/execute", prompt("how is the weather"));
        assertThat(marked.text("/steps/0/findings/0/ruleId")).isEqualTo("results/injection");
        assertThat(toldLast(model.questions().getLast())).contains("WARNING: it speaks to a model", "untrusted data");

        String policy = Files.readString(RunningGateway.policyFile());
        try {
            Files.writeString(RunningGateway.policyFile(), policy + "\nresults: {injection: BLOCK}\n");
            eventually().untilAsserted(() -> {
                chooses(question -> "Nothing.", choice("poisoned", Map.of()));
                Answer withheld = gateway().post("/execute", prompt("how is the weather"));
                assertThat(withheld.text("/steps/0/error/type")).isEqualTo("result_blocked");
            });
            assertThat(toldLast(model.questions().getLast()))
                    .contains("does not let such results through")
                    .doesNotContain("mallory");
        } finally {
            Files.writeString(RunningGateway.policyFile(), policy);
            eventually()
                    .until(() ->
                            gateway().call("poisoned", "{}").text("/outcome").equals("SUCCEEDED"));
        }
    }

    @Order(TEST_WORKER)
    @Test
    void aRunThatReachesALimitEndsWithWhatItHas() {
        List<Choice> many = new ArrayList<>();
        for (int i = 0; i < 23; i++) {
            many.add(choice("count", Map.of("mark", mark + "-" + i)));
        }
        chooses(question -> "So far.", many.toArray(Choice[]::new));
        Answer answer = gateway().post("/execute", prompt("count much"));
        assertThat(answer.text("/status")).isEqualTo("error");
        assertThat(answer.text("/state")).isEqualTo("LIMITED");
        assertThat(answer.text("/error/type")).isEqualTo("limit_reached");
        assertThat(answer.text("/output")).startsWith("So far.").contains("openclaw.execute.max-steps");
        assertThat(worker.runsWith(mark)).isEqualTo(20);
    }

    @Order(TEST_WORKER)
    @Test
    void aRunThatIsCancelledRunsNothingMore() {
        String runId = waitingRun(gateway());
        String callId = stepOf(gateway(), runId);
        Answer cancelled = gateway().delete("/execute/" + runId);
        assertThat(cancelled.status()).isEqualTo(200);
        assertThat(cancelled.text("/state")).isEqualTo("CANCELLED");
        assertThat(gateway().awaitEnd(callId).text("/outcome")).isEqualTo("CANCELLED");
        assertThat(gateway().delete("/execute/" + runId).status()).isEqualTo(409);
        assertThat(worker.runsWith(mark)).isZero();
    }

    @Order(TEST_WORKER)
    @Test
    void eachStepIsToldAsItHappens() {
        chooses(question -> "Done.", choice("count", Map.of("mark", mark)));
        Answer stream = gateway().post("/execute", prompt("count"), "Accept", "text/event-stream");
        assertThat(stream.header("Content-Type")).startsWith("text/event-stream");
        assertThat(stream.response().body())
                .containsSubsequence(
                        "event: run", "event: step", "\"outcome\":\"SUCCEEDED\"", "event: end", "\"output\":\"Done.\"");
    }

    @Order(TEST_WORKER)
    @Test
    void faultsOfTheModelAreNamed() {
        model.answering(question -> new ModelDouble.Answer(429, "slow down", Duration.ZERO));
        Answer limited = gateway().post("/execute", prompt("do"));
        assertThat(limited.status()).isEqualTo(502);
        assertThat(limited.text("/error/type")).isEqualTo("model_rate_limited");
        model.answering(question -> ModelDouble.Answer.raw("{\"choices\":[{\"mess"));
        assertThat(gateway().post("/execute", prompt("do")).text("/error/type")).isEqualTo("model_nonsense");
        assertThat(gateway().post("/execute", "{\"prompt\":\" \"}").status()).isEqualTo(400);
        assertThat(gateway().postAs("ocg_unknown", "/execute", prompt("do")).status())
                .isEqualTo(401);
    }

    @Order(TEST_WORKER)
    @Test
    void aRunIsItsAgentsAlone() throws IOException {
        String runId = waitingRun(gateway());
        assertThat(gateway()
                        .get("/execute/" + runId, gateway().otherAgentsKey())
                        .status())
                .isEqualTo(404);
        gateway().delete("/execute/" + runId);
    }

    @Order(TEST_WORKER)
    @Test
    void whatTheWorkersTokenMismatchNeedsIsInTheOutput() {
        chooses(question -> "The worker refused.", choice("old_worker", Map.of()));
        Answer answer = gateway().post("/execute", prompt("list my sessions"));
        assertThat(answer.text("/steps/0/error/type")).isEqualTo("worker_token_mismatch");
        assertThat(answer.text("/output"))
                .contains(
                        "unset OPENCLAW_GATEWAY_TOKEN and CLAWDBOT_GATEWAY_TOKEN, or set them equal to gateway.auth.token");
    }

    @Order(TEST_WORKER)
    @Test
    void aPlanIsDecidedAboutAndRunsAsItWasApproved() {
        chooses(
                question -> "Counted one.",
                choice(
                        "gateway__plan",
                        Map.of(
                                "steps",
                                List.of(
                                        Map.of("tool", "count", "arguments", Map.of("mark", mark + "-1")),
                                        Map.of("tool", "count", "arguments", Map.of("mark", mark + "-2")),
                                        Map.of("tool", "message", "arguments", Map.of("mark", mark + "-3")),
                                        Map.of("tool", "exec", "arguments", Map.of("command", "rm -rf /"))))));
        Answer planned = gateway().post("/execute", json(Map.of("prompt", "count", "mode", "plan")));
        assertThat(planned.text("/status")).isEqualTo("pending_approval");
        assertThat(planned.text("/state")).isEqualTo("PLANNED");
        assertThat(planned.at("/plan/steps")
                        .valueStream()
                        .map(step -> step.path("decision").asString("")))
                .containsExactly("ALLOW", "ALLOW", "ESCALATE", "DENY");
        assertThat(worker.runsWith(mark)).isZero();
        String path = "/execute/" + planned.text("/request_id");
        String digest = planned.text("/plan/digest");
        assertThat(gateway()
                        .post(path + "/plan", json(Map.of("digest", "0".repeat(64), "decision", "approve")))
                        .status())
                .isEqualTo(409);
        Answer over = gateway()
                .post(
                        path + "/plan",
                        json(Map.of(
                                "digest",
                                digest,
                                "decision",
                                "approve",
                                "strike",
                                List.of(1, 3, 4),
                                "edit",
                                Map.of("2", Map.of("mark", mark + "-edited")))));
        assertThat(over.text("/status")).isEqualTo("success");
        assertThat(over.text("/output")).startsWith("Counted one.");
        assertThat(worker.runsWith(mark + "-edited")).isEqualTo(1);
        assertThat(worker.runsWith(mark)).isEqualTo(1);
        assertThat(over.at("/plan/changes").toString()).contains("-edited");
    }

    @Order(TEST_WORKER)
    @Test
    void aPersonIsAskedOnceAboutAPlanAsAWhole() {
        chooses(
                question -> "Sent.",
                choice(
                        "gateway__plan",
                        Map.of(
                                "steps",
                                List.of(
                                        Map.of("tool", "message", "arguments", Map.of("mark", mark + "-1")),
                                        Map.of("tool", "message", "arguments", Map.of("mark", mark + "-2"))))));
        Answer planned = gateway().post("/execute", json(Map.of("prompt", "tell them", "mode", "plan")));
        String path = "/execute/" + planned.text("/request_id");
        Answer asked =
                gateway().post(path + "/plan", json(Map.of("digest", planned.text("/plan/digest"), "decision", "ask")));
        assertThat(asked.text("/state")).isEqualTo("WAITING_FOR_APPROVAL");
        assertThat(worker.runsWith(mark)).isZero();
        assertThat(gateway()
                        .decide(asked.text("/steps/0/call_id"), "{\"decision\":\"approve\"}")
                        .status())
                .isEqualTo(200);
        Answer over = awaitEnd(gateway(), planned.text("/request_id"));
        assertThat(over.at("/steps")
                        .valueStream()
                        .map(step -> step.path("outcome").asString("")))
                .containsExactly("ALLOWED", "SUCCEEDED", "SUCCEEDED");
        assertThat(over.text("/plan/approved_by")).isEqualTo(gateway().setting("CONSOLE_USER"));
        assertThat(worker.runsWith(mark)).isEqualTo(2);
    }

    @Order(RESTARTS)
    @Test
    void aRunThatWaitsForAPersonSurvivesACrash() throws InterruptedException {
        String runId = waitingRun(gateway());
        RunningGateway restarted = RunningGateway.killAndRestart();
        Answer waits = restarted.get("/execute/" + runId);
        assertThat(waits.text("/state")).isEqualTo("WAITING_FOR_APPROVAL");
        assertThat(restarted
                        .decide(stepOf(restarted, runId), "{\"decision\":\"approve\"}")
                        .status())
                .isEqualTo(200);
        Answer over = awaitEnd(restarted, runId);
        assertThat(over.text("/status")).isEqualTo("success");
        assertThat(over.text("/output")).isEqualTo("It was sent.");
        assertThat(worker.runsWith(mark)).isEqualTo(1);
        assertThat(restarted.get("/execute/" + runId + "/receipt").text("/receipt/steps/0/approvals/0/outcome"))
                .isEqualTo("ALLOW");
    }

    @Order(RESTARTS)
    @Test
    void aRunWhoseInstanceDiesInTheMiddleOfAStepGoesOnAndAsksForNothingTwice() throws InterruptedException {
        chooses(question -> "Told: " + toldLast(question), choice("count", Map.of("mark", mark, "millis", 20_000)));
        Answer handle = gateway().post("/execute", prompt("count slowly"), "Prefer", "wait=0");
        String runId = handle.text("/request_id");
        assertThat(handle.text("/status")).isEqualTo("running");
        eventually().until(() -> worker.runsWith(mark) == 1);
        Answer over = awaitEnd(RunningGateway.killAndRestart(), runId);
        assertThat(over.text("/state")).isEqualTo("SUCCEEDED");
        assertThat(over.text("/steps/0/outcome")).isEqualTo("UNKNOWN");
        assertThat(over.at("/steps").size()).isEqualTo(1);
        assertThat(worker.runsWith(mark)).isEqualTo(1);
    }

    @Order(RESTARTS)
    @Test
    void anotherInstanceGoesOnWithARunWhoseInstanceIsGone() throws IOException {
        String runId;
        try (SecondIngress second = SecondIngress.start(gateway())) {
            chooses(question -> "It was sent.", choice("message", Map.of("mark", mark)));
            Answer waits = gateway().postAt(second, "/execute", prompt("tell them"));
            assertThat(waits.text("/status")).isEqualTo("pending_approval");
            runId = waits.text("/request_id");
            assertThat(gateway().get("/execute/" + runId).text("/state")).isEqualTo("WAITING_FOR_APPROVAL");
            assertThat(gateway().getAt(second, "/execute/" + runId).text("/steps/0/call_id"))
                    .isEqualTo(stepOf(gateway(), runId));
        }
        gateway().decide(stepOf(gateway(), runId), "{\"decision\":\"approve\"}");
        assertThat(awaitEnd(gateway(), runId).text("/output")).isEqualTo("It was sent.");
        assertThat(worker.runsWith(mark)).isEqualTo(1);
    }
}

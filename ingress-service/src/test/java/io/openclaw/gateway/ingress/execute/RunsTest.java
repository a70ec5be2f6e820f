package io.openclaw.gateway.ingress.execute;

import static io.openclaw.gateway.ingress.execute.core.ScriptedPlanner.choice;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.Identity;
import io.openclaw.gateway.common.event.RunEnded;
import io.openclaw.gateway.common.event.RunEvent;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.ingress.execute.core.FakePipeline;
import io.openclaw.gateway.ingress.execute.core.InMemoryRuns;
import io.openclaw.gateway.ingress.execute.core.Run;
import io.openclaw.gateway.ingress.execute.core.RunRequest;
import io.openclaw.gateway.ingress.execute.core.RunState;
import io.openclaw.gateway.ingress.execute.core.ScriptedPlanner;
import io.openclaw.gateway.testing.MutableClock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RunsTest {
    private static final Caller CALLER = new Caller("demo", Identity.NONE);

    private final MutableClock clock = new MutableClock(FakePipeline.NOW);
    private final ScriptedPlanner model = new ScriptedPlanner();
    private final FakePipeline pipeline = new FakePipeline(clock).returning("sessions_list", "two sessions");
    private final InMemoryRuns store = new InMemoryRuns();
    private final List<RunEvent> events = new CopyOnWriteArrayList<>();
    private final Runs runs = runs();

    private Runs runs() {
        return TestRuns.of(model, pipeline, store, events::add, true, clock);
    }

    @AfterEach
    void stop() {
        runs.stop();
    }

    private RunState stateOf(UUID runId) {
        return store.find(runId).orElseThrow().state();
    }

    /** Lets time pass, so that leases are renewed and end, until a run is over. */
    private void awaitEnd(UUID runId) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            clock.advance(Duration.ofSeconds(1));
            return stateOf(runId).isOver();
        });
    }

    @Test
    void aRunThatIsInterruptedGoesOnAtTheSameInstance() {
        model.chooses(choice("1", "sessions_list", "{}")).says("Two.");
        pipeline.beAwayFor(2);
        runs.start();
        Run run = runs.begin(RunRequest.of("list", null, "act", null, CALLER, new Redactor()), CALLER);
        awaitEnd(run.runId());
        assertThat(stateOf(run.runId())).isEqualTo(RunState.SUCCEEDED);
        assertThat(pipeline.size()).isEqualTo(1);
    }

    @Test
    void aRunThatAFaultInterruptsEachTimeEndsAndSaysWhy() {
        pipeline.whenLookedAt(() -> {
            throw new IllegalStateException("a fault that does not pass");
        });
        model.chooses(choice("1", "sessions_list", "{}")).says("Two.");
        runs.start();
        Run run = runs.begin(RunRequest.of("list", null, "act", null, CALLER, new Redactor()), CALLER);
        awaitEnd(run.runId());
        Run over = store.find(run.runId()).orElseThrow();
        assertThat(over.state()).isEqualTo(RunState.FAILED);
        assertThat(over.status().error()).isNotNull().satisfies(error -> {
            assertThat(error.type()).isEqualTo("interrupted");
            assertThat(error.message()).contains("IllegalStateException", "5 times");
        });
        assertThat(over.openSteps()).isEmpty();
        assertThat(events.getLast()).isInstanceOf(RunEnded.class);
        assertThat(model.questions()).hasSize(1);
    }

    @Test
    void anOutageEndsNoRunHoweverLongItTakes() {
        model.chooses(choice("1", "sessions_list", "{}")).says("Two.");
        pipeline.beAwayFor(20);
        runs.start();
        Run run = runs.begin(RunRequest.of("list", null, "act", null, CALLER, new Redactor()), CALLER);
        awaitEnd(run.runId());
        assertThat(stateOf(run.runId())).isEqualTo(RunState.SUCCEEDED);
    }

    @Test
    void aRunIsLeftAloneUntilItsCallsCanBeAnswered() {
        model.chooses(choice("1", "sessions_list", "{}")).says("Two.");
        pipeline.canBeAnswered(false);
        Run run = Run.begun(
                UUID.randomUUID(),
                "demo",
                Identity.NONE,
                RunRequest.of("list", null, "act", null, CALLER, new Redactor()),
                clock.instant());
        store.create(run, null, null, 8);
        runs.start();
        Awaitility.await().until(() -> pipeline.looks() > 1);
        assertThat(store.versionOf(run.runId())).isZero();
        pipeline.canBeAnswered(true);
        awaitEnd(run.runId());
        assertThat(stateOf(run.runId())).isEqualTo(RunState.SUCCEEDED);
    }
}

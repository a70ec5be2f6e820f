package io.openclaw.gateway.ingress.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.metrics.BoundedLabel;
import io.openclaw.gateway.testing.Calls;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CallMetersTest {
    private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final CallMeters calls = new CallMeters(meters);

    private static CallCompleted end(String tool, Outcome outcome, Stage by, Stage... stages) {
        List<Verdict> verdicts = new ArrayList<>();
        for (Stage stage : stages) {
            verdicts.add(Verdict.of(stage, Decision.ALLOW, List.of(), "test", NOW, null));
        }
        return CallCompleted.of(
                Calls.call("demo", "openclaw", tool, RawJson.EMPTY_OBJECT, NOW),
                verdicts,
                outcome,
                null,
                null,
                by,
                NOW.plusMillis(250));
    }

    @Test
    void countsEndsByOutcomeAndTimesThemFromTheRequest() {
        calls.ended(end("exec", Outcome.SUCCEEDED, Stage.EXECUTOR, Stage.POLICY, Stage.VETTING));
        assertThat(meters.get("openclaw.calls.ended")
                        .tag("outcome", "SUCCEEDED")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(meters.get("openclaw.calls")
                        .tags("person", "false", "mode", "EXECUTE")
                        .timer()
                        .totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(250);
    }

    @Test
    void tellsCallsApartThatAPersonDecidedAbout() {
        calls.ended(end("exec", Outcome.SUCCEEDED, Stage.EXECUTOR, Stage.POLICY, Stage.VETTING, Stage.APPROVAL));
        assertThat(meters.get("openclaw.calls").tag("person", "true").timer().count())
                .isEqualTo(1);
    }

    @Test
    void everyOutcomeIsThereBeforeTheFirstCall() {
        assertThat(meters.find("openclaw.calls.ended").counters()).hasSize(Outcome.values().length);
    }

    @Test
    void anAgentCannotMakeUpSeriesByNamingToolsThatPolicyDenies() {
        for (int i = 0; i < 500; i++) {
            calls.ended(end("made-up-" + i, Outcome.DENIED, Stage.POLICY, Stage.POLICY));
        }
        assertThat(meters.find("openclaw.calls.tools").counters())
                .singleElement()
                .satisfies(counter -> {
                    assertThat(counter.getId().getTag("tool")).isEqualTo(BoundedLabel.OTHER);
                    assertThat(counter.count()).isEqualTo(500);
                });
    }

    @Test
    void aToolOfWhichACallPassedPolicyHasASeriesOfItsOwn() {
        calls.ended(end("exec", Outcome.DENIED, Stage.VETTING, Stage.POLICY, Stage.VETTING));
        calls.ended(end("exec", Outcome.DENIED, Stage.POLICY, Stage.POLICY));
        assertThat(meters.get("openclaw.calls.tools")
                        .tag("tool", "openclaw/exec")
                        .counter()
                        .count())
                .isEqualTo(2);
    }

    @Test
    void hasABoundedNumberOfTools() {
        for (int i = 0; i < 500; i++) {
            calls.ended(end("tool-" + i, Outcome.SUCCEEDED, Stage.EXECUTOR, Stage.POLICY, Stage.VETTING));
        }
        assertThat(meters.find("openclaw.calls.tools").counters()).hasSize(101);
    }
}

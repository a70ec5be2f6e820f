package io.openclaw.gateway.common.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallAuthorized;
import io.openclaw.gateway.common.event.CallCleared;
import io.openclaw.gateway.common.event.CallSuspected;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.testing.Calls;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class StageMetersTest {
    private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");
    private static final ToolCall CALL = Calls.call("demo", "openclaw", "exec", RawJson.EMPTY_OBJECT, NOW);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final StageMeters stage = StageMeters.ofGroup(meters, "openclaw-vetting");

    private static Verdict verdict(Stage by, Decision outcome, String... rules) {
        return Verdict.of(
                by,
                outcome,
                List.of(rules).stream()
                        .map(rule -> new Reason(rule, "because", Severity.HIGH))
                        .toList(),
                "test",
                NOW,
                null);
    }

    private double verdicts(String outcome) {
        return meters.get("openclaw.verdicts")
                .tags("stage", "vetting", "outcome", outcome)
                .counter()
                .count();
    }

    private static ConsumerRecord<String, byte[]> writtenAt(Instant when) {
        return new ConsumerRecord<>(
                "t",
                0,
                0,
                when.toEpochMilli(),
                TimestampType.CREATE_TIME,
                -1,
                -1,
                "k",
                new byte[0],
                new RecordHeaders(),
                Optional.empty());
    }

    @Test
    void tellsTheTimeInTheTopicApartFromTheTimeOfWork() {
        stage.taken(writtenAt(NOW.minusMillis(40)), NOW.toEpochMilli());
        stage.worked(TimeUnit.MILLISECONDS.toNanos(3));
        assertThat(meters.get("openclaw.stage.queue")
                        .tag("stage", "vetting")
                        .timer()
                        .totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(40);
        assertThat(meters.get("openclaw.stage.work")
                        .tag("stage", "vetting")
                        .timer()
                        .totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(3);
    }

    @Test
    void aRecordOfAClockThatIsAheadDidNotWait() {
        stage.taken(writtenAt(NOW.plusSeconds(5)), NOW.toEpochMilli());
        assertThat(meters.get("openclaw.stage.queue").timer().totalTime(TimeUnit.MILLISECONDS))
                .isZero();
    }

    @Test
    void countsTheVerdictThatIsNewAndItsRules() {
        Verdict policy = verdict(Stage.POLICY, Decision.ALLOW);
        Verdict own = verdict(Stage.VETTING, Decision.ESCALATE, "shell/recursive-delete", "shell/sudo");
        stage.decided(
                new CallAuthorized(CALL, List.of(policy), Map.of()),
                new CallSuspected(CALL, List.of(policy, own), Map.of()));
        assertThat(verdicts("ESCALATE")).isEqualTo(1);
        assertThat(meters.find("openclaw.verdicts").tag("outcome", "ALLOW").counter())
                .isNull();
        assertThat(meters.get("openclaw.rule.hits")
                        .tag("rule", "shell/sudo")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void countsTheVerdictThatReplacesTheOneThatAModelSettled() {
        Verdict policy = verdict(Stage.POLICY, Decision.ALLOW);
        stage.decided(
                new CallSuspected(CALL, List.of(policy, verdict(Stage.VETTING, Decision.ESCALATE, "r")), Map.of()),
                new CallCleared(CALL, List.of(policy, verdict(Stage.VETTING, Decision.ALLOW)), Map.of()));
        assertThat(verdicts("ALLOW")).isEqualTo(1);
    }

    @Test
    void hasABoundedNumberOfSeriesHoweverManyRulesThereAre() {
        for (int i = 0; i < 500; i++) {
            stage.decided(verdict(Stage.VETTING, Decision.DENY, "rule-" + i));
        }
        assertThat(meters.find("openclaw.rule.hits").counters()).hasSize(101);
        assertThat(meters.get("openclaw.rule.hits")
                        .tag("rule", BoundedLabel.OTHER)
                        .counter()
                        .count())
                .isEqualTo(400);
    }
}

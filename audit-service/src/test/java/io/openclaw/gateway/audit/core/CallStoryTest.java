package io.openclaw.gateway.audit.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CallStoryTest {
    private static final UUID ID = UUID.fromString("019ab3c4-7d00-7000-8000-000000000000");
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    private static CallStory.Recorded event(int second, String type, @Nullable String outcome, String json) {
        return new CallStory.Recorded(
                second,
                new RecordedEvent(
                        "t",
                        0,
                        second,
                        type,
                        ID,
                        "demo",
                        "openclaw",
                        "exec",
                        outcome,
                        NOW.plusSeconds(second),
                        RawJson.of(json),
                        "executor",
                        null));
    }

    private static String verdict(String stage, String outcome, String rule) {
        return "{\"stage\":\"" + stage + "\",\"outcome\":\"" + outcome
                + "\",\"decidedBy\":\"x\",\"reasons\":[{\"ruleId\":\"" + rule
                + "\",\"text\":\"because\",\"severity\":\"HIGH\"}]}";
    }

    @Test
    void tellsTheWayOfACallThatWaitedForAPerson() {
        String policy = verdict("POLICY", "ALLOW", "r1");
        String vetting = verdict("VETTING", "ESCALATE", "git/push");
        CallStory story = CallStory.of(
                ID,
                List.of(
                        event(
                                0,
                                "call.requested",
                                null,
                                "{\"call\":{\"arguments\":{\"command\":\"git push\"},\"intent\":\"ship\"}}"),
                        event(1, "call.authorized", null, "{\"call\":{},\"verdicts\":[" + policy + "]}"),
                        event(2, "call.escalated", null, "{\"call\":{},\"verdicts\":[" + policy + "," + vetting + "]}"),
                        event(3, "approval.changed", null, "{\"status\":\"PENDING\"}"),
                        event(4, "approval.changed", null, "{\"status\":\"PENDING\"}"),
                        event(
                                9,
                                "approval.changed",
                                null,
                                "{\"status\":\"DENIED\",\"decidedBy\":\"alice\",\"channel\":\"console\",\"reason\":\"no\"}"),
                        event(
                                9,
                                "call.completed",
                                "DENIED",
                                "{\"error\":{\"message\":\"denied by alice\"},\"completedBy\":\"APPROVAL\",\"verdicts\":["
                                        + policy + "," + vetting + "," + verdict("APPROVAL", "DENY", "approval/denied")
                                        + "]}")));
        assertThat(story.steps())
                .extracting(CallStory.Step::title)
                .containsExactly(
                        "Asked for",
                        "Policy: allowed",
                        "Vetting: a person has to decide",
                        "Waits for a person",
                        "A person said no",
                        "Ended: denied");
        assertThat(story.steps().get(2).reasons()).containsExactly(new CallStory.Why("git/push", "because", "HIGH"));
        assertThat(story.steps().get(2).afterWords()).isEqualTo("+1 s");
        assertThat(story.steps().get(4).by()).isEqualTo("alice, console");
        assertThat(story.outcome()).isEqualTo("DENIED");
        assertThat(story.error()).isEqualTo("denied by alice");
        assertThat(story.intent()).isEqualTo("ship");
        assertThat(story.arguments()).contains("git push");
    }

    @Test
    void drawsColumnsInsideThePlot() {
        Chart chart = Chart.stacked(
                "calls",
                List.of(
                        new Chart.Column(
                                "10:00",
                                List.of(
                                        new Chart.Part("bar-good", "succeeded", 30),
                                        new Chart.Part("bar-bad", "denied", 7))),
                        new Chart.Column("10:30", List.of(new Chart.Part("bar-good", "succeeded", 0)))),
                1);
        assertThat(chart.bars()).hasSize(2).allSatisfy(bar -> {
            assertThat(Double.parseDouble(bar.y())).isGreaterThanOrEqualTo(0);
            assertThat(Double.parseDouble(bar.x()) + Double.parseDouble(bar.width()))
                    .isLessThanOrEqualTo(chart.width());
        });
        assertThat(chart.bars().getFirst().title()).isEqualTo("10:00: 30 succeeded");
        assertThat(chart.texts()).extracting(Chart.Text::text).contains("0", "10", "40", "10:00", "10:30");
    }
}

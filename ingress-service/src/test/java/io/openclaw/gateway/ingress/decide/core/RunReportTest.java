package io.openclaw.gateway.ingress.decide.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallReported;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.testing.Calls;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RunReportTest {
    private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");
    private final ToolCall call =
            Calls.call("demo", "openclaw", "exec", RawJson.of("{\"command\":\"ls\",\"timeout\":1.0}"), NOW);

    private CallReported reported(
            @Nullable String outcome, @Nullable String digest, @Nullable String arguments, @Nullable String result) {
        return new RunReport(
                        outcome,
                        5L,
                        digest,
                        arguments == null ? null : RawJson.of(arguments),
                        result == null ? null : RawJson.of(result),
                        null)
                .of(call, new Redactor(), NOW);
    }

    @Test
    void isNoDivergenceIfTheSameRan() {
        assertThat(RunReport.divergence(reported("succeeded", call.digest(), null, null), true))
                .isEmpty();
        assertThat(RunReport.divergence(
                        reported("succeeded", null, "{\"timeout\": 1, \"command\": \"ls\"}", null), true))
                .isEmpty();
        assertThat(RunReport.divergence(reported("not_run", null, null, null), true))
                .isEmpty();
    }

    @Test
    void isADivergenceIfSomethingElseRan() {
        CallReported reported = reported("succeeded", null, "{\"command\":\"rm\"}", null);
        assertThat(RunReport.divergence(reported, true)).hasValueSatisfying(diverged -> {
            assertThat(diverged.ranDigest()).isEqualTo(reported.ranDigest()).isNotEqualTo(call.digest());
            assertThat(diverged.call().digest()).isEqualTo(call.digest());
        });
    }

    @Test
    void isADivergenceIfACallRanThatWasNotAllowed() {
        assertThat(RunReport.divergence(reported("succeeded", null, null, null), false))
                .hasValueSatisfying(diverged -> assertThat(diverged.ranDigest()).isEqualTo(call.digest()));
        assertThat(RunReport.divergence(reported("failed", call.digest(), null, null), false))
                .isPresent();
        assertThat(RunReport.divergence(reported("not_run", null, null, null), false))
                .isEmpty();
    }

    @Test
    void masksAndShortensTheResult() {
        CallReported reported = reported("failed", null, null, "{\"password\":\"hunter2correct\"}");
        assertThat(RawJson.from(reported).text()).contains("[masked").doesNotContain("hunter2correct");
        CallReported longOne = reported("failed", null, null, "\"" + "x".repeat(100_000) + "\"");
        assertThat(RawJson.from(longOne).text().length()).isLessThan(5_000);
    }

    @Test
    void saysWhatIsWrongWithIt() {
        assertThatThrownBy(() -> reported("done", null, null, null)).hasMessageContaining("'outcome' is \"done\"");
        assertThatThrownBy(() -> reported("succeeded", "abc", null, null)).hasMessageContaining("64 hexadecimal");
        assertThatThrownBy(() -> reported("succeeded", call.digest(), "{}", null))
                .hasMessageContaining("not both");
        assertThatThrownBy(() -> reported("not_run", call.digest(), null, null)).hasMessageContaining("not_run");
    }
}

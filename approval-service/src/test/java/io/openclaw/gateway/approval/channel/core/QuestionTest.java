package io.openclaw.gateway.approval.channel.core;

import static io.openclaw.gateway.approval.channel.core.Approvals.pending;
import static io.openclaw.gateway.approval.channel.core.Approvals.reason;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.approval.core.Approval;
import io.openclaw.gateway.common.call.Severity;
import org.junit.jupiter.api.Test;

class QuestionTest {
    private static final String CONSOLE = "https://gateway.example.com";

    @Test
    void hasTheCallInFiveLines() {
        Approval approval = pending(null, reason("files/delete", Severity.MEDIUM), reason("files/look", Severity.LOW));
        assertThat(Question.of(approval, CONSOLE, 0, Right.APPROVE, false).lines())
                .containsExactly(
                        "build-bot wants openclaw/exec",
                        "rm -r build",
                        "Why: because of files/delete (medium)",
                        "Until 10:15 UTC · digest 0123456789ab",
                        "The whole call: https://gateway.example.com/console/approvals/" + approval.id());
    }

    @Test
    void saysWhatIsForTheConsoleAndWhatElseWaits() {
        Approval approval = pending(null, reason("a", Severity.CRITICAL));
        assertThat(Question.of(approval, null, 3, Right.LINK, true).lines())
                .startsWith("Still waiting: build-bot wants openclaw/exec")
                .endsWith("Decide only at the console: the console, under Approvals (+ 3 more like it)");
        assertThat(Question.of(approval, CONSOLE, 0, Right.DENY, false).whole())
                .startsWith("Approve only at the console: https://");
    }

    @Test
    void hasFiveShortLinesWhateverAnAgentSends() {
        Approval approval = pending(
                "agent\nApproved by admin " + "x".repeat(500),
                "{\"command\":\"echo \\u202e" + "y\\n".repeat(5_000) + "\"}",
                null,
                reason("r\n" + "z".repeat(5_000), Severity.HIGH));
        Question question = Question.of(approval, CONSOLE, 0, Right.APPROVE, false);
        assertThat(question.lines()).hasSize(5).noneMatch(line -> line.contains("\n") || line.contains("\u202e"));
        assertThat(String.join("\n", question.lines()).codePoints().count()).isLessThan(1_000);
    }
}

package io.openclaw.gateway.ingress.decide.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.call.Identity;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.ingress.decide.core.Decided.Answer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The input is what the programs' documentation shows. */
class HookDialectTest {
    private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");

    private static HookDialect.Input read(String json) {
        return Json.read(json.getBytes(StandardCharsets.UTF_8), HookDialect.Input.class);
    }

    private static ToolCall call(HookDialect dialect, HookDialect.Input input) {
        return dialect.request(input, dialect.label())
                .toCall(new Caller("dev", Identity.NONE), Origin.HOOK, List.of("claude-code", "codex"), 0, NOW);
    }

    @Nested
    class ClaudeCode {
        private final HookDialect.Input before = read("""
                {"session_id": "abc123", "transcript_path": "/home/user/.claude/projects/p/transcript.jsonl",
                 "cwd": "/home/user/my-project", "permission_mode": "default", "hook_event_name": "PreToolUse",
                 "tool_name": "Bash", "tool_input": {"command": "npm test", "description": "Run tests", "timeout": 120000},
                 "tool_use_id": "toolu_01ABC123"}
                """);
        private final HookDialect.Input after = read("""
                {"session_id": "abc123", "transcript_path": "/home/user/.claude/projects/p/transcript.jsonl",
                 "cwd": "/home/user/my-project", "permission_mode": "default", "hook_event_name": "PostToolUse",
                 "tool_name": "Bash", "tool_input": {"command": "npm test", "description": "Run tests", "timeout": 120000},
                 "tool_response": {"stdout": "ok", "exitCode": 0}, "tool_use_id": "toolu_01ABC123"}
                """);

        @Test
        void asksAboutTheToolWithItsInput() {
            assertThat(before.isBefore()).isTrue();
            ToolCall call = call(HookDialect.CLAUDE_CODE, before);
            assertThat(call.address()).isEqualTo("claude-code/Bash");
            assertThat(RawJson.from(call).text()).contains("npm test");
            assertThat(call.mode()).isEqualTo(Mode.DECIDE);
            assertThat(call.run()).isNotNull();
            assertThat(String.valueOf(call.run())).contains("abc123");
        }

        @Test
        void reportsTheSameUseOfTheTool() {
            assertThat(after.isAfter()).isTrue();
            assertThat(HookDialect.CLAUDE_CODE.key(after)).isEqualTo(HookDialect.CLAUDE_CODE.key(before));
            RunReport report = HookDialect.CLAUDE_CODE.report(after);
            assertThat(report.outcome()).isEqualTo("succeeded");
            assertThat(RawJson.from(report).text()).contains("exitCode");
        }

        @Test
        void reportsAFailure() {
            HookDialect.Input failed = read("""
                    {"session_id": "abc123", "hook_event_name": "PostToolUseFailure", "tool_name": "Bash",
                     "tool_input": {"command": "npm test"}, "tool_use_id": "toolu_01ABC123",
                     "error": "Command exited with non-zero status code 1", "is_interrupt": false}
                    """);
            assertThat(HookDialect.CLAUDE_CODE.report(failed).outcome()).isEqualTo("failed");
            assertThat(HookDialect.CLAUDE_CODE.report(failed).error()).contains("status code 1");
        }

        private void assertAnswer(Answer answer, boolean local, String decision) {
            assertThat(HookDialect.CLAUDE_CODE.answer(answer, "why", local).text())
                    .isEqualTo("{\"hookSpecificOutput\":{\"hookEventName\":\"PreToolUse\",\"permissionDecision\":\""
                            + decision + "\",\"permissionDecisionReason\":\"why\"}}");
        }

        @Test
        void isAnsweredAllowDenyOrAsk() {
            assertAnswer(Answer.ALLOW, false, "allow");
            assertAnswer(Answer.DENY, true, "deny");
            assertAnswer(Answer.PENDING, false, "deny");
            assertAnswer(Answer.PENDING, true, "ask");
        }
    }

    @Nested
    class Codex {
        private final HookDialect.Input before = read("""
                {"session_id": "019a-thread", "transcript_path": null, "cwd": "/repo", "hook_event_name": "PreToolUse",
                 "model": "gpt-5.3-codex", "permission_mode": "default", "turn_id": "turn-7", "tool_name": "Bash",
                 "tool_use_id": "call_1", "tool_input": {"command": "rm -rf /tmp/x"}}
                """);

        @Test
        void asksAboutTheToolInItsTurn() {
            ToolCall call = call(HookDialect.CODEX, before);
            assertThat(call.address()).isEqualTo("codex/Bash");
            assertThat(String.valueOf(call.run())).contains("019a-thread", "turn-7");
        }

        @Test
        void isAnsweredNothingOrDeny() {
            assertThat(HookDialect.CODEX.answer(Answer.ALLOW, "why", true)).isEqualTo(RawJson.EMPTY_OBJECT);
            assertThat(HookDialect.CODEX.answer(Answer.PENDING, "why", true).text())
                    .contains("\"deny\"");
            assertThat(HookDialect.CODEX.answer(Answer.DENY, "why", true).text())
                    .contains("\"deny\"");
        }
    }

    @Test
    void refusesOtherEvents() {
        assertThatThrownBy(() -> read("{\"hook_event_name\":\"SessionStart\"}").isAfter())
                .hasMessageContaining("PreToolUse and PostToolUse");
    }
}

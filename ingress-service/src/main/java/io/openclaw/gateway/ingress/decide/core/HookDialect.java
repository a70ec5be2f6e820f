package io.openclaw.gateway.ingress.decide.core;

import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.RunRef;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.ingress.core.CallRequest;
import io.openclaw.gateway.ingress.core.InvalidRequestException;
import io.openclaw.gateway.ingress.decide.core.Decided.Answer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How the hooks of an agent's program ask and are answered: the JSON on their standard input and output. */
public enum HookDialect {
    /** Claude Code: {@code PreToolUse}, {@code PostToolUse} and {@code PostToolUseFailure} (code.claude.com, "Hooks reference"). */
    CLAUDE_CODE("claude-code"),
    /** Codex: {@code PreToolUse} and {@code PostToolUse} (developers.openai.com/codex, "Hooks"). */
    CODEX("codex");

    private static final int MAX_ID = 200;

    private final String label;

    HookDialect(String label) {
        this.label = label;
    }

    /** Returns the name of the program, such as {@code claude-code}. */
    public String label() {
        return label;
    }

    /** Returns the dialect of a program; empty if it is not known. */
    public static Optional<HookDialect> named(String label) {
        for (HookDialect each : values()) {
            if (each.label.equals(label)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** What a hook is told; names as the programs write them. What else they say is of no use here. */
    public record Input(
            @Nullable String hook_event_name,
            @Nullable String session_id,
            @Nullable String turn_id,
            @Nullable String tool_name,
            @Nullable RawJson tool_input,
            @Nullable String tool_use_id,
            @Nullable RawJson tool_response,
            @Nullable String error) {

        /** Tells whether a tool has not run yet. */
        public boolean isBefore() {
            return "PreToolUse".equals(hook_event_name);
        }

        /**
         * Tells whether a tool has run.
         *
         * @throws InvalidRequestException if it is neither: such a hook has nothing to ask here
         */
        public boolean isAfter() {
            if (!isBefore()
                    && !"PostToolUse".equals(hook_event_name)
                    && !"PostToolUseFailure".equals(hook_event_name)) {
                throw new InvalidRequestException("'hook_event_name' is \"" + hook_event_name
                        + "\": register this hook for PreToolUse and PostToolUse");
            }
            return !isBefore();
        }
    }

    /**
     * Returns what is asked before a tool runs.
     *
     * @param upstream the upstream of the policy that the program's own tools belong to
     */
    public CallRequest request(Input input, String upstream) {
        return new CallRequest(
                upstream,
                input.tool_name(),
                input.tool_input(),
                null,
                null,
                key(input),
                null,
                null,
                Mode.DECIDE,
                null,
                RunRef.of(shortened(input.session_id()), shortened(input.turn_id()), null));
    }

    /** Returns what stands for one use of a tool, before and after it ran; null if the program does not say which use it is. */
    public @Nullable String key(Input input) {
        String use = input.tool_use_id();
        if (use == null) {
            return null;
        }
        String text = label + "\0" + input.session_id() + "\0" + use;
        return "hook-" + Digest.sha256Hex(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns what the program says came of a use of a tool. */
    public RunReport report(Input input) {
        boolean failed = "PostToolUseFailure".equals(input.hook_event_name());
        return new RunReport(
                failed ? "failed" : "succeeded",
                null,
                null,
                input.tool_input() == null ? RawJson.EMPTY_OBJECT : input.tool_input(),
                input.tool_response(),
                input.error());
    }

    /**
     * Returns what the hook prints.
     *
     * @param message why, for a model
     * @param asksLocally whether the person at the program may decide about what waits for a person; else it is denied for now
     */
    public RawJson answer(Answer answer, String message, boolean asksLocally) {
        String decision = switch (answer) {
            case ALLOW -> "allow";
            case PENDING, ESCALATE -> asksLocally && this == CLAUDE_CODE ? "ask" : "deny";
            case DENY -> "deny";
        };
        if (this == CODEX && answer == Answer.ALLOW) {
            // Codex takes no "allow" without new arguments; what says nothing allows.
            return RawJson.EMPTY_OBJECT;
        }
        Map<String, Object> specific = new LinkedHashMap<>();
        specific.put("hookEventName", "PreToolUse");
        specific.put("permissionDecision", decision);
        specific.put("permissionDecisionReason", message);
        return RawJson.from(Map.of("hookSpecificOutput", specific));
    }

    private static @Nullable String shortened(@Nullable String id) {
        return id == null || id.isBlank() ? null : id.substring(0, Math.min(id.length(), MAX_ID));
    }
}

package io.openclaw.gateway.vetting.judge;

import io.openclaw.gateway.common.call.CallContext;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.text.Ellipsis;
import io.openclaw.gateway.vetting.core.Examination;
import io.openclaw.gateway.vetting.core.Finding;
import io.openclaw.gateway.vetting.core.shell.Invocation;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model is told about a call. Credentials in it are masked.
 *
 * @param address {@code upstream/tool}
 * @param arguments as JSON
 * @param commands their normal form, a line each
 * @param findings what rules found, a sentence each
 * @param agent who asks
 * @param roles its roles
 * @param intent what the agent says it wants, if it says so
 * @param context what reaches the upstream beside the arguments, as JSON; empty if nothing does
 * @param recent what the same agent asked for before, oldest first
 */
public record SuspectCase(
        String address,
        String arguments,
        List<String> commands,
        List<String> findings,
        String agent,
        List<String> roles,
        @Nullable String intent,
        String context,
        List<String> recent)
        implements Serializable {
    private static final int LONGEST_ARGUMENTS = 16_000;
    private static final int MOST_COMMANDS = 100;

    /** Returns what a model is told about a call, without its credentials. */
    static SuspectCase of(
            ToolCall call, Examination examination, List<String> roles, List<String> recent, Redactor redactor) {
        return new SuspectCase(
                call.address(),
                shortened(call.arguments() == null ? RawJson.EMPTY_OBJECT : call.arguments(), redactor),
                redactor.redactCommands(
                        examination.commands().stream()
                                .limit(MOST_COMMANDS)
                                .map(Invocation::line)
                                .toList(),
                        call.arguments()),
                examination.findings().stream()
                        .map(Finding::reason)
                        .map(redactor::redact)
                        .toList(),
                call.agent(),
                roles,
                call.intent() == null ? null : redactor.redact(call.intent()),
                shortened(CallContext.decided(call.context()), redactor),
                recent);
    }

    private static String shortened(@Nullable RawJson json, Redactor redactor) {
        return json == null ? "" : Ellipsis.of(redactor.redact(json).text(), LONGEST_ARGUMENTS);
    }
}

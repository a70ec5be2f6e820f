package io.openclaw.gateway.ingress.decide.core;

import io.openclaw.gateway.common.event.HookReported;
import io.openclaw.gateway.common.event.HookReported.Status;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.text.Ellipsis;
import io.openclaw.gateway.ingress.core.InvalidRequestException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a hook in an agent's process says of itself.
 *
 * @param node the process, such as the name of its host; at most 100 letters, digits, {@code .}, {@code _} and {@code -}
 * @param status one of {@link Status}, in any case
 * @param why what was seen; at most 500 characters are kept
 * @param session the conversation that it is about
 * @param ran how many calls its transcript has
 * @param missed the tools of those that the hook was not asked about
 */
public record HookReport(
        @Nullable String node,
        @Nullable String status,
        @Nullable String why,
        @Nullable String session,
        @Nullable Integer ran,
        @Nullable List<String> missed) {
    private static final Pattern NODE = Pattern.compile("[A-Za-z0-9._-]{1,100}");
    private static final int MAX_MISSED = 100;
    private static final int MAX_NAME = 200;
    private static final int MAX_WHY = 500;

    /**
     * Returns the event that says so.
     *
     * @throws InvalidRequestException naming the field that is wrong
     */
    public HookReported of(String agent, String instance, Redactor redactor, Instant now) {
        if (node == null || !NODE.matcher(node).matches()) {
            throw new InvalidRequestException("'node' is "
                    + (node == null ? "missing" : "\"" + Ellipsis.of(node, 80) + "\"")
                    + ": it has 1 to 100 letters, digits, '.', '_' and '-', such as the name of the host");
        }
        if (ran != null && ran < 0) {
            throw new InvalidRequestException("'ran' is " + ran + ": it is a number of calls");
        }
        List<String> tools = missed == null ? List.of() : missed;
        return new HookReported(
                agent,
                node,
                statusOf(),
                why == null ? "" : shown(why, redactor, MAX_WHY),
                session == null ? null : shown(session, redactor, MAX_NAME),
                ran == null ? 0 : ran,
                tools.stream()
                        .limit(MAX_MISSED)
                        .map(tool -> shown(tool, redactor, MAX_NAME))
                        .toList(),
                now,
                instance,
                Map.of());
    }

    private Status statusOf() {
        try {
            return Status.valueOf(String.valueOf(status).toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(
                    "'status' is \"" + status + "\": it is one of " + Arrays.toString(Status.values()), e);
        }
    }

    private static String shown(String text, Redactor redactor, int longest) {
        return Ellipsis.of(redactor.redact(text), longest);
    }
}

package io.openclaw.gateway.ingress.core;

import io.openclaw.gateway.common.call.CallIds;
import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.call.Identity;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.RunRef;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.json.InexactJsonException;
import io.openclaw.gateway.common.json.JsonText;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.ToolName;
import io.openclaw.gateway.common.text.Ellipsis;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an agent asks for, whichever door it came in by.
 *
 * @param upstream the upstream's name; without one the tool's address or the only upstream decides
 * @param tool the tool's own name where the upstream is given, and whatever it holds; else that, or {@code upstream/tool};
 *     at most 1,024 characters
 * @param arguments a JSON object; the empty one if absent
 * @param intent what the agent says it wants to achieve; at most 2,000 characters
 * @param deadline after which the call must not be started
 * @param idempotencyKey makes the same request the same call; at most 200 characters
 * @param context what reaches the upstream beside the arguments; see {@link io.openclaw.gateway.common.call.CallContext}
 * @param onBehalfOf the person for whom the agent acts, as it says; at most 200 characters
 * @param mode who runs it
 * @param parent the call that caused this one, as the agent says
 * @param run which conversation and turn it belongs to, as the agent says; each part at most 200 characters
 */
public record CallRequest(
        @Nullable String upstream,
        @Nullable String tool,
        @Nullable RawJson arguments,
        @Nullable String intent,
        @Nullable Instant deadline,
        @Nullable String idempotencyKey,
        @Nullable RawJson context,
        @Nullable String onBehalfOf,
        Mode mode,
        @Nullable UUID parent,
        @Nullable RunRef run) {
    /** How long a call may wait before it must not be started any more, when it does not say so itself. */
    public static final Duration DEFAULT_DEADLINE = Duration.ofMinutes(30);

    private static final Duration LONGEST_DEADLINE = Duration.ofHours(24);
    private static final int LONGEST_KEY = 200;
    private static final int LONGEST_INTENT = 2_000;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._:-]{0,199}");

    /** Makes a request that the gateway is to run, and that is part of nothing larger. */
    public CallRequest(
            @Nullable String upstream,
            @Nullable String tool,
            @Nullable RawJson arguments,
            @Nullable String intent,
            @Nullable Instant deadline,
            @Nullable String idempotencyKey,
            @Nullable RawJson context,
            @Nullable String onBehalfOf) {
        this(
                upstream,
                tool,
                arguments,
                intent,
                deadline,
                idempotencyKey,
                context,
                onBehalfOf,
                Mode.EXECUTE,
                null,
                null);
    }

    /** Returns this request in another mode; a dry run has no idempotency key. */
    public CallRequest in(Mode other) {
        return new CallRequest(
                upstream,
                tool,
                arguments,
                intent,
                deadline,
                other == Mode.DRY_RUN ? null : idempotencyKey,
                context,
                onBehalfOf,
                other,
                parent,
                run);
    }

    /**
     * Makes the call, not sealed yet.
     *
     * @param upstreams the names of the upstreams there are
     * @param replyPartition where the asking instance reads the end of the call
     * @throws InvalidRequestException naming the field that is wrong, its value, and what it may be
     */
    public ToolCall toCall(Caller caller, Origin origin, List<String> upstreams, int replyPartition, Instant now) {
        Address address = address(upstreams);
        Instant requestedAt = now.truncatedTo(ChronoUnit.MICROS);
        RawJson object = arguments == null || arguments.text().equals("null") ? RawJson.EMPTY_OBJECT : arguments;
        if (!object.text().startsWith("{")) {
            throw new InvalidRequestException("'arguments' must be a JSON object, such as {\"command\": \"ls\"}");
        }
        checkLength("idempotencyKey", idempotencyKey, LONGEST_KEY);
        checkLength("intent", intent, LONGEST_INTENT);
        checkLength("onBehalfOf", onBehalfOf, LONGEST_KEY);
        if (run != null) {
            checkLength("session", run.session(), LONGEST_KEY);
            checkLength("run", run.run(), LONGEST_KEY);
            checkLength("requester", run.requester(), LONGEST_KEY);
        }
        String agent = caller.agent();
        return new ToolCall(
                CallIds.next(),
                agent,
                address.upstream(),
                address.tool(),
                object,
                origin,
                mode,
                requestedAt,
                deadline(requestedAt),
                parent,
                intent,
                context,
                identity(caller),
                run,
                null,
                replyPartition,
                digest(agent, address, object, context),
                null,
                Map.of());
    }

    /** Returns how many characters its JSON has. */
    public int length() {
        return (arguments == null ? 0 : arguments.text().length())
                + (context == null ? 0 : context.text().length());
    }

    /** A token that proves for whom the agent acts cannot be talked over. */
    private @Nullable Identity identity(Caller caller) {
        Identity proven = caller.identity();
        if (onBehalfOf == null || onBehalfOf.equals(proven.onBehalfOf())) {
            return proven.equals(Identity.NONE) ? null : proven;
        }
        if (proven.proven()) {
            throw new InvalidRequestException(
                    "'onBehalfOf' is \"" + shortened(onBehalfOf) + "\", and the token says it is somebody else");
        }
        return new Identity(proven.roles(), onBehalfOf, false);
    }

    private record Address(String upstream, String tool) {}

    private Address address(List<String> upstreams) {
        if (tool == null || tool.isEmpty()) {
            throw new InvalidRequestException("'tool' is missing: name the tool to run, such as \"sessions_list\"");
        }
        // An upstream's name has no slash, so that the first one divides an address; a tool's may, and where the
        // upstream is
        // given no slash divides anything.
        int slash = upstream == null ? tool.indexOf('/') : -1;
        String name = slash >= 0 ? tool.substring(slash + 1) : tool;
        String at = slash >= 0 ? tool.substring(0, slash) : upstream;
        if (at == null) {
            if (upstreams.size() != 1) {
                throw new InvalidRequestException("'upstream' is missing: it is one of " + upstreams);
            }
            at = upstreams.getFirst();
        }
        Optional<String> problem = ToolName.problemWith(name);
        if (problem.isPresent()) {
            throw new InvalidRequestException(
                    "'tool' is \"" + shortened(ToolName.shown(name)) + "\": " + problem.get());
        }
        if (!NAME.matcher(at).matches()) {
            throw new InvalidRequestException("'upstream' is \"" + shortened(at) + "\": it is one of " + upstreams);
        }
        return new Address(at, name);
    }

    private Instant deadline(Instant now) {
        if (deadline == null) {
            return now.plus(DEFAULT_DEADLINE);
        }
        if (!deadline.isAfter(now)) {
            throw new InvalidRequestException("'deadline' is " + deadline + ", which is over: it is now " + now);
        }
        if (deadline.isAfter(now.plus(LONGEST_DEADLINE))) {
            throw new InvalidRequestException(
                    "'deadline' is " + deadline + ": it may be at most " + LONGEST_DEADLINE.toHours() + " hours away");
        }
        return deadline.truncatedTo(ChronoUnit.MICROS);
    }

    private static String digest(String agent, Address address, RawJson arguments, @Nullable RawJson context) {
        try {
            JsonText.requireExact(arguments);
        } catch (InexactJsonException e) {
            throw new InvalidRequestException("'arguments': " + e.getMessage(), e);
        }
        try {
            return Digest.of(agent, address.upstream(), address.tool(), arguments, context);
        } catch (InexactJsonException e) {
            throw new InvalidRequestException("the call cannot be taken: " + e.getMessage(), e);
        }
    }

    private static void checkLength(String name, @Nullable String value, int longest) {
        if (value != null && (value.isBlank() || value.length() > longest)) {
            throw new InvalidRequestException(
                    "'" + name + "' has " + value.length() + " characters: it may have 1 to " + longest);
        }
        if (value != null && value.indexOf('\0') >= 0) {
            throw new InvalidRequestException("'" + name + "' contains a NUL character; leave it out");
        }
        try {
            if (value != null) {
                JsonText.requireWhole("'" + name + "'", value);
            }
        } catch (InexactJsonException e) {
            throw new InvalidRequestException(String.valueOf(e.getMessage()), e);
        }
    }

    private static String shortened(String text) {
        return Ellipsis.of(text, 80);
    }
}

package io.openclaw.gateway.audit.core;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.text.Durations;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of the record; absent filters let everything through.
 *
 * @param tool a tool's own name, or the name with its upstream: {@code upstream/tool}, or {@code upstream__tool} as MCP clients see
 *     it; or one that had to be changed for them, see {@link #changedName}
 * @param since the earliest time of an event
 * @param until the time that an event is before
 * @param verified only events whose writer is proven, or only those whose writer is not
 * @param keys what else is asked for, and words that have to be there; see {@link SearchKeys}
 * @param types the kinds of event, such as {@code call.completed}; every kind, if there are none
 * @param limit how many events at most, 1 to 1,000
 * @param cursor only events recorded before this one; after it, if the oldest come first
 * @param oldestFirst the order
 */
public record AuditQuery(
        @Nullable String outcome,
        @Nullable String agent,
        @Nullable String tool,
        @Nullable UUID callId,
        @Nullable Instant since,
        @Nullable Instant until,
        @Nullable Boolean verified,
        Set<String> keys,
        Set<String> types,
        int limit,
        @Nullable Long cursor,
        boolean oldestFirst) {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MOST = 1_000;
    private static final Set<String> NAMES = names();
    private static final String WORDS = "words";
    private static final int MAX_WORDS = 20;
    private static final int MAX_TOOL_LENGTH = 512;
    private static final Pattern CHANGED_NAME =
            Pattern.compile("(?<start>[A-Za-z0-9_-]{1,55})_(?<hash>[0-9a-f]{8}|[0-9a-f]{16})");
    private static final Pattern TYPE = Pattern.compile("[a-z]+(\\.[a-z]+)*");

    /**
     * Reads the parameters of a request; empty ones count as absent.
     *
     * @throws IllegalArgumentException naming the parameter that is wrong, its value, and what it may be
     */
    public static AuditQuery of(Map<String, String> parameters, Instant now) {
        for (String name : parameters.keySet()) {
            if (!NAMES.contains(name)) {
                throw new IllegalArgumentException(
                        "there is no parameter '" + name + "'; there are " + new TreeSet<>(NAMES));
            }
        }
        return new AuditQuery(
                outcome(text(parameters, "outcome")),
                text(parameters, "agent"),
                tool(text(parameters, "tool")),
                callId(text(parameters, "callId")),
                time("since", text(parameters, "since"), now),
                time("until", text(parameters, "until"), now),
                verified(text(parameters, "verified")),
                keys(parameters),
                types(text(parameters, "type")),
                limit(text(parameters, "limit")),
                cursor(text(parameters, "cursor")),
                oldestFirst(text(parameters, "order")));
    }

    /** Asks for the events of a call, the oldest first. */
    public static AuditQuery ofCall(UUID callId, int limit) {
        return new AuditQuery(null, null, null, callId, null, null, null, Set.of(), Set.of(), limit, null, true);
    }

    /** Returns the same question for a page from here on. */
    public AuditQuery page(int pageLimit, @Nullable Long after, boolean isOldestFirst) {
        return new AuditQuery(
                outcome, agent, tool, callId, since, until, verified, keys, types, pageLimit, after, isOldestFirst);
    }

    private static Set<String> names() {
        Set<String> names = new TreeSet<>(Set.of(
                "outcome",
                "agent",
                "tool",
                "callId",
                "since",
                "until",
                "verified",
                "type",
                "limit",
                "cursor",
                "order",
                WORDS));
        for (SearchKeys.Kind kind : SearchKeys.Kind.values()) {
            names.add(kind.label());
        }
        return Set.copyOf(names);
    }

    private static Set<String> keys(Map<String, String> parameters) {
        Set<String> keys = new TreeSet<>();
        for (SearchKeys.Kind kind : SearchKeys.Kind.values()) {
            String value = text(parameters, kind.label());
            if (value != null) {
                keys.add(key(kind, value));
            }
        }
        String words = text(parameters, WORDS);
        if (words != null) {
            Set<String> found = SearchKeys.wordsOf(words);
            if (found.isEmpty() || found.size() > MAX_WORDS) {
                throw wrong(
                        WORDS,
                        words,
                        "1 to " + MAX_WORDS + " words of two letters or digits at least, such as terraform destroy");
            }
            found.forEach(word -> keys.add(SearchKeys.word(word)));
        }
        return keys;
    }

    private static String key(SearchKeys.Kind kind, String value) {
        try {
            return switch (kind) {
                case STAGE ->
                    kind.key(Stage.valueOf(value.toUpperCase(Locale.ROOT)).name());
                case SEVERITY ->
                    kind.key(Severity.valueOf(value.toUpperCase(Locale.ROOT)).name());
                case PARENT -> kind.key(UUID.fromString(value).toString());
                default -> kind.key(value);
            };
        } catch (IllegalArgumentException e) {
            throw wrong(
                    kind.label(),
                    value,
                    switch (kind) {
                        case STAGE -> "one of " + Arrays.toString(Stage.values());
                        case SEVERITY -> "one of " + Arrays.toString(Severity.values());
                        default -> "a call's id, such as 019ab3c4-7d00-7000-8000-000000000000";
                    });
        }
    }

    /**
     * A name that was changed for MCP clients.
     *
     * @param start what {@code upstream__tool}, or the tool's own name, begins with when each character but letters, digits,
     *     {@code _} and {@code -} is a {@code _}
     * @param hash the first digits of the SHA-256 of {@code upstream/tool}
     */
    public record ChangedName(String start, String hash) {}

    /** Returns the tool's name as one that was changed for MCP clients; empty if it cannot be one. */
    public Optional<ChangedName> changedName() {
        Matcher matcher = CHANGED_NAME.matcher(tool == null ? "" : tool);
        return matcher.matches()
                ? Optional.of(new ChangedName(matcher.group("start"), matcher.group("hash")))
                : Optional.empty();
    }

    private static @Nullable String text(Map<String, String> parameters, String name) {
        String value = parameters.get(name);
        if (value != null && value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("'" + name + "' contains a NUL character; leave it out");
        }
        return value == null || value.isBlank() ? null : value.strip();
    }

    private static @Nullable String tool(@Nullable String text) {
        if (text != null
                && (text.length() > MAX_TOOL_LENGTH
                        || text.startsWith("/")
                        || text.endsWith("/")
                        || text.codePoints().anyMatch(Character::isISOControl))) {
            throw wrong(
                    "tool",
                    text.substring(0, Math.min(text.length(), MAX_TOOL_LENGTH)),
                    "a tool, such as exec, openclaw/exec or openclaw__exec");
        }
        return text;
    }

    private static Set<String> types(@Nullable String text) {
        if (text == null) {
            return Set.of();
        }
        Set<String> types = new TreeSet<>();
        for (String type : text.split(",", -1)) {
            if (!TYPE.matcher(type.strip()).matches()) {
                throw wrong("type", text, "one or more kinds of event, such as call.requested,call.completed");
            }
            types.add(type.strip());
        }
        return types;
    }

    private static @Nullable Boolean verified(@Nullable String text) {
        return switch (text) {
            case null -> null;
            case "true" -> true;
            case "false" -> false;
            default -> throw wrong("verified", text, "true or false");
        };
    }

    private static boolean oldestFirst(@Nullable String text) {
        return switch (text == null ? "newest" : text) {
            case "newest" -> false;
            case "oldest" -> true;
            default -> throw wrong("order", String.valueOf(text), "newest or oldest");
        };
    }

    private static @Nullable String outcome(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return Outcome.valueOf(text.toUpperCase(Locale.ROOT)).name();
        } catch (IllegalArgumentException e) {
            throw wrong("outcome", text, "one of " + Arrays.toString(Outcome.values()));
        }
    }

    private static @Nullable UUID callId(@Nullable String text) {
        try {
            return text == null ? null : UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw wrong("callId", text, "a call's id, such as 019ab3c4-7d00-7000-8000-000000000000");
        }
    }

    private static @Nullable Instant time(String name, @Nullable String text, Instant now) {
        if (text == null) {
            return null;
        }
        Optional<Duration> ago = Durations.read(text);
        if (ago.isPresent()) {
            return now.minus(ago.get());
        }
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw wrong(name, text, "a time such as 2026-11-24T10:00:00Z, or how long ago, such as 15m");
        }
    }

    private static int limit(@Nullable String text) {
        if (text == null) {
            return DEFAULT_LIMIT;
        }
        if (!text.matches("[1-9]\\d{0,3}") || Integer.parseInt(text) > MOST) {
            throw wrong("limit", text, "a whole number from 1 to " + MOST);
        }
        return Integer.parseInt(text);
    }

    private static @Nullable Long cursor(@Nullable String text) {
        if (text == null) {
            return null;
        }
        if (!text.matches("\\d{1,18}")) {
            throw wrong("cursor", text, "what the answer before gave as 'next'");
        }
        return Long.valueOf(text);
    }

    private static IllegalArgumentException wrong(String name, @Nullable String value, String whatItIs) {
        return new IllegalArgumentException("'" + name + "' is \"" + value + "\": it is " + whatItIs);
    }
}

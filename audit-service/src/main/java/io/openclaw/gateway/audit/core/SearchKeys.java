package io.openclaw.gateway.audit.core;

import io.openclaw.gateway.common.json.Json;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * What an event is found by: who and what it names, and the words of commands and results. A key is a kind, a colon and a value. All
 * matches are of whole values.
 */
public final class SearchKeys {
    /** Words of an event that are found; of more the first ones. */
    public static final int MAX_WORDS = 200;

    private static final int MAX_WORD_LENGTH = 64;
    private static final int MAX_SCANNED = 200_000;
    /** A word is letters and digits; a hyphen, dot or underscore inside joins none. */
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+");
    /** The events that have arguments or results, or texts of people and models, for the first time. */
    private static final Set<String> WITH_WORDS = Set.of(
            "call.requested",
            "call.completed",
            "call.reported",
            "call.progressed",
            "input.requested",
            "input.given",
            "run.started",
            "run.ended",
            "model.asked",
            "approval.changed",
            "freeze.changed",
            "console.acted");

    private SearchKeys() {}

    /** The kinds of key that a query can name. */
    public enum Kind {
        ON_BEHALF_OF("onBehalfOf"),
        UPSTREAM("upstream"),
        STAGE("stage"),
        RULE("rule"),
        SEVERITY("severity"),
        PARENT("parent"),
        SESSION("session"),
        RUN("run"),
        APPROVER("approver"),
        POLICY_VERSION("policyVersion"),
        PERSON("person");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        /** Returns the name of the parameter. */
        public String label() {
            return label;
        }

        /** Returns the key of a value. */
        public String key(String value) {
            return label + ":"
                    + switch (this) {
                        case STAGE, SEVERITY -> value.toUpperCase(Locale.ROOT);
                        case PARENT -> value.toLowerCase(Locale.ROOT);
                        default -> value;
                    };
        }
    }

    /** Returns the keys of an event; of what is no JSON object none. */
    public static Set<String> of(String type, String json) {
        Set<String> keys = new LinkedHashSet<>();
        JsonNode event;
        try {
            event = Json.MAPPER.readTree(json);
        } catch (JacksonException e) {
            return keys;
        }
        JsonNode call = event.path("call");
        add(keys, Kind.ON_BEHALF_OF, call.at("/identity/onBehalfOf"));
        add(keys, Kind.ON_BEHALF_OF, event.path("userId"));
        add(keys, Kind.UPSTREAM, call.path("upstream"));
        add(keys, Kind.UPSTREAM, event.path("upstream"));
        add(keys, Kind.PARENT, call.path("parentCallId"));
        add(keys, Kind.SESSION, call.at("/run/session"));
        add(keys, Kind.SESSION, call.at("/context/sessionKey"));
        add(keys, Kind.RUN, call.at("/run/run"));
        add(keys, Kind.RUN, event.path("runId"));
        add(keys, Kind.STAGE, event.path("completedBy"));
        for (JsonNode verdict : event.path("verdicts")) {
            add(keys, Kind.STAGE, verdict.path("stage"));
            add(keys, Kind.POLICY_VERSION, verdict.path("policyVersion"));
            if (verdict.path("stage").asString("").equals("APPROVAL")) {
                add(keys, Kind.APPROVER, verdict.path("decidedBy"));
            }
            verdict.path("reasons").forEach(reason -> addReason(keys, reason));
        }
        event.path("findings").forEach(finding -> addReason(keys, finding));
        if (type.equals("approval.changed")) {
            add(keys, Kind.APPROVER, event.path("decidedBy"));
        }
        if (type.equals("policy.published")) {
            add(keys, Kind.POLICY_VERSION, event.path("version"));
        }
        add(keys, Kind.PERSON, event.path("person"));
        if (WITH_WORDS.contains(type)) {
            addWords(keys, event);
        }
        return keys;
    }

    private static void addReason(Set<String> keys, JsonNode reason) {
        add(keys, Kind.RULE, reason.path("ruleId"));
        add(keys, Kind.SEVERITY, reason.path("severity"));
    }

    private static void add(Set<String> keys, Kind kind, JsonNode value) {
        if (value.isString() && !value.asString().isEmpty()) {
            keys.add(kind.key(value.asString()));
        }
    }

    private static void addWords(Set<String> keys, JsonNode event) {
        var words = new Words(keys);
        words.add(event.at("/call/arguments"));
        words.add(event.at("/call/intent"));
        for (String field : new String[] {
            "result", "error", "prompt", "answer", "question", "params", "reason", "details", "requests", "responses"
        }) {
            words.add(event.path(field));
        }
    }

    /** Gathers words until there are enough. */
    private static final class Words {
        private final Set<String> keys;
        private int left = MAX_WORDS;
        private int scanned;

        Words(Set<String> keys) {
            this.keys = keys;
        }

        void add(JsonNode value) {
            if (value.isString()) {
                String text = value.asString();
                for (String word :
                        wordsOf(text.substring(0, Math.min(text.length(), Math.max(0, MAX_SCANNED - scanned))))) {
                    if (left == 0) {
                        return;
                    }
                    if (keys.add("word:" + word)) {
                        left--;
                    }
                }
                scanned += text.length();
            } else if (value.isContainer() && left > 0 && scanned < MAX_SCANNED) {
                value.forEach(this::add);
            }
        }
    }

    /** Returns the words of a text, in lower case and each once; single characters and very long ones are none. */
    public static Set<String> wordsOf(String text) {
        Set<String> words = new LinkedHashSet<>();
        Matcher matcher = WORD.matcher(text);
        while (matcher.find()) {
            int length = matcher.end() - matcher.start();
            if (length > 1 && length <= MAX_WORD_LENGTH) {
                words.add(matcher.group().toLowerCase(Locale.ROOT));
            }
        }
        return words;
    }

    /** Returns the key of a word. */
    public static String word(String word) {
        return "word:" + word;
    }

    /** Returns the first 8 bytes of the SHA-256 of each key. */
    public static long[] hashes(Set<String> keys) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
        return keys.stream()
                .mapToLong(key -> ByteBuffer.wrap(digest.digest(key.getBytes(StandardCharsets.UTF_8)))
                        .getLong())
                .toArray();
    }
}

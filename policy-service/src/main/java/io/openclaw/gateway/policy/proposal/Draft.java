package io.openclaw.gateway.policy.proposal;

import io.openclaw.gateway.common.call.CallContext;
import io.openclaw.gateway.common.call.Decision;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * What a person begins with who proposes a change: calls like one that waited, that nobody is asked about any more, or that are
 * denied at once. Somebody may change every word of it.
 *
 * @param name a name that it can have
 * @param text a policy file
 * @param tests a test file of the call itself
 * @param varying the arguments that may have any value
 */
public record Draft(String name, String text, String tests, Set<String> varying) {
    /** How long an exemption holds, unless somebody writes another end. */
    private static final Duration LIFE = Duration.ofDays(90);

    private static final Pattern HYPHEN = Pattern.compile("-([a-z])");
    /** Parts of a context that the next call like it does not have again. */
    private static final Set<String> OF_ONE_CONVERSATION = Set.of("sessionKey", CallContext.CLIENT);

    /**
     * A call that people were asked about.
     *
     * @param tool {@code upstream/tool}
     * @param rules the rules that escalated it, as the verdict names them
     * @param arguments its arguments, credentials masked
     * @param context what else reaches the upstream, as {@link CallContext} has it; an empty object if nothing does
     */
    public record Waited(String agent, String tool, List<String> rules, JsonNode arguments, JsonNode context) {
        public Waited {
            rules = List.copyOf(rules);
        }
    }

    /**
     * Writes a draft.
     *
     * @param effect {@code ALLOW}: the rules ask nobody about such calls; {@code DENY}: such calls are denied
     * @param free arguments that may have any value; what is masked, or cannot be compared, is free in any case
     */
    static Draft of(Waited call, Decision effect, Set<String> free, Instant now) {
        String name = name(call, effect, now);
        Set<String> varying = new LinkedHashSet<>();
        String when =
                condition(call, free, varying).stream().collect(Collectors.joining("\n        && ", "      ", "\n"));
        var text = new StringBuilder();
        if (effect == Decision.DENY) {
            text.append("rules:\n  - id: ")
                    .append(name)
                    .append("\n    tools: [")
                    .append(Cel.text(call.tool()))
                    .append("]\n");
            text.append("    when: |\n").append(when).append("    effect: deny\n    reason: people always deny it\n");
        } else {
            text.append("exemptions:\n  - id: ").append(name).append("\n    rules:\n");
            call.rules()
                    .forEach(rule ->
                            text.append("      - ").append(Cel.text(rule)).append('\n'));
            text.append("    when: |\n").append(when);
            text.append("    until: ")
                    .append(now.plus(LIFE).truncatedTo(ChronoUnit.DAYS))
                    .append('\n');
            text.append("    reason: people always approve it\n");
        }
        return new Draft(name, text.toString(), tests(call, effect, name), varying);
    }

    private static String name(Waited call, Decision effect, Instant now) {
        String words = (call.agent() + "-" + call.tool())
                .replaceAll("[^A-Za-z0-9._-]+", "-")
                .replaceAll("^[^A-Za-z0-9]+", "");
        String kept = words.substring(0, Math.min(60, words.length()));
        return (effect == Decision.DENY ? "never-" : "unasked-")
                + kept.toLowerCase(Locale.ROOT)
                + "-"
                + Long.toString(now.getEpochSecond(), 36);
    }

    /** Returns the parts of the condition, and says which arguments it leaves open. */
    private static List<String> condition(Waited call, Set<String> free, Set<String> varying) {
        var parts = new ArrayList<String>();
        parts.add("agent.id == " + Cel.text(call.agent()));
        parts.add("tool.address == " + Cel.text(call.tool()));
        for (var field : call.arguments().properties()) {
            Optional<String> value = free.contains(field.getKey()) || isMasked(field.getValue())
                    ? Optional.empty()
                    : Cel.value(field.getValue());
            if (value.isEmpty()) {
                varying.add(field.getKey());
            } else {
                String place = Cel.argument(field.getKey());
                parts.add((place.endsWith("]") ? Cel.text(field.getKey()) + " in call.arguments" : "has(" + place + ")")
                        + " && " + place + " == " + value.get());
            }
        }
        // An argument that the call did not have could change what it does.
        parts.add("call.arguments.all(name, name in "
                + call.arguments().propertyNames().stream().map(Cel::text).collect(Collectors.joining(", ", "[", "]"))
                + ")");
        for (var field : call.context().properties()) {
            if (!OF_ONE_CONVERSATION.contains(field.getKey())) {
                Cel.value(field.getValue())
                        .ifPresent(value -> parts.add("context." + fact(field.getKey()) + " == " + value));
            }
        }
        return parts;
    }

    private static boolean isMasked(JsonNode value) {
        return value.toString().contains("[masked ");
    }

    private static String tests(Waited call, Decision effect, String name) {
        return "tests:\n  - name: the call that people were asked about\n    call:\n      agent: "
                + Cel.text(call.agent())
                + "\n      tool: " + Cel.text(call.tool())
                + "\n      arguments: " + yaml(call.arguments())
                + (call.context().isEmpty() ? "" : "\n      context: " + yaml(call.context()))
                + "\n    expect: " + (effect == Decision.DENY ? "deny" : "allow")
                + "\n    rule: " + (effect == Decision.DENY ? "rules/" : "exemptions/") + name + "\n";
    }

    /** Returns how conditions name a part of the context. */
    private static String fact(String name) {
        return name.startsWith(CallContext.HEADER_PREFIX)
                ? HYPHEN.matcher(name.substring(CallContext.HEADER_PREFIX.length()))
                        .replaceAll(next -> next.group(1).toUpperCase(Locale.ROOT))
                : name;
    }

    /** Writes a value so that YAML reads it as it is; a text of CEL is one of YAML (1.2.2, section 5.7), too. */
    private static String yaml(JsonNode value) {
        if (value.isObject()) {
            return value.properties().stream()
                    .map(field -> Cel.text(field.getKey()) + ": " + yaml(field.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (value.isArray()) {
            return value.valueStream().map(Draft::yaml).collect(Collectors.joining(", ", "[", "]"));
        }
        return value.isString() ? Cel.text(value.asString()) : value.toString();
    }

    /** Returns the rules of a verdict that an exemption can name: those of the policy itself. */
    public static List<String> exemptible(List<String> ruleIds) {
        return ruleIds.stream()
                .filter(rule -> rule.matches("(rules/.*|roles/[^/]+/escalate:.*|defaults/escalate:.*)"))
                .distinct()
                .toList();
    }
}

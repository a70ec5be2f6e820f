package io.openclaw.gateway.vetting.core;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Finds what is dangerous in a call: every rule on every text of its arguments. What cannot be read is escalated. */
public final class Vetting {
    private final RulePack pack;

    public Vetting(RulePack pack) {
        this.pack = pack;
    }

    /** Judges a call: a verdict is a function of a call and the rules. */
    public Verdict vet(ToolCall call, String instance, Instant at) {
        List<String> texts;
        try {
            texts = texts(call.arguments());
        } catch (JacksonException e) {
            return verdict(
                    Decision.ESCALATE,
                    List.of(new Reason(
                            "vetting/unreadable",
                            "the arguments cannot be read, so nobody knows what they do",
                            Severity.HIGH)),
                    instance,
                    at);
        }
        Map<String, Rule> found = new LinkedHashMap<>();
        for (Rule rule : pack.rules()) {
            if (texts.stream().anyMatch(rule::matches)) {
                found.put(rule.id(), rule);
            }
        }
        Decision outcome = found.values().stream()
                .map(Rule::outcome)
                .reduce(Decision::stricter)
                .orElse(Decision.ALLOW);
        List<Reason> reasons = found.values().stream()
                .map(rule -> new Reason(rule.id(), rule.reason() + " Instead: " + rule.alternative(), rule.severity()))
                .toList();
        return verdict(outcome, reasons, instance, at);
    }

    private Verdict verdict(Decision outcome, List<Reason> reasons, String instance, Instant at) {
        return Verdict.of(Stage.VETTING, outcome, reasons, instance, at, pack.version());
    }

    private static List<String> texts(@Nullable RawJson arguments) {
        if (arguments == null) {
            return List.of();
        }
        var texts = new ArrayList<String>();
        try (JsonParser parser = Json.MAPPER.createParser(arguments.text())) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.VALUE_STRING) {
                    texts.add(parser.getString());
                }
            }
        }
        return texts;
    }
}

package io.openclaw.gateway.audit.core;

import io.openclaw.gateway.common.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The way of one call, as the record has it.
 *
 * @param outcome what came of it; absent while it is under way
 * @param arguments masked, for showing; absent if no event has them
 * @param result masked, for showing; absent if there is none
 */
public record CallStory(
        UUID callId,
        @Nullable String agent,
        @Nullable String upstream,
        @Nullable String tool,
        @Nullable String outcome,
        @Nullable String digest,
        @Nullable String intent,
        @Nullable String onBehalfOf,
        @Nullable String origin,
        @Nullable String mode,
        @Nullable String parentCallId,
        @Nullable String arguments,
        @Nullable String result,
        @Nullable String error,
        List<Step> steps) {

    /**
     * One step.
     *
     * @param tone {@code good}, {@code warn}, {@code bad}, or empty
     * @param after the time since the step before, in milliseconds; absent for the first
     */
    public record Step(
            String title,
            String tone,
            Instant at,
            @Nullable Long after,
            List<Why> reasons,
            @Nullable String by,
            long eventId) {
        boolean isLike(Step other) {
            return title.equals(other.title) && reasons.equals(other.reasons) && Objects.equals(by, other.by);
        }

        /** Returns how long after the step before it was, in words. */
        public String afterWords() {
            return after == null
                    ? ""
                    : after < 1_000
                            ? "+" + after + " ms"
                            : "+" + Duration.ofMillis(after).toSeconds() + " s";
        }
    }

    /** A reason of a verdict. */
    public record Why(String rule, String text, String severity) {}

    /** An event of the call, and its place in the record. */
    public record Recorded(long id, RecordedEvent event) {}

    /** Tells the way of a call from its events, in the order of the record; those that are too long for a list count too. */
    public static CallStory of(UUID callId, List<Recorded> events) {
        JsonNode call = Json.MAPPER.missingNode();
        String arguments = null;
        String result = null;
        String error = null;
        String outcome = null;
        String agent = null;
        String upstream = null;
        String tool = null;
        List<Step> steps = new ArrayList<>();
        Instant before = null;
        for (Recorded recorded : events) {
            RecordedEvent event = recorded.event();
            JsonNode body = event.event().as(JsonNode.class);
            JsonNode of = body.path("call");
            if (of.isObject() && (call.isMissingNode() || of.hasNonNull("arguments"))) {
                call = of;
            }
            if (of.hasNonNull("arguments")) {
                arguments = pretty(of.path("arguments"));
            }
            agent = event.agent() == null ? agent : event.agent();
            upstream = event.upstream() == null ? upstream : event.upstream();
            tool = event.tool() == null ? tool : event.tool();
            if (event.type().equals("call.completed")) {
                outcome = event.outcome();
                result = body.hasNonNull("result") ? pretty(body.path("result")) : null;
                error = body.at("/error/message").isString()
                        ? body.at("/error/message").asString()
                        : null;
            }
            Long after = before == null
                    ? null
                    : Math.max(0, Duration.between(before, event.occurredAt()).toMillis());
            before = event.occurredAt();
            Step step = step(recorded.id(), event, body, after);
            // Some events are published again after a crash, or to be sure.
            if (steps.isEmpty() || !step.isLike(steps.getLast())) {
                steps.add(step);
            }
        }
        return new CallStory(
                callId,
                agent,
                upstream,
                tool,
                outcome,
                text(call, "digest"),
                text(call, "intent"),
                text(call.path("identity"), "onBehalfOf"),
                text(call, "origin"),
                text(call, "mode"),
                text(call, "parentCallId"),
                arguments,
                result,
                error,
                List.copyOf(steps));
    }

    private static Step step(long id, RecordedEvent event, JsonNode body, @Nullable Long after) {
        JsonNode verdicts = body.path("verdicts");
        JsonNode last = verdicts.isEmpty() ? verdicts : verdicts.get(verdicts.size() - 1);
        List<Why> reasons = new ArrayList<>();
        String by = text(last, "decidedBy");
        boolean decides = !event.type().equals("call.completed")
                || "DENIED".equals(event.outcome())
                || "EXPIRED".equals(event.outcome());
        if (decides) {
            last.path("reasons")
                    .forEach(reason -> reasons.add(new Why(
                            reason.path("ruleId").asString(""),
                            reason.path("text").asString(""),
                            reason.path("severity").asString("INFO"))));
        }
        String stage = last.path("stage").asString("");
        String status = body.path("status").asString("");
        return switch (event.type()) {
            case "call.requested" -> new Step("Asked for", "", event.occurredAt(), after, List.of(), event.agent(), id);
            case "call.authorized" ->
                new Step("Policy: " + words(last), tone(last), event.occurredAt(), after, reasons, by, id);
            case "call.suspected" ->
                new Step("Vetting asks a model", "warn", event.occurredAt(), after, reasons, by, id);
            case "call.escalated" ->
                new Step(
                        "ESCALATE".equals(text(last, "outcome"))
                                ? "Vetting: a person has to decide"
                                : "Vetting: " + words(last) + "; a person has to decide",
                        "warn",
                        event.occurredAt(),
                        after,
                        reasons,
                        by,
                        id);
            case "call.cleared" ->
                new Step(
                        (stage.equals("APPROVAL") ? "Approval: " : "Vetting: ") + "may run",
                        "good",
                        event.occurredAt(),
                        after,
                        reasons,
                        by,
                        id);
            case "approval.changed" ->
                new Step(
                        switch (status) {
                            case "PENDING" -> "Waits for a person";
                            case "APPROVED" -> "A person said yes";
                            case "DENIED" -> "A person said no";
                            case "EXPIRED" -> "Nobody decided in time";
                            default -> "The agent withdrew it";
                        },
                        status.equals("APPROVED") ? "good" : status.equals("DENIED") ? "bad" : "warn",
                        event.occurredAt(),
                        after,
                        body.path("reason").isString()
                                ? List.of(new Why("", body.path("reason").asString(), "INFO"))
                                : List.of(),
                        text(body, "decidedBy") == null
                                ? null
                                : text(body, "decidedBy")
                                        + (text(body, "channel") == null ? "" : ", " + text(body, "channel")),
                        id);
            case "call.completed" ->
                new Step(
                        "Ended: " + String.valueOf(event.outcome()).toLowerCase(java.util.Locale.ROOT),
                        "SUCCEEDED".equals(event.outcome()) ? "good" : "bad",
                        event.occurredAt(),
                        after,
                        reasons,
                        text(body, "completedBy"),
                        id);
            default -> new Step(event.type(), "", event.occurredAt(), after, List.of(), null, id);
        };
    }

    private static String words(JsonNode verdict) {
        return switch (verdict.path("outcome").asString("")) {
            case "ALLOW" -> "allowed";
            case "ESCALATE" -> "wants a person";
            case "DENY" -> "denied";
            default -> "spoke";
        };
    }

    private static String tone(JsonNode verdict) {
        return switch (verdict.path("outcome").asString("")) {
            case "ALLOW" -> "good";
            case "ESCALATE" -> "warn";
            case "DENY" -> "bad";
            default -> "";
        };
    }

    private static String pretty(JsonNode node) {
        String text = Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node);
        return text.length() <= 20_000 ? text : text.substring(0, 20_000) + "\n… " + text.length() + " characters";
    }

    private static @Nullable String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isString() ? value.asString() : null;
    }
}

package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.event.OffersReported;
import io.openclaw.gateway.common.event.ToolsReported;
import io.openclaw.gateway.common.json.InexactJsonException;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.mcp.Offer;
import io.openclaw.gateway.common.policy.LeftOut;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.common.policy.ToolName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * What of the report of an upstream comes into the catalogue.
 *
 * @param definitions what can be pinned
 * @param leftOut what cannot, with the reasons
 */
public record Reported(List<ToolDefinition> definitions, List<LeftOut> leftOut) {
    /** How many prompts, resources and templates of one upstream are pinned. */
    static final int MAX_OFFERS = 2_000;

    /** Looks at tools. */
    public static Reported of(ToolsReported report) {
        var reported = new Reading(report.leftOut());
        report.tools().forEach(reported::take);
        return reported.done();
    }

    /** Looks at what is offered beside tools. */
    public static Reported of(OffersReported report) {
        var reported = new Reading(List.of());
        take(Offer.PROMPT, report.prompts(), reported);
        take(Offer.RESOURCE, report.resources(), reported);
        take(Offer.RESOURCE_TEMPLATE, report.resourceTemplates(), reported);
        return reported.done();
    }

    private static void take(Offer kind, List<RawJson> offers, Reading reported) {
        for (RawJson json : offers) {
            JsonNode offer = json.as(JsonNode.class);
            if (kind.keyOf(offer).isEmpty()) {
                reported.leaveOut(kind.pinName(""), "it has no name, or no URI");
            } else if (reported.definitions.size() >= MAX_OFFERS) {
                reported.leaveOut(
                        kind.pinName(kind.keyOf(offer)),
                        "its upstream offers more than " + MAX_OFFERS + " prompts and resources");
            } else {
                reported.take(kind.definition(offer));
            }
        }
    }

    private static final class Reading {
        private final List<ToolDefinition> definitions = new ArrayList<>();
        private final List<LeftOut> leftOut;
        private final Set<String> names = new HashSet<>();

        Reading(List<LeftOut> leftOut) {
            this.leftOut = new ArrayList<>(leftOut);
        }

        void take(ToolDefinition definition) {
            String name = definition.name() == null ? "" : definition.name();
            String problem = ToolName.problemWith(name).orElse(null);
            if (problem == null && !names.add(name)) {
                problem = "it is listed twice; the first is used";
            }
            try {
                if (problem == null) {
                    definition.hash();
                }
            } catch (InexactJsonException e) {
                problem = "its definition cannot be pinned: " + e.getMessage();
            }
            if (problem == null) {
                definitions.add(definition);
            } else {
                leaveOut(name, problem);
            }
        }

        void leaveOut(String name, String reason) {
            leftOut.add(LeftOut.of(name, reason));
        }

        Reported done() {
            return new Reported(List.copyOf(definitions), List.copyOf(leftOut));
        }
    }
}

package io.openclaw.gateway.vetting.judge;

import static org.bsc.langgraph4j.GraphDefinition.END;
import static org.bsc.langgraph4j.GraphDefinition.START;
import static org.bsc.langgraph4j.action.AsyncEdgeAction.edge_async;
import static org.bsc.langgraph4j.action.AsyncNodeAction.node_async;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.inspection.InjectionScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.bsc.langgraph4j.GraphRepresentation;
import org.bsc.langgraph4j.GraphStateException;
import org.bsc.langgraph4j.StateGraph;
import org.bsc.langgraph4j.state.AgentState;

/**
 * The reasoning graph for the hard cases: gather what is known, judge, ask for a second opinion when the first is unsure, decide.
 * Whatever fails on the way is an {@code ESCALATE} that says so.
 */
public final class Judge {
    private static final String CASE = "case";
    private static final String FIRST = "firstOpinion";
    private static final String SECOND = "secondOpinion";
    private static final String FAILURE = "failure";
    private static final String DECISION = "decision";

    private final Model first;
    private final Model second;
    private final Thresholds thresholds;

    /** @param second asked when the first is unsure; may be the same model, for the question is another */
    public Judge(Model first, Model second, Thresholds thresholds) {
        this.first = first;
        this.second = second;
        this.thresholds = thresholds;
    }

    /** Returns the names of its models, for the cache and the page. */
    public String models() {
        return first.name().equals(second.name()) ? first.name() : first.name() + ", " + second.name();
    }

    /**
     * Judges a call. Never throws.
     *
     * @param context gathers what is known of the call
     */
    public Judgement judge(Supplier<SuspectCase> context) {
        AgentState end;
        try {
            end = graph(context).compile().invoke(Map.of()).orElseThrow();
        } catch (GraphStateException | RuntimeException e) {
            return failed("the reasoning graph broke (" + e.getClass().getSimpleName() + ")");
        }
        Set<String> speaksToTheJudge = end.<SuspectCase>value(CASE)
                .map(suspect -> InjectionScanner.kinds(suspect.arguments()))
                .orElse(Set.of());
        Optional<String> failure = end.value(FAILURE);
        if (failure.isPresent()) {
            return failed(failure.get());
        }
        List<Opinion> opinions = opinions(end);
        Decision decision = Decision.valueOf(end.<String>value(DECISION).orElse(Decision.ESCALATE.name()));
        List<Reason> reasons = new ArrayList<>();
        for (Opinion opinion : opinions) {
            reasons.add(new Reason(
                    "judge/opinion",
                    opinion.intent() + " Risk " + opinion.risk() + " of 100, confidence " + opinion.confidence() + " ("
                            + opinion.category() + "): " + String.join(" ", opinion.reasons()),
                    severity(opinion.risk())));
        }
        if (decision == Decision.ALLOW && !speaksToTheJudge.isEmpty()) {
            reasons.add(new Reason(
                    "judge/addressed",
                    "The call speaks to anyone who judges it (" + String.join(", ", speaksToTheJudge)
                            + "), so no model may allow it.",
                    Severity.HIGH));
            return new Judgement(Decision.ESCALATE, reasons, true);
        }
        return new Judgement(decision, reasons, true);
    }

    private static Severity severity(int risk) {
        return risk >= 90
                ? Severity.CRITICAL
                : risk >= 60 ? Severity.HIGH : risk > 20 ? Severity.MEDIUM : Severity.INFO;
    }

    private static Judgement failed(String why) {
        return new Judgement(
                Decision.ESCALATE,
                List.of(new Reason(
                        "judge/unavailable",
                        "No model could settle it: " + why + ". A person decides.",
                        Severity.MEDIUM)),
                false);
    }

    private static List<Opinion> opinions(AgentState state) {
        List<Opinion> opinions = new ArrayList<>();
        state.<Opinion>value(FIRST).ifPresent(opinions::add);
        state.<Opinion>value(SECOND).ifPresent(opinions::add);
        return opinions;
    }

    private StateGraph<AgentState> graph(Supplier<SuspectCase> context) throws GraphStateException {
        return new StateGraph<>(AgentState::new)
                .addNode("gather", node_async(state -> Map.of(CASE, context.get())))
                .addNode("judge", node_async(state -> ask(first, Prompt.JUDGE, state, FIRST)))
                .addNode("second_opinion", node_async(state -> ask(second, Prompt.DOUBT, state, SECOND)))
                .addNode(
                        "decide",
                        node_async(state -> Map.of(
                                DECISION, thresholds.decide(opinions(state)).name())))
                .addEdge(START, "gather")
                .addEdge("gather", "judge")
                .addConditionalEdges(
                        "judge",
                        edge_async(this::afterTheFirst),
                        new TreeMap<>(Map.of("unsure", "second_opinion", "sure", "decide")))
                .addEdge("second_opinion", "decide")
                .addEdge("decide", END);
    }

    private String afterTheFirst(AgentState state) {
        return state.<Opinion>value(FIRST).filter(thresholds::isUnsure).isPresent() ? "unsure" : "sure";
    }

    private static Map<String, Object> ask(Model model, Prompt prompt, AgentState state, String as) {
        try {
            return Map.of(as, model.ask(prompt, state.<SuspectCase>value(CASE).orElseThrow()));
        } catch (ModelFailedException e) {
            return Map.of(FAILURE, String.valueOf(e.getMessage()));
        }
    }

    /** Returns the graph as a Mermaid diagram; the documentation shows it. */
    public String diagram() {
        try {
            return graph(() -> {
                        throw new IllegalStateException("a diagram is drawn, nothing is run");
                    })
                    .getGraph(GraphRepresentation.Type.MERMAID, "Judging a suspect call", false)
                    .content();
        } catch (GraphStateException e) {
            throw new IllegalStateException("the graph is wrong", e);
        }
    }
}

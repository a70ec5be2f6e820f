package io.openclaw.gateway.vetting.judge;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallSuspected;
import io.openclaw.gateway.common.policy.AgentPlace;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.routing.Routing;
import io.openclaw.gateway.vetting.core.Examination;
import io.openclaw.gateway.vetting.core.Finding;
import io.openclaw.gateway.vetting.core.Vetting;
import io.openclaw.gateway.vetting.file.RulesInForce;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Settles suspected calls: puts together what a judge should know of one, asks it unless it was asked before, and says so. */
public final class Settlement {

    private final Judge judge;
    private final JudgementCache cache;
    private final RefusedQuestions refused;
    private final RulesInForce rules;
    private final RecentCalls recent;
    private final Function<String, List<String>> roles;
    private final Function<ToolCall, AgentPlace> places;
    private final Redactor redactor;
    private final String instance;
    private final Clock clock;

    /**
     * @param roles returns the roles of an agent, for the model
     * @param places returns what belongs to the agent of a call, and where it may send to
     */
    public Settlement(
            Judge judge,
            JudgementCache cache,
            RefusedQuestions refused,
            RulesInForce rules,
            RecentCalls recent,
            Function<String, List<String>> roles,
            Function<ToolCall, AgentPlace> places,
            Redactor redactor,
            String instance,
            Clock clock) {
        this.judge = judge;
        this.cache = cache;
        this.refused = refused;
        this.rules = rules;
        this.recent = recent;
        this.roles = roles;
        this.places = places;
        this.redactor = redactor;
        this.instance = instance;
        this.clock = clock;
    }

    /**
     * Returns the verdict that takes the place of the rules'; it repeats their reasons. A model is asked only about what the rules
     * in force now leave to one, too.
     *
     * @param suspected a call that vetting offered to a model
     */
    public Verdict of(CallSuspected suspected) {
        ToolCall call = suspected.call();
        List<Verdict> before =
                suspected.verdicts().subList(0, suspected.verdicts().size() - 1);
        Verdict rulesSaid = suspected.verdicts().getLast();
        Vetting vetting = rules.vetting();
        AgentPlace place = places.apply(call);
        Examination examination = vetting.examine(call, Set.of(), place);
        if (!examination.isForAModel(Routing.strictest(before))) {
            return notForAModel(rulesSaid, vetting.verdict(examination, instance, clock.instant()));
        }
        Judgement judgement =
                judgement(call, vetting, examination, vetting.pack().version() + place);
        List<Reason> reasons = new ArrayList<>(rulesSaid.reasons());
        reasons.addAll(judgement.reasons());
        return Verdict.of(
                        rulesSaid.stage(),
                        judgement.decision(),
                        reasons,
                        instance,
                        clock.instant(),
                        rulesSaid.policyVersion())
                .reading(rulesSaid.reading());
    }

    /** The rules have changed since: the stricter of what they said then and say now holds. */
    private static Verdict notForAModel(Verdict then, Verdict now) {
        Verdict stricter = then.outcome().stricter(now.outcome()) == now.outcome() ? now : then;
        return Verdict.of(
                        stricter.stage(),
                        stricter.outcome(),
                        stricter.reasons(),
                        now.decidedBy(),
                        now.decidedAt(),
                        stricter.policyVersion())
                .reading(stricter.reading());
    }

    private Judgement judgement(ToolCall call, Vetting vetting, Examination examination, String version) {
        String question = vetting.normalised(call);
        String kind = kindOf(call, examination);
        Judgement known = cache.find(question, version).orElse(null);
        if (known != null) {
            return known;
        }
        if (refused.areEnough(kind)) {
            return new Judgement(
                    Decision.ESCALATE,
                    List.of(new Reason(
                            "judge/asked-enough",
                            "Models did not allow " + RefusedQuestions.MAX_REFUSALS + " calls like this of "
                                    + call.agent() + " within an hour, so none is asked again. A person decides.",
                            Severity.MEDIUM)),
                    false);
        }
        Judgement fresh = judge.judge(
                () -> SuspectCase.of(call, examination, roles.apply(call.agent()), recent.of(call.agent()), redactor));
        cache.keep(question, version, fresh);
        if (fresh.settled() && fresh.decision() != Decision.ALLOW) {
            refused.add(kind);
        }
        return fresh;
    }

    /** Calls of one agent and tool that the same rules are unsure about are of one kind, in whatever words. */
    private static String kindOf(ToolCall call, Examination examination) {
        return call.agent()
                + '\n'
                + call.address()
                + '\n'
                + examination.findings().stream()
                        .map(Finding::rule)
                        .distinct()
                        .sorted()
                        .collect(Collectors.joining("\n"));
    }
}
